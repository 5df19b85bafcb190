"""Validation of what the pages send; the rules of the work are the actions' own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lienthong.dossiers.contracts import DossierFilter, GivenPaper, Supplement
from lienthong.dossiers.states import STATE_LABELS
from lienthong.identity.public import PartyFacts, PartyKind, Viewer
from lienthong.procedures.public import Paper

REASON_LIMIT = 2_000
LATE = "late"


class DossierFilterForm(forms.Form):
    """The narrowing of a list of dossiers; what makes no sense is left out, never refused."""

    text = forms.CharField(label=_("Code, applicant or subject"), required=False, max_length=200)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Any")), *((str(state), label) for state, label in STATE_LABELS.items())],
    )
    late = forms.BooleanField(label=_("Overdue only"), required=False)

    def wanted(self) -> DossierFilter:
        """The filter asked for."""
        self.is_valid()
        said = self.cleaned_data
        late = LATE if said.get("late") else ""
        return DossierFilter(text=said.get("text", ""), state=said.get("state", ""), timing=late)


class AssignmentForm(forms.Form):
    """Who does the chosen steps: whoever asks, nobody in particular, or an official."""

    to = forms.ChoiceField(choices=[("me", ""), ("nobody", ""), ("official", "")])
    official_id = forms.IntegerField(required=False)
    reason = forms.CharField(required=False, max_length=500)

    def clean(self) -> dict[str, Any]:
        """An official is named where one is meant."""
        said = super().clean() or self.cleaned_data
        if said.get("to") == "official" and not said.get("official_id"):
            raise forms.ValidationError(_("Choose who does the steps."))
        return said

    def official(self, viewer: Viewer) -> int | None:
        """Who is meant."""
        named: int | None = self.cleaned_data["official_id"]
        return {"me": viewer.official_id, "nobody": None, "official": named}[self.cleaned_data["to"]]


class NothingForm(forms.Form):
    """An act that needs no words."""


class ReasonForm(forms.Form):
    """Words that the applicant will read."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The applicant reads it."),
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ApologyForm(ReasonForm):
    """A new date, and why."""

    until = forms.DateTimeField(
        label=_("New date of the result"),
        help_text=_("Vietnam time."),
        input_formats=["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    field_order = ("until", "reason")


class SupplementForm(ReasonForm):
    """Everything that is missing or wrong, a line each."""

    items = forms.CharField(
        label=_("What is missing or wrong"),
        help_text=_("One paper or statement a line, all of them: it is asked once."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    field_order = ("items", "reason")

    def supplement(self) -> Supplement:
        """What is asked for."""
        said = self.cleaned_data
        return Supplement(tuple(said["items"].splitlines()), said["reason"])


class WorkForm(forms.Form):
    """A step that is finished: how it goes on, and what was found."""

    note = forms.CharField(
        label=_("Note"), required=False, max_length=REASON_LIMIT, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self, *args: Any, ways: Sequence[tuple[str, str]], asks: bool, waited: bool = False, **kwargs: Any
    ) -> None:
        """`ways` are "choice:target" with their names; `asks`: one of them asks for a supplement; `waited`:
        bodies asked for their opinion have not answered."""
        super().__init__(*args, **kwargs)
        if ways:
            self.fields["way"] = forms.ChoiceField(
                label=_("How it goes on"), choices=list(ways), widget=forms.RadioSelect
            )
        if asks:
            self.fields["items"] = forms.CharField(
                label=_("If a supplement is needed: what is missing or wrong"),
                help_text=_("One paper or statement a line, all of them: it is asked once."),
                required=False,
                max_length=20_000,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
            self.fields["reason"] = forms.CharField(
                label=_("Why it is needed"), required=False, max_length=REASON_LIMIT
            )
        if waited:
            self.fields["despite"] = forms.CharField(
                label=_("Why it is finished without the opinions still open"),
                help_text=_("The bodies that were asked read it; their questions are withdrawn."),
                required=False,
                max_length=REASON_LIMIT,
            )
        self.order_fields(["way", "items", "reason", "despite", "note"])

    def choices_made(self) -> dict[str, str]:
        """What was chosen: choice step → target step."""
        choice, _colon, target = self.cleaned_data.get("way", "").partition(":")
        return {choice: target} if target else {}

    def supplement(self) -> Supplement | None:
        """What is asked for, if anything was written."""
        items = tuple(self.cleaned_data.get("items", "").splitlines())
        return Supplement(items, self.cleaned_data.get("reason", "")) if items else None


class PartyForm(forms.Form):
    """Who hands in: a person or a business, and how to reach them."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            (PartyKind.CITIZEN.value, _("Citizen")),
            (PartyKind.BUSINESS.value, _("Business")),
            (PartyKind.HOUSEHOLD.value, _("Household")),
        ],
    )
    number = forms.CharField(
        label=_("Identification number or tax code"), required=False, max_length=14, strip=True
    )
    name = forms.CharField(label=_("Full name"), max_length=250)
    born_date = forms.DateField(
        label=_("Date of birth"),
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    telephone = forms.RegexField(
        r"^[0-9+ .()-]{6,30}$",
        label=_("Telephone"),
        required=False,
        error_messages={"invalid": _("A telephone number has 10 or 11 digits and begins with 0.")},
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    address = forms.CharField(label=_("Address"), required=False, max_length=500)

    def facts(self) -> PartyFacts:
        """What was said of the party."""
        said = self.cleaned_data
        born: date | None = said["born_date"]
        return PartyFacts(
            kind=PartyKind(said["kind"]),
            name=said["name"],
            number=said["number"],
            born_date=born,
            telephone=said["telephone"],
            email=said["email"],
            address=said["address"],
        )


class PapersForm(forms.Form):
    """The checklist: how many originals and copies of each paper were handed in."""

    def __init__(self, *args: Any, papers: Sequence[Paper], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._papers = [paper for paper in papers if not paper.held_by_state]
        for paper in self._papers:
            for kind, label, wanted in (
                ("originals", _("originals"), paper.originals),
                ("copies", _("copies"), paper.copies),
            ):
                self.fields[f"{kind}-{paper.key}"] = forms.IntegerField(
                    label=label,
                    required=False,
                    min_value=0,
                    max_value=100,
                    # A paper of some cases only is counted by who receives it, never taken for given.
                    initial=None if paper.when else wanted,
                )

    def rows(self) -> list[tuple[Paper, forms.BoundField, forms.BoundField]]:
        """Each paper with its two fields."""
        return [(one, self[f"originals-{one.key}"], self[f"copies-{one.key}"]) for one in self._papers]

    def given(self) -> tuple[GivenPaper, ...]:
        """The papers of which anything was handed in."""
        said = self.cleaned_data
        rows = [
            GivenPaper(
                name=one.name,
                key=one.key,
                originals=said.get(f"originals-{one.key}") or 0,
                copies=said.get(f"copies-{one.key}") or 0,
            )
            for one in self._papers
        ]
        return tuple(row for row in rows if row.originals or row.copies)
