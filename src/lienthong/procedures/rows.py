"""Tables that are edited row by row on a page: papers, fees, steps, pages of a form, questions.

One mechanism for all. What stands in the rows travels with the page until it is saved; a button moves a row,
removes it, brings it back or adds one, and the server draws the page anew. Nothing of it needs JavaScript.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from lienthong.procedures.conditions import BadCondition, parse_condition

KEY = r"[a-z][a-z0-9_]{0,39}"
ACT, LOOK = "row-act", "look"
UP, DOWN, REMOVE, RESTORE, ADD = "up", "down", "remove", "restore", "add"
MOST_ROWS = 400
Row = dict[str, Any]


class ConditionField(forms.CharField):
    """When something holds, in the language of conditions."""

    def __init__(self, **kwargs: Any) -> None:
        defaults: dict[str, Any] = {"required": False, "max_length": 500, "label": _("Only if")}
        super().__init__(**defaults | kwargs)

    def clean(self, value: Any) -> str:
        """The text, if it can be read."""
        text: str = super().clean(value)
        try:
            if text:
                parse_condition(text)
        except BadCondition:
            message = _("This is no condition; write it like: married == true and child_count >= 2")
            raise forms.ValidationError(message) from None
        return text


class RowForm(forms.Form):
    """One row of a table; empty rows are left out. The fields of `more` stand below the row."""

    more: tuple[str, ...] = ()

    key = forms.RegexField(
        label=_("Key"),
        regex=f"^{KEY}$",
        error_messages={"invalid": _("Use small letters, digits and _, and begin with a letter.")},
    )

    def row(self) -> Row:
        """The row as a definition has it, without what is empty."""
        kept = {name: value for name, value in self.cleaned_data.items() if name not in {"DELETE", "was"}}
        return {name: value for name, value in kept.items() if value or (value == 0 and value is not False)}

    @classmethod
    def shown(cls, row: Mapping[str, Any]) -> Row:
        """A row of a definition as the form shows it."""
        return dict(row)


class RememberedRow(RowForm):
    """A row that knows the key it had, so that what hangs on the key goes on with it."""

    was = forms.RegexField(regex=f"^{KEY}$", required=False, widget=forms.HiddenInput)

    @classmethod
    def shown(cls, row: Mapping[str, Any]) -> Row:
        """The row with the key it has now."""
        return super().shown(row) | {"was": row["key"]}


@dataclass(frozen=True)
class Table:
    """A table of a definition that is edited row by row.

    `path` leads to it in the data, through lists by the keys of their rows. `kept` are members of a row that
    other tables change: they stay with it. `inner` names what is edited on a page of its own for each row.
    """

    path: tuple[str, ...]
    title: Promise
    form: type[RowForm]
    kept: tuple[str, ...] = ()
    inner: Promise | str = ""
    most: int = MOST_ROWS

    @property
    def prefix(self) -> str:
        """The first word of the names of its inputs."""
        return "-".join(self.path)


class RowFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    """Rows whose fields say to a screen reader what they are, as their heads stand above all rows.

    Of what was sent, no row counts as an old one: an empty row is left out wherever it was moved.
    """

    def initial_form_count(self) -> int:
        """How many rows must be filled in: of those sent none."""
        return 0 if self.is_bound else super().initial_form_count()

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """The fields of one row, with what removes it."""
        super().add_fields(form, index)
        row = _("row %(number)s") % {"number": index + 1 if index is not None else ""}
        for one in form.fields.values():
            one.widget.attrs["aria-label"] = f"{one.label}, {row}"
            if not isinstance(one, forms.BooleanField):
                one.widget.attrs["class"] = "ds-input"

    def clean(self) -> None:
        """No key may be there twice: at the second it is said."""
        seen = set[str]()
        for form in written(self):
            key = form.cleaned_data.get("key") if form.is_valid() else None
            if key and key in seen:
                form.add_error("key", _("Another row has this key; each needs one of its own."))
            seen.add(key or "")


def formset_of(table: Table, data: Any, rows: Sequence[Mapping[str, Any]]) -> RowFormSet:
    """The formset of a table, an empty row at its end."""
    made = forms.formset_factory(
        table.form,
        formset=RowFormSet,
        extra=1 if len(rows) < table.most else 0,
        can_delete=True,
        max_num=table.most,
        absolute_max=table.most + 1,
        validate_max=True,
    )
    initial = None if data is not None else [table.form.shown(row) for row in rows]
    return made(data, initial=initial, prefix=table.prefix)  # type: ignore[return-value]


def written(formset: Any) -> list[RowForm]:
    """The forms of the rows that stay, in their order: neither empty nor removed."""
    return [form for form in formset.forms if form.has_changed() and not removed(formset, form)]


def removed(formset: Any, form: Any) -> bool:
    """Whether the row is taken away when the page is saved."""
    if not formset.is_bound:
        return False
    form.is_valid()  # reads the box
    return bool(formset._should_delete_form(form))


def rows_of(
    table: Table, formset: Any, before: Iterable[Mapping[str, Any]], *, fit_only: bool = False
) -> list[Row]:
    """The rows that were sent, with what they keep of those `before`; `fit_only` leaves out faulty ones."""
    kept = {row.get("key", ""): {name: row[name] for name in table.kept if name in row} for row in before}
    return [
        kept.get(form.cleaned_data.get("was", ""), {}) | form.row()
        for form in written(formset)
        if not fit_only or form.is_valid()
    ]


def acted(data: QueryDict, tables: Iterable[Table]) -> tuple[QueryDict, str]:
    """What was sent, after the button that was pressed did its work on the rows, and what gets the focus.

    A button of no table here changes nothing.
    """
    verb, _hyphen, rest = data.get(ACT, "").partition("-")
    prefix, _hyphen, number = rest.rpartition("-")
    table = next((one for one in tables if one.prefix == prefix), None)
    if table is None or not (number.isascii() and number.isdigit() and len(number) < 4):
        return data, ""
    changed, place = data.copy(), int(number)
    count = _count(changed, prefix)
    if verb == ADD and count < table.most:
        changed[f"{prefix}-TOTAL_FORMS"] = str(count + 1)
        for name, one in table.form.base_fields.items():
            if one.initial:
                changed[f"{prefix}-{count}-{name}"] = "on" if one.initial is True else str(one.initial)
        return changed, f"{ADD}-{prefix}-{count}"
    if verb in (REMOVE, RESTORE) and place < count:
        changed.pop(f"{prefix}-{place}-DELETE", None)
        if verb == REMOVE:
            changed[f"{prefix}-{place}-DELETE"] = "on"
        return changed, f"{RESTORE if verb == REMOVE else REMOVE}-{prefix}-{place}"
    other = place + {UP: -1, DOWN: 1}.get(verb, 0)
    if other != place and 0 <= other < count and place < count:
        _swap(changed, f"{prefix}-{place}-", f"{prefix}-{other}-")
        at_end = other == (0 if verb == UP else count - 1)
        return changed, f"{({UP: DOWN, DOWN: UP}[verb]) if at_end else verb}-{prefix}-{other}"
    return changed, ""


def _count(data: QueryDict, prefix: str) -> int:
    text = data.get(f"{prefix}-TOTAL_FORMS", "")
    return min(int(text), MOST_ROWS) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def _swap(data: QueryDict, one: str, other: str) -> None:
    """Let two rows change places: what was sent under the names of the one goes under those of the other."""
    names = {name: other + name.removeprefix(one) for name in data if name.startswith(one)}
    names |= {name: one + name.removeprefix(other) for name in data if name.startswith(other)}
    values = {names[name]: data.getlist(name) for name in names}
    for name in names:
        del data[name]
    for name, value in values.items():
        data.setlist(name, value)


@dataclass(frozen=True)
class Cell:
    """A field of a row as it is drawn."""

    bound: forms.BoundField
    html: SafeString
    errors: tuple[str, ...] = ()

    @property
    def error_id(self) -> str:
        """The id of what is wrong with it."""
        return f"{self.bound.auto_id}_error"

    @property
    def help_id(self) -> str:
        """The id of its help."""
        return f"{self.bound.auto_id}_help"

    @property
    def said(self) -> str:
        """What stands in it, in some words; empty for what is not set."""
        value = self.bound.value()
        if value in (None, "", False):
            return ""
        if value is True:
            return str(self.bound.label)
        choices = dict(getattr(self.bound.field, "choices", ()))
        return f"{self.bound.label}: {' '.join(str(choices.get(value, value)).split())[:60]}"


@dataclass(frozen=True)
class DrawnRow:
    """A row as it is drawn: its cells, those below it, and what hangs on its key.

    `called` names it to a reader, `faults` say what stands against publishing, `url` leads to what is edited
    on a page of its own.
    """

    number: int
    prefix: str
    form: Any
    cells: tuple[Cell, ...]
    more: tuple[Cell, ...]
    called: str
    removed: bool
    first: bool
    last: bool
    focus: str = ""
    faults: tuple[str, ...] = ()
    url: str = ""
    count: int | None = None

    @property
    def place(self) -> str:
        """What the values of its buttons end with."""
        return f"{self.prefix}-{self.number - 1}"

    @property
    def opened(self) -> bool:
        """Whether what stands below the row is to be seen at once: something is wrong there."""
        return any(cell.errors for cell in self.more)

    @property
    def said(self) -> str:
        """What is set below the row, in some words."""
        return " · ".join(cell.said for cell in self.more if cell.said)


def drawn_rows(
    table: Table,
    formset: Any,
    *,
    focus: str = "",
    inner: Mapping[str, int] = MappingProxyType({}),
    faults: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> list[DrawnRow]:
    """The rows to be drawn.

    `focus` is what `acted` answered; `inner` counts what hangs on a key and `faults` say what stands against
    publishing, both by the key that a row has in the draft.
    """
    most, found = len(formset.forms), list[DrawnRow]()
    for place, form in enumerate(formset.forms):
        names = [name for name in form.fields if name not in {"DELETE", "was", *form.more}]
        key = (form["was"].value() or "") if "was" in form.fields else ""
        verb = (
            focus.removesuffix(f"-{table.prefix}-{place}")
            if focus.endswith(f"-{table.prefix}-{place}")
            else ""
        )
        found.append(
            DrawnRow(
                number=place + 1,
                prefix=table.prefix,
                form=form,
                cells=tuple(_cell(form[name], verb == ADD and name == names[0]) for name in names),
                more=tuple(_cell(form[name]) for name in form.more),
                called=_called(form),
                removed=removed(formset, form),
                first=place == 0,
                last=place == most - 1,
                focus=verb,
                faults=tuple(faults.get(key, ())),
                url=f"{key}/" if key in inner else "",
                count=inner.get(key),
            )
        )
    return found


def _cell(bound: Any, focused: bool = False) -> Cell:
    errors = tuple(bound.errors)
    attrs: dict[str, Any] = {"autofocus": True} if focused else {}
    described = [f"{bound.auto_id}_help"] if bound.help_text else []
    if errors:
        attrs["aria-invalid"] = "true"
        described.append(f"{bound.auto_id}_error")
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return Cell(bound, bound.as_widget(attrs=attrs), errors)


def _called(form: Any) -> str:
    """How the row is called: by its name, else by its key."""
    for name in ("label", "title", "name", "key", "source"):
        value = form[name].value() if name in form.fields else ""
        if value:
            return str(value)
    return ""
