"""By which way a person is told, and how far a mail has come."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Way(TextChoices):
    """How an official is told of one kind of thing; all but the first show it in the app."""

    NONE = "none", _("Not at all")
    APP = "app", _("In the app only")
    DIGEST = "digest", _("In the app and in the daily digest")
    MAIL = "mail", _("In the app and by mail at once")


class MailState(TextChoices):
    """How far a mail has come: it waits (and is tried again) until it is sent or dead."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    GIVEN_UP = "given-up"
