"""The form with which somebody directs: the text, who has which part, until when. Upper apps use it too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from lienthong.kernel.clock import VIETNAM
from lienthong.tasks import queries
from lienthong.tasks.contracts import Candidate, Direction, PartyKey

TEXT_LIMIT = 5000
DAYS = (1, 2, 3, 5, 7, 10, 15, 20, 30)
SEARCH = "search"
PHRASES = (
    _("Study this and advise the leaders."),
    _("Carry this out and report the result."),
    _("Draft the reply for signature."),
    _("Work with the units concerned and propose a solution."),
    _("Take note and keep for reference."),
)


@dataclass(frozen=True)
class Row:
    """One who may be named, and how the form has it."""

    candidate: Candidate
    lead: bool
    cooperating: bool
    informed: bool


class PartyField(forms.CharField):
    """A party by its key."""

    def clean(self, value: Any) -> Any:
        """The key; an empty value is nobody."""
        text = super().clean(value)
        return _key(text) if text else None


class PartiesField(forms.Field):
    """Several parties by their keys."""

    widget = forms.SelectMultiple

    def clean(self, value: Any) -> tuple[PartyKey, ...]:
        """The keys, in the order sent."""
        return tuple(_key(text) for text in value or ())


def _key(text: str) -> PartyKey:
    try:
        return PartyKey.parse(text)
    except ValueError as error:
        raise forms.ValidationError(_("Choose from the list.")) from error


def _day_choices() -> list[tuple[str, object]]:
    named = [(str(days), _("%(days)s working days") % {"days": days}) for days in DAYS]
    return [("", _("Another deadline (below)")), *named]


class DirectionForm(forms.Form):
    """A direction. `rows` are those who may be named; who was named before stays among them."""

    phrase = forms.ChoiceField(
        label=_("Ready phrase"),
        required=False,
        choices=lambda: [("", "–"), *((str(number), text) for number, text in enumerate(PHRASES))],
    )
    text = forms.CharField(
        label=_("Direction"),
        help_text=_("What is to be done and to what end. A ready phrase is put before it, or is enough."),
        error_messages={"required": _("Write what is to be done, or choose a ready phrase.")},
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    lead = PartyField(label=_("Lead"), required=False)
    cooperating = PartiesField(label=_("Co-operating"), required=False)
    informed = PartiesField(label=_("For information"), required=False)
    working_days = forms.TypedChoiceField(
        label=_("Time given"), required=False, coerce=int, empty_value=None, choices=_day_choices
    )
    due_at = forms.DateTimeField(
        label=_("Or until"),
        help_text=_("Vietnam time."),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M", "%d/%m/%Y"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    acceptance = forms.BooleanField(label=_("I look at the result before it is closed"), required=False)

    use_required_attribute = False

    def __init__(self, *args: Any, candidates: Sequence[Candidate] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = candidates
        self.fields["text"].required = not (self.is_bound and self.data.get("phrase"))

    @property
    def rows(self) -> list[Row]:
        """Everyone offered, with the parts chosen so far."""
        lead = str(self["lead"].value() or "")
        cooperating, informed = (
            {str(value) for value in self[name].value() or ()} for name in ("cooperating", "informed")
        )
        return [
            Row(row, str(row.key) == lead, str(row.key) in cooperating, str(row.key) in informed)
            for row in self.candidates
        ]

    def direction(self) -> Direction:
        """The direction asked for; the time of a deadline is Vietnam's."""
        given = self.cleaned_data
        phrase = str(PHRASES[int(given["phrase"])]) if given["phrase"] else ""
        due: datetime | None = given["due_at"]
        return Direction(
            text=" ".join(filter(None, (phrase, given["text"].strip()))),
            lead=given["lead"],
            cooperating=given["cooperating"],
            informed=given["informed"],
            due_at=due.astimezone(VIETNAM) if due else None,
            working_days=None if due else given["working_days"],
            acceptance=given["acceptance"],
        )


def direction_form(
    *,
    agency_id: int,
    at: datetime,
    data: QueryDict | None = None,
    initial: dict[str, Any] | None = None,
    auto_id: str = "direct_%s",
) -> tuple[DirectionForm, str]:
    """The form for an agency's own people, bound if `data` was sent and does more than search; the search.

    Two queries.
    """
    text = (data.get("q", "") if data else "").strip()[:100]
    searches = data is not None and data.get("action") == SEARCH
    values: dict[str, Any] = _values(data) if data is not None and searches else dict(initial or {})
    chosen = data if data is not None else values
    keep = list(_named(_texts(chosen)))
    rows = queries.candidates(agency_id, on=at.astimezone(VIETNAM).date(), text=text, keep=keep)
    bound = None if searches else data
    return DirectionForm(bound, initial=values, candidates=rows, auto_id=auto_id), text


def _values(data: QueryDict) -> dict[str, Any]:
    several = {name: data.getlist(name) for name in ("cooperating", "informed")}
    return {**data.dict(), **several, "acceptance": "acceptance" in data}


def _texts(given: Any) -> Iterable[str]:
    """Every key that the values or the sent form name."""
    several = given.getlist if isinstance(given, QueryDict) else (lambda name: given.get(name) or ())
    yield str(given.get("lead") or "")
    for name in ("cooperating", "informed"):
        yield from (str(value) for value in several(name))


def _named(texts: Iterable[str]) -> Iterable[PartyKey]:
    for text in texts:
        try:
            yield PartyKey.parse(text)
        except ValueError:
            continue
