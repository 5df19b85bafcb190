"""Validation of what the pages of the list of files send; the rules are the actions' own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lienthong.office.archive.filing import CODE_LIMIT, TITLE_LIMIT
from lienthong.office.archive.list_models import PlannedFile
from lienthong.office.archive.planning import HEADING_LIMIT, REASON_LIMIT, Entry
from lienthong.office.archive.retention_queries import Rule
from lienthong.office.work_file_forms import RetentionField


class EntryForm(forms.Form):
    """A row of the list; with `late` also why it is added to an approved one."""

    heading = forms.CharField(
        label=pgettext_lazy("list of files", "Heading"),
        help_text=_("A heading that is there already, or a new one."),
        required=False,
        max_length=HEADING_LIMIT,
        widget=forms.TextInput(attrs={"list": "headings"}),
    )
    code = forms.CharField(
        label=pgettext_lazy("work file", "Code"), help_text=_("Such as 05.TH."), max_length=CODE_LIMIT
    )
    title = forms.CharField(
        label=_("Title of the work file"), max_length=TITLE_LIMIT, widget=forms.Textarea(attrs={"rows": 2})
    )
    retention = RetentionField(label=_("Retention period"))
    responsible = forms.ChoiceField(label=_("Who opens it"), required=False)
    reason = forms.CharField(
        label=_("Why it is added"), max_length=REASON_LIMIT, widget=forms.Textarea(attrs={"rows": 2})
    )
    use_required_attribute = False

    def __init__(
        self,
        *args: Any,
        responsible: Mapping[str, str],
        rules: Sequence[Rule],
        late: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["retention"].offer(rules, self.initial.get("retention", ""))  # type: ignore[attr-defined]
        self.fields["responsible"].choices = [("", _("Any keeper")), *responsible.items()]  # type: ignore[attr-defined]
        if not late:
            del self.fields["reason"]

    def entry(self) -> Entry:
        """The row asked for."""
        given = self.cleaned_data
        kind, _colon, key = given["responsible"].partition(":")
        return Entry(
            code=given["code"],
            title=given["title"],
            retention=given["retention"],
            heading=given["heading"],
            official_id=int(key) if kind == "official" else None,
            division_id=int(key) if kind == "division" else None,
        )


class SheetForm(forms.Form):
    """A spreadsheet to take the rows from."""

    file = forms.FileField(
        label=_("Spreadsheet (XLSX)"),
        help_text=_("With the columns of the one that is downloaded here. It takes the place of all rows."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )
    use_required_attribute = False


def initial_of(row: PlannedFile) -> dict[str, object]:
    """What the form shows of a row that is there."""
    responsible = f"official:{row.official_id}" if row.official_id else ""
    if row.division_id:
        responsible = f"division:{row.division_id}"
    return {
        "heading": row.heading,
        "code": row.code,
        "title": row.title,
        "retention": row.retention,
        "responsible": responsible,
    }
