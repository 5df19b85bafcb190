"""Validation of what the pages of results send; the rules of the work are the actions' own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from lienthong.documents.public import CERTIFICATE_TYPES, DOCUMENT_TYPES
from lienthong.dossiers.contracts import Handing, ResultSeen, ResultText
from lienthong.dossiers.models import DossierParty
from lienthong.dossiers.states import HandOutWay

BODY_LIMIT, LINE_LIMIT = 100_000, 500
ANOTHER = "another"


class ResultForm(forms.Form):
    """What is written of a result: as text laid out here, or a PDF made elsewhere."""

    key = forms.ChoiceField(label=_("Result of the dossier"))
    type_code = forms.ChoiceField(label=_("Type of document"))
    subject = forms.CharField(
        label=_("Title"), max_length=LINE_LIMIT, widget=forms.Textarea(attrs={"rows": 2})
    )
    paragraphs = forms.CharField(
        label=_("Text"),
        help_text=_("One paragraph a line. Number, date, signature and seal are added on signing."),
        error_messages={"required": _("Write the text, or choose a PDF.")},
        max_length=BODY_LIMIT,
        widget=forms.Textarea(attrs={"rows": 14}),
    )
    pdf = forms.FileField(
        label=_("Or a PDF made elsewhere"),
        help_text=_("It gets number, signature and seal, and the text above is not used."),
        required=False,
        max_length=255,
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,.pdf"}),
    )
    authority = forms.CharField(label=_("On whose behalf it is signed"), required=False, max_length=250)
    place = forms.CharField(
        label=_("Place of issue"),
        error_messages={"required": _("Write the place of issue; it stands above the text.")},
        max_length=100,
    )
    recipients = forms.CharField(
        label=_("Who gets it"),
        help_text=_("One a line, as at the foot of the document."),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, names: Mapping[str, str], has_file: bool = False, **kwargs: Any) -> None:
        """`names` are the kinds of results that may be drafted; with one only it is not asked."""
        super().__init__(*args, **kwargs)
        # A PDF made elsewhere, sent now or kept from before, is in place of the text laid out here.
        written = not self.files.get("pdf") and not (has_file and not self.data.get("paragraphs", "").strip())
        self.fields["paragraphs"].required = self.fields["place"].required = written
        key, kinds = self.fields["key"], self.fields["type_code"]
        assert isinstance(key, forms.ChoiceField)
        assert isinstance(kinds, forms.ChoiceField)
        key.choices = list(names.items())
        if len(names) == 1:
            key.widget = forms.HiddenInput()
            key.initial = next(iter(names))
        kinds.choices = [(kind.code, kind.name) for kind in (*CERTIFICATE_TYPES, *DOCUMENT_TYPES)]

    def text(self) -> ResultText:
        """What was written."""
        said = self.cleaned_data
        return ResultText(
            key=said["key"],
            type_code=said["type_code"],
            subject=said["subject"],
            paragraphs=() if said.get("pdf") else tuple(said["paragraphs"].splitlines()),
            recipients=tuple(said["recipients"].splitlines()),
            authority=said["authority"],
            place=said["place"],
        )

    @staticmethod
    def initial_of(text: ResultText) -> dict[str, str]:
        """What stands in the form before anything is changed."""
        return {
            "key": text.key,
            "type_code": text.type_code,
            "subject": text.subject,
            "paragraphs": "\n".join(text.paragraphs),
            "recipients": "\n".join(text.recipients),
            "authority": text.authority,
            "place": text.place,
        }


class SeenForm(forms.Form):
    """Which draft was read."""

    seen = forms.UUIDField(widget=forms.HiddenInput)

    def of(self, result_id: UUID) -> ResultSeen:
        """The draft of the result."""
        return ResultSeen(result_id, self.cleaned_data["seen"])


def seen_among(values: Sequence[str], *, most: int) -> list[ResultSeen]:
    """The drafts ticked, "result:document" each; what makes no sense is left out, one too many is seen."""
    found = []
    for value in values[: most + 1]:
        result, _colon, document = value.partition(":")
        try:
            found.append(ResultSeen(UUID(result), UUID(document)))
        except ValueError:
            continue
    return found


class HandOutForm(forms.Form):
    """Who got the result, how, and on whose authority."""

    to = forms.ChoiceField(label=_("Received by"), widget=forms.RadioSelect)
    received_by = forms.CharField(label=_("If another person: full name"), required=False, max_length=250)
    authority = forms.CharField(
        label=_("On what authority"),
        help_text=_("Of who is not the applicant: power of attorney, letter of introduction."),
        required=False,
        max_length=500,
    )
    way = forms.ChoiceField(label=_("Handed out"), choices=HandOutWay.choices, widget=forms.RadioSelect)
    reference = forms.CharField(
        label=_("Reference"),
        help_text=_("Number of the parcel or of the receipt."),
        required=False,
        max_length=100,
    )

    apart = forms.BooleanField(
        label=_("Hand out this result alone"),
        help_text=_("The other dossiers of the application follow once they are decided."),
        required=False,
    )

    def __init__(
        self, *args: Any, parties: Sequence[DossierParty], way: str, waits: bool = False, **kwargs: Any
    ) -> None:
        """`parties` of the dossier are offered by name; `way` is the usual one for how it came.

        `waits`: others of its application are not decided yet.
        """
        super().__init__(*args, **kwargs)
        if not waits:
            del self.fields["apart"]
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)
        to.choices = [
            *((str(row.party_id), row.party.name) for row in parties),
            (ANOTHER, _("Another person")),
        ]
        to.initial = str(parties[0].party_id) if parties else ANOTHER
        self.fields["way"].initial = way

    def handing(self) -> Handing:
        """What is to be recorded."""
        said = self.cleaned_data
        another = said["to"] == ANOTHER
        return Handing(
            way=said["way"],
            party_id=None if another else UUID(said["to"]),
            received_by=said["received_by"] if another else "",
            authority=said["authority"],
            reference=said["reference"],
            apart=said.get("apart", False),
        )
