"""Validation of what the pages of mails send."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lienthong.kernel.media_types import DOCX
from lienthong.office.actions.mail import NoFileChosen
from lienthong.office.contracts import PaperFacts
from lienthong.office.mail_models import MailFile, ReceivedMail
from lienthong.office.paper_forms import PaperForm
from lienthong.office.states import CameBy


class MailForm(PaperForm):
    """What stands in the document that came by mail, and which of the mail's files it is."""

    chosen = forms.TypedMultipleChoiceField(
        label=_("Files that are the document"),
        help_text=_("PDFs stay as they came; pictures become one PDF."),
        coerce=int,
        error_messages={"required": NoFileChosen.sentence},
        widget=forms.CheckboxSelectMultiple,
    )
    checked = forms.BooleanField(
        label=_("I checked with the sender that the mail is theirs"),
        help_text=_(
            "A mail proves nothing: anybody can write any sender. Ask by telephone or by another way."
        ),
    )

    def __init__(self, *args: Any, files: Sequence[MailFile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("scan", "camera", "kept", "came_by"):
            del self.fields[name]
        self.fields["chosen"].choices = [(file.position, file.name) for file in files]  # type: ignore[attr-defined]

    def facts(self, *, on: date) -> PaperFacts:
        """What was read; it came by mail."""
        self.cleaned_data["came_by"] = CameBy.MAIL
        return super().facts(on=on)


class AsideForm(forms.Form):
    """Why a mail is no document."""

    reason = forms.CharField(
        label=_("Why it is set aside"),
        help_text=_("For your colleagues; the sender does not read it."),
        max_length=500,
    )


def first_form(mail: ReceivedMail, files: Sequence[MailFile]) -> MailForm:
    """The form with what the mail says: sender and summary; all its files chosen but Word's, of which a PDF
    beside it is the document."""
    pdfs = [file.position for file in files if file.blob and file.blob.media_type != DOCX]
    return MailForm(
        files=files,
        initial={
            "sender": mail.sender_name or mail.sender_address,
            "subject": mail.subject,
            "chosen": pdfs or [file.position for file in files],
        },
    )
