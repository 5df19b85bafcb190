"""The life of a mail that reached an agency's mailbox, and why a part of it was not kept."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class MailState(StrEnum):
    """Whether a mail waits for the clerk, became an incoming document, or was set aside."""

    WAITING = "waiting"
    TAKEN = "taken"
    ASIDE = "aside"


MAIL_STATE_LABELS: dict[str, Promise] = {
    MailState.WAITING: _("To be looked at"),
    MailState.TAKEN: _("Taken over"),
    MailState.ASIDE: _("Set aside"),
}


class MailProblem(StrEnum):
    """Why only the head of a mail was kept."""

    NONE = ""
    TOO_LARGE = "too-large"
    TOO_COMPLEX = "too-complex"
    UNREADABLE = "unreadable"


MAIL_PROBLEMS: dict[str, Promise] = {
    MailProblem.TOO_LARGE: _(
        "The mail is larger than is taken in here, so its text and files were not fetched. "
        "Open it in the mailbox and ask the sender for smaller files."
    ),
    MailProblem.TOO_COMPLEX: _(
        "The mail consists of more parts than an honest one has, so it was not taken apart. "
        "Open it in the mailbox if you know the sender."
    ),
    MailProblem.UNREADABLE: _("The mail is damaged and could not be read. Ask the sender to send it again."),
}
