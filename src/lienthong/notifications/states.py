"""By which way a person is told, and how far a message has come."""

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
    """How far a message has come: it waits (and is tried again) until it is sent or dead."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    GIVEN_UP = "given-up"


class Channel(TextChoices):
    """By which way out a party is told besides the page of their own notices."""

    ZALO = "zalo", _("Zalo")
    SMS = "sms", _("SMS")
    MAIL = "mail", _("E-mail")


class Wording(TextChoices):
    """Where the words of a notice are read. A mail says what the page says."""

    PAGE = "page", _("Page and e-mail")
    SMS = "sms", _("SMS")
    ZALO = "zalo", _("Zalo")


# What reaches a telephone first; where a party chose no order. Zalo costs the agency a third of an SMS.
USUAL_ORDER = (Channel.ZALO, Channel.SMS, Channel.MAIL)
QUIET_FROM, QUIET_UNTIL = 21 * 60, 6 * 60  # minutes after midnight, in Vietnam
