"""Forms of dispatch beside the axis: who else gets a document, and how it went on paper."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lienthong.office.actions.addressing import MOST_BESIDE
from lienthong.office.contracts import PaperRecord
from lienthong.office.dispatch_models import PAPER_NAME_LIMIT
from lienthong.office.states import WAY_LABELS
from lienthong.tasks.public import PartyKey


class InsideField(forms.Field):
    """Divisions and officials by their keys."""

    widget = forms.SelectMultiple

    def clean(self, value: Any) -> tuple[PartyKey, ...]:
        """The keys in the order sent."""
        try:
            return tuple(PartyKey.parse(text) for text in value or ())
        except ValueError as error:
            raise forms.ValidationError(_("Choose from the list.")) from error


def paper_field() -> forms.CharField:
    """The field for those who get a document on paper."""
    return forms.CharField(
        label=_("On paper"),
        help_text=_(
            "One a line: a person, an organisation, or the name or code of an agency without connection. "
            "When and how it went is recorded after issue."
        ),
        required=False,
        max_length=MOST_BESIDE * PAPER_NAME_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class BesideForm(forms.Form):
    """More recipients of an issued document."""

    inside = InsideField(required=False)
    paper = paper_field()


class PaperRecordForm(forms.Form):
    """How the document went to one recipient on paper."""

    way = forms.ChoiceField(label=_("Way"), choices=list(WAY_LABELS.items()))
    sent_on = forms.DateField(
        label=_("Dispatched on"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    carried_by = forms.CharField(label=_("Handed over by"), max_length=150)
    receipt_number = forms.CharField(label=_("Receipt number"), required=False, max_length=100)
    reason = forms.CharField(label=_("Why the record is corrected"), required=False, max_length=500)

    use_required_attribute = False

    def record(self) -> PaperRecord:
        """What was written down."""
        return PaperRecord(**self.cleaned_data)


def lines_of(text: str) -> Iterable[str]:
    """The lines that say something."""
    return [line for line in text.splitlines() if line.strip()]
