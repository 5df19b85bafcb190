"""Validation of what the pages send; the rules of the work are the actions' own."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lienthong.documents.public import DOCUMENT_TYPES
from lienthong.office.contracts import Composition, IncomingFilter, OutgoingFilter
from lienthong.office.dispatching_forms import InsideField, lines_of, paper_field
from lienthong.office.groups import GROUP_LABELS
from lienthong.office.models import Recipient
from lienthong.office.register_models import RegisterBook
from lienthong.office.states import STEERING_TYPES, URGENCIES

SUBJECT_LIMIT = 500
PLACE_LIMIT = 100
BODY_LIMIT = 50_000
ANY = ("", _("Any"))
WAY_LABELS = {"axis": _("Over the axis"), "inside": _("Inside the agency"), "paper": _("On paper")}


def _day(label: Any) -> forms.DateField:
    """A day that a list may be narrowed by."""
    picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, input_formats=["%Y-%m-%d", "%d/%m/%Y"], widget=picker)


class IncomingFilterForm(forms.Form):
    """The narrowing of a list of incoming documents; what makes no sense is left out, never refused."""

    text = forms.CharField(label=_("Number, notation, summary or content"), required=False, max_length=200)
    sender = forms.CharField(label=_("Sender"), required=False, max_length=100)
    urgency = forms.TypedChoiceField(
        label=_("Urgency"), required=False, coerce=int, empty_value=None, choices=[ANY, *URGENCIES.items()]
    )
    overdue = forms.BooleanField(label=_("Overdue only"), required=False)
    unproven = forms.BooleanField(label=_("Authenticity not established"), required=False)
    late = forms.BooleanField(label=_("Late to be registered"), required=False)
    signer = forms.CharField(label=_("Signed by"), required=False, max_length=100)
    register = forms.TypedChoiceField(label=_("Register book"), required=False, coerce=int, empty_value=None)
    since = _day(_("Arrived from"))
    until = _day(_("Arrived until"))

    def __init__(self, *args: Any, books: Collection[RegisterBook] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["register"].choices = [ANY, *((book.id, book.name) for book in books)]  # type: ignore[attr-defined]

    def wanted(self, tab: str) -> IncomingFilter:
        """The filter asked for."""
        self.is_valid()
        return IncomingFilter(tab=tab, **self.cleaned_data)


class OutgoingFilterForm(forms.Form):
    """The narrowing of a list of outgoing documents."""

    text = forms.CharField(label=_("Number, notation, summary or content"), required=False, max_length=200)
    since = _day(_("Issued from"))
    until = _day(_("Issued until"))
    type = forms.ChoiceField(
        label=_("Type of document"),
        required=False,
        choices=[ANY, *((one.code, one.name_vi) for one in DOCUMENT_TYPES)],
    )
    division = forms.CharField(label=_("Division, by its whole name"), required=False, max_length=250)
    signer = forms.CharField(label=_("Signed by"), required=False, max_length=250)
    way = forms.ChoiceField(label=_("Way of dispatch"), required=False, choices=[ANY, *WAY_LABELS.items()])

    def wanted(self, tab: str) -> OutgoingFilter:
        """The filter asked for."""
        self.is_valid()
        return OutgoingFilter(tab=tab, **self.cleaned_data)


class ReasonForm(forms.Form):
    """Why a document goes back, or why it does not."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The sender will read it."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class NotSecretForm(forms.Form):
    """Why a document with words like a secrecy mark is not secret."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("What the words on the scan really are. It is recorded with your name."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TakeBackForm(ReasonForm):
    """Why a sent document is taken back, and from whom."""

    recipients = forms.TypedMultipleChoiceField(
        label=_("From these recipients"),
        help_text=_("Tick none to take it back from all, also inside the agency and on paper."),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, holders: Collection[Recipient], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("The recipients will read it.")
        choices = [(row.agency_id, f"{row.agency.name} – {row.status_label}") for row in holders]
        self.fields["recipients"].choices = choices  # type: ignore[attr-defined]


def _type_choices() -> list[tuple[str, str]]:
    vietnamese = (get_language() or "vi").startswith("vi")
    return [
        (kind.code, kind.name_vi if vietnamese else f"{kind.name_en} ({kind.name_vi})")
        for kind in DOCUMENT_TYPES
    ]


class ComposeForm(forms.Form):
    """A document to be prepared: its facts, its text or its PDF, and where it goes."""

    TEMPLATE, UPLOAD = "template", "upload"

    type_code = forms.ChoiceField(label=_("Type"), choices=_type_choices)
    subject = forms.CharField(
        label=_("Summary"),
        help_text=_("One sentence that says what the document is about, at most 500 characters."),
        max_length=SUBJECT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    place = forms.CharField(label=_("Place of issue"), max_length=PLACE_LIMIT)
    urgency = forms.TypedChoiceField(
        label=_("Urgency"), coerce=int, choices=list(URGENCIES.items())[:4], initial=0
    )
    steering_type = forms.TypedChoiceField(
        label=_("Steering"),
        help_text=_("Whether the document directs its recipients, or reports on a directive."),
        coerce=int,
        choices=list(STEERING_TYPES.items()),
        initial=0,
    )
    due_on = forms.DateField(
        label=_("Asked for by"),
        help_text=_("The day by which the recipients are to finish."),
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    source = forms.ChoiceField(
        label=_("How it is made"),
        choices=[(TEMPLATE, _("Write the text here")), (UPLOAD, _("Upload a PDF or Word file"))],
        initial=TEMPLATE,
        widget=forms.RadioSelect,
    )
    body = forms.CharField(
        label=_("Text"),
        help_text=_(
            "Paragraphs are parted by a blank line. Layout, number, date and signatures are added on issue."
        ),
        error_messages={"required": _("The text is empty. Write it, or upload a PDF instead.")},
        max_length=BODY_LIMIT,
        widget=forms.Textarea(attrs={"rows": 12}),
    )
    pdf = forms.FileField(
        label=_("PDF or Word file"),
        help_text=_(
            "PDF, or Word (.docx), of which the PDF is made. Number and signatures are put on it on issue."
        ),
        error_messages={"required": _("No PDF was chosen. Choose the file, or write the text instead.")},
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.docx,application/pdf"}),
    )
    replaces = forms.UUIDField(required=False, widget=forms.HiddenInput)
    corrects = forms.UUIDField(required=False, widget=forms.HiddenInput)
    task = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)  # the one the writer began from
    groups = forms.MultipleChoiceField(
        label=_("Groups"), required=False, choices=GROUP_LABELS.items, widget=forms.CheckboxSelectMultiple
    )

    inside = InsideField(required=False)
    paper = paper_field()
    encrypted = forms.BooleanField(
        label=_("Encrypt for the recipients"),
        help_text=_(
            "Only the recipients can open the files, not the axis. Sender, recipients, number, summary, "
            "dates and file names stay readable. Every recipient needs an encryption certificate; you are "
            "told who has none."
        ),
        required=False,
    )

    use_required_attribute = False

    def __init__(self, *args: Any, has_pdf: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            source = self.data.get("source")
            self.fields["body"].required = source == self.TEMPLATE
            self.fields["pdf"].required = source == self.UPLOAD and not has_pdf

    def composition(self, recipients: tuple[int, ...]) -> Composition:
        """The document asked for, going to the agencies with these ids."""
        given = self.cleaned_data
        return Composition(
            type_code=given["type_code"],
            subject=given["subject"],
            place=given["place"],
            recipients=recipients,
            groups=tuple(given["groups"]),
            body=given["body"] if given["source"] == self.TEMPLATE else "",
            urgency=given["urgency"],
            due_on=given["due_on"],
            steering_type=given["steering_type"],
            encrypted=given["encrypted"],
            replaces=given["replaces"],
            corrects=given["corrects"],
            task=given["task"],
            inside=given["inside"],
            paper=tuple(lines_of(given["paper"])),
        )
