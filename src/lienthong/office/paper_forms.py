"""Validation of what the page of documents on paper sends."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import SearchTooLong, find_agencies, search_agencies
from lienthong.identity.public import Viewer
from lienthong.office.actions.paper import KeptScan
from lienthong.office.contracts import PaperFacts
from lienthong.office.states import CAME_BY_LABELS, SENDER_LABELS, URGENCIES, SenderKind

SALT = "office.paper.scan"
KEPT_SECONDS = 12 * 60 * 60
PHOTOS_AND_PDF = "application/pdf,image/jpeg,image/png,image/heic,.heic"


class PagesInput(forms.ClearableFileInput):
    """Several files in one go."""

    allow_multiple_selected = True


class ScanField(forms.Field):
    """Shown as required; whether there is a scan is told from all inputs, and from the form before."""

    def clean(self, value: object) -> object:
        """Whatever was sent: `scanning` looks at it."""
        return value


class PaperForm(forms.Form):
    """What stands on the paper, in the order in which a clerk reads it."""

    scan = ScanField(
        label=_("Scan or photos of the pages"),
        help_text=_(
            "One PDF, or photos of all pages in their order; they become one PDF. Colour, at least 200 dpi."
        ),
        widget=PagesInput(attrs={"accept": PHOTOS_AND_PDF}),
    )
    camera = forms.Field(
        label=_("Take photos with the telephone"),
        help_text=_("One photo after the other; they come after the files chosen above."),
        required=False,
        widget=PagesInput(attrs={"accept": "image/jpeg,image/png", "capture": "environment"}),
    )
    sender = forms.CharField(
        label=_("Sender"),
        help_text=_("Name or code of the agency, or the name of the business or person."),
        max_length=250,
        widget=forms.TextInput(attrs={"list": "senders", "autocomplete": "off"}),
    )
    sender_kind = forms.ChoiceField(
        label=_("Kind of sender"), choices=list(SENDER_LABELS.items()), initial=SenderKind.AGENCY
    )
    code = forms.CharField(
        label=_("Number, notation"), help_text=_("Such as 123/QĐ-UBND."), required=False, max_length=200
    )
    promulgated_on = forms.DateField(
        label=_("Date of the document"),
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    type_name = forms.CharField(
        label=_("Type"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"list": "document-types"}),
    )
    subject = forms.CharField(label=_("Summary"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    signer_name = forms.CharField(label=_("Signed by"), required=False, max_length=250)
    urgency = forms.TypedChoiceField(
        label=_("Urgency"), coerce=int, choices=list(URGENCIES.items()), initial=0
    )
    pages = forms.IntegerField(
        label=_("Number of pages"),
        help_text=_("Empty: as many as the scan has."),
        required=False,
        min_value=1,
        max_value=9999,
    )
    came_by = forms.ChoiceField(label=_("How it came"), choices=list(CAME_BY_LABELS.items()))
    duplicate_reason = forms.CharField(
        label=_("Why it is entered a second time"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    kept = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)

    use_required_attribute = False

    def facts(self, *, on: date) -> PaperFacts:
        """What was read; the sender is looked for in the directory of that day."""
        given = self.cleaned_data
        name, code = given["sender"], ""
        if given["sender_kind"] == SenderKind.AGENCY:
            name, code = agency_named(name, on=on)
        return PaperFacts(
            subject=given["subject"].strip(),
            sender_name=name,
            sender_code=code,
            **{key: given[key] for key in _AS_THEY_ARE},
        )


_AS_THEY_ARE = (
    "sender_kind",
    "came_by",
    "code",
    "promulgated_on",
    "type_name",
    "signer_name",
    "urgency",
    "pages",
    "duplicate_reason",
)


def agency_named(text: str, *, on: date) -> tuple[str, str]:
    """Name and code of the agency whose code or whole name the text is; else the text as it is, no code."""
    found = find_agencies([text], on=on).get(text)
    if found is not None:
        return found.name, found.code
    try:
        alike = [
            agency for agency in search_agencies(text, on=on) if agency.name.casefold() == text.casefold()
        ]
    except SearchTooLong:
        alike = []
    return (alike[0].name, alike[0].code) if len(alike) == 1 else (text, "")


def seal_scan(scan: KeptScan, viewer: Viewer) -> str:
    """A token that lets this official name the scan in the next form."""
    given: dict[str, Any] = {"scan": [scan.blob_id, scan.pages, list(scan.advice)], "for": viewer.official_id}
    return signing.dumps(given, salt=SALT)


def unseal_scan(token: str, viewer: Viewer) -> KeptScan | None:
    """The scan kept before; None if there is none, it is another's or too old."""
    try:
        given = signing.loads(token, salt=SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature:
        return None
    if given["for"] != viewer.official_id:
        return None
    blob_id, pages, advice = given["scan"]
    return KeptScan(blob_id, pages, tuple(advice))
