"""Validation of what the pages send; the rules of the work are the actions' own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from lienthong.dossiers.contracts import DossierFilter, GivenFile, GivenPaper, Supplement
from lienthong.dossiers.national_queries import REFUSED, TABS
from lienthong.dossiers.states import STATE_LABELS
from lienthong.identity.public import PartyFacts, PartyKind, Viewer
from lienthong.procedures.public import KeptFile, Paper, Sample

REASON_LIMIT = 2_000
LATE = "late"
# A telephone offers its camera, a computer its files.
CAMERA = {"accept": "image/*,application/pdf", "capture": "environment", "multiple": True}
# What a representative acts on (Civil Code 2015, Đ.134–141).
MANDATES = {
    "authorisation": _("Letter of authorisation"),
    "contract": _("Contract of authorisation"),
    "law": _("Representation by law (parent, guardian)"),
    "introduction": _("Letter of introduction"),
    "other": _("Other mandate in writing"),
}


class DossierFilterForm(forms.Form):
    """The narrowing of a list of dossiers; what makes no sense is left out, never refused."""

    text = forms.CharField(label=_("Code, applicant or subject"), required=False, max_length=200)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Any")), *((str(state), label) for state, label in STATE_LABELS.items())],
    )
    late = forms.BooleanField(label=_("Overdue dossiers only"), required=False)

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


class NationalFilterForm(forms.Form):
    """The narrowing of what the national portal was not told; what makes no sense is left out."""

    text = forms.CharField(label=_("Dossier or the portal's words"), required=False, max_length=200)
    tab = forms.CharField(required=False, max_length=20)

    def wanted(self) -> tuple[str, str]:
        """The tab and the words asked for."""
        self.is_valid()
        tab = self.cleaned_data.get("tab", "")
        return tab if tab in TABS else REFUSED, self.cleaned_data.get("text", "")


class CompetenceForm(forms.Form):
    """Who answers for a field; nobody where no agency is chosen."""

    field = forms.SlugField(max_length=40)
    agency_id = forms.IntegerField(required=False, min_value=1)


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
    field_order: tuple[str, ...] = ("until", "reason")


class ApologyDraftForm(ApologyForm):
    """One drafted apology of a list: whether it is made, until when, and why."""

    chosen = forms.BooleanField(label=_("Make this apology"), required=False)
    field_order = ("chosen", "until", "reason")


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


class _ManyFiles(forms.FileInput):
    """Several files; what was sent is read by `web.sent`, which bounds it."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> None:
        """Nothing: the files are not the form's to judge."""


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
        return PartyFacts(
            kind=PartyKind(said["kind"] or PartyKind.CITIZEN),
            name=said["name"],
            number=said["number"],
            born_date=said.get("born_date"),
            telephone=said["telephone"],
            email=said.get("email", ""),
            address=said.get("address", ""),
        )


class RepresentativeForm(PartyForm):
    """Who hands in for the applicant, and on which mandate; empty where the applicant comes in person."""

    mandate = forms.ChoiceField(
        label=_("Mandate"), required=False, choices=[("", _("Choose…")), *MANDATES.items()]
    )
    mandate_number = forms.CharField(label=_("Number of the mandate"), required=False, max_length=100)
    mandate_date = forms.DateField(
        label=_("Date of the mandate"),
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    scan = forms.Field(label=_("Scan of the mandate"), required=False, widget=_ManyFiles(attrs=CAMERA))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("kind", "name"):
            self.fields[name].required = False
        for name in ("born_date", "email", "address"):
            del self.fields[name]

    @property
    def filled(self) -> bool:
        """Whether somebody acts for the applicant."""
        names = ("number", "name", "telephone", "mandate", "mandate_number", "mandate_date")
        return any(self[name].value() for name in names)

    def clean(self) -> dict[str, Any]:
        """A representative has a name and a mandate."""
        said = super().clean() or self.cleaned_data
        if self.filled:
            for name, sentence in (
                ("name", _("Write down who acts for the applicant.")),
                ("mandate", _("Choose what the representative acts on.")),
            ):
                if not said.get(name) and name not in self.errors:
                    self.add_error(name, sentence)
        return said

    def mandate_said(self) -> str:
        """The mandate as it is kept, in the language of the record."""
        said = self.cleaned_data
        with override("vi"):
            words = [str(MANDATES[said["mandate"]])]
        words += [f"số {said['mandate_number']}"] if said["mandate_number"] else []
        words += [f"ngày {said['mandate_date']:%d/%m/%Y}"] if said["mandate_date"] else []
        return " ".join(words)


@dataclass(frozen=True)
class PaperRow:
    """A paper of the checklist with its fields; `kept` are its pages scanned already, `samples` show it."""

    paper: Paper
    originals: forms.BoundField
    copies: forms.BoundField
    scan: forms.BoundField
    held: forms.BoundField | None
    kept: tuple[KeptFile, ...]
    given: bool = False
    samples: tuple[Sample, ...] = ()


class PapersForm(forms.Form):
    """The checklist: originals and copies of each paper, its scanned pages, or a document held already."""

    def __init__(
        self,
        *args: Any,
        papers: Sequence[Paper],
        held: Sequence[tuple[UUID, str, str]] = (),
        scans: Mapping[str, tuple[KeptFile, ...]] = MappingProxyType({}),
        given: Collection[str] = (),
        samples: Mapping[str, tuple[Sample, ...]] = MappingProxyType({}),
        **kwargs: Any,
    ) -> None:
        """`held`: key, name and words of the documents the applicant has here; `scans`: pages, by paper;
        `given`: names of what came in with another procedure of the application; `samples`: by paper."""
        super().__init__(*args, **kwargs)
        self._given, self._samples = given, samples
        self._papers, self._scans = wanted_papers(papers), scans
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
                    initial=None if paper.when or paper.name in given else wanted,
                )
            self.fields[f"scan-{paper.key}"] = forms.Field(
                label=_("Scan or photograph"), required=False, widget=_ManyFiles(attrs=CAMERA)
            )
            # A choice that has gone since is refused, never read as nothing.
            if held or self.data.get(f"held-{paper.key}"):
                # What is called like the paper stands first.
                fitting = sorted(held, key=lambda one, name=paper.name: one[1].casefold() != name.casefold())  # type: ignore[misc]
                self.fields[f"held-{paper.key}"] = forms.ChoiceField(
                    label=_("Held already"),
                    required=False,
                    choices=[
                        ("", _("No, it is handed in")),
                        *((str(key), said) for key, _name, said in fitting),
                    ],
                )

    def rows(self) -> list[PaperRow]:
        """Each paper with its fields."""
        return [
            PaperRow(
                one,
                self[f"originals-{one.key}"],
                self[f"copies-{one.key}"],
                self[f"scan-{one.key}"],
                self[f"held-{one.key}"] if f"held-{one.key}" in self.fields else None,
                self._scans.get(one.key, ()),
                one.name in self._given,
                self._samples.get(one.key, ()),
            )
            for one in self._papers
        ]

    def given(self) -> tuple[GivenPaper, ...]:
        """The papers of which anything was handed in, scanned or held already."""
        said = self.cleaned_data
        rows = []
        for one in self._papers:
            held = said.get(f"held-{one.key}") or ""
            rows.append(
                GivenPaper(
                    name=one.name,
                    key=one.key,
                    # What is held already is not taken in a second time.
                    originals=0 if held else said.get(f"originals-{one.key}") or 0,
                    copies=0 if held else said.get(f"copies-{one.key}") or 0,
                    held_id=UUID(held) if held else None,
                    files=tuple(
                        GivenFile(file.sha256, one.name, file.name) for file in self._scans.get(one.key, ())
                    ),
                )
            )
        return tuple(row for row in rows if row.originals or row.copies or row.held_id or row.files)


def wanted_papers(papers: Sequence[Paper]) -> list[Paper]:
    """The papers that are asked of the applicant: not those that the State holds."""
    return [paper for paper in papers if not paper.held_by_state]
