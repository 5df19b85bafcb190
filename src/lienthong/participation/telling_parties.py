"""What senders who are known as parties are told: that it was answered, passed on or refused; ratings too."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.notifications.public import NoticeKind, Place, Telling, register_notice, tell_parties
from lienthong.participation.models import Feedback
from lienthong.participation.rating_models import Rating

_NUMBER = Place("number", _("Number of the feedback"), "PA-A5C27F4193", short=True)
_BODY = Place("agency", _("Body that answers"), "UBND xã Mẫu")
_CODE = Place("code", _("Code of the dossier"), "H55.21.13-20260302-0007", short=True)


def _kind(name: str, label: Promise, first: Place, title: Promise, text: Promise, sms: Promise) -> NoticeKind:
    todo = _("Open it to read the answer.")
    return register_notice(NoticeKind(f"participation.{name}", label, (first, _BODY), title, text, todo, sms))


_TABLE: dict[str, NoticeKind] = {
    "approve": _kind(
        "answered",
        _("Feedback was answered"),
        _NUMBER,
        _("Your feedback {number} is answered"),
        _("{agency} has answered your feedback {number}. You can send it back once within 15 days."),
        _("Your feedback {number} is answered. Read it on the portal."),
    ),
    "reroute": _kind(
        "passed-on",
        _("Feedback was passed on to another body"),
        _NUMBER,
        _("Your feedback {number} was passed on"),
        _("Your feedback {number} lies with {agency} now, which is competent and has to answer."),
        _("Your feedback {number} was passed on to the competent body."),
    ),
    "refuse": _kind(
        "refused",
        _("Feedback was refused"),
        _NUMBER,
        _("Your feedback {number} was refused"),
        _("{agency} has refused your feedback {number}, and says why."),
        _("Your feedback {number} was refused. Read why on the portal."),
    ),
}
_RATED = _kind(
    "rating-answered",
    _("A low rating was answered"),
    _CODE,
    _("Your rating of dossier {code} is answered"),
    _("{agency} has answered what you said of its service for dossier {code}."),
    _("Your rating of dossier {code} is answered. Read it on the portal."),
)


def tell_sender(feedback: Feedback, verb: str, *, at: datetime) -> None:
    """Tell the party that sent it what the table names, in the caller's transaction. One query or two."""
    kind = _TABLE.get(verb)
    if kind is None or feedback.party_id is None or feedback.agency is None:
        return
    values = {"number": feedback.number, "agency": feedback.agency.name}
    link = reverse("participation:own", args=[feedback.pk])
    subject, key = feedback.ledger_subject, f"{verb} {at.isoformat()}"
    told = Telling(feedback.party_id, kind.code, subject, values, key, link)
    tell_parties(tellings=[told], at=at)


def tell_rater(rating: Rating, *, at: datetime) -> None:
    """Tell the party that its low rating was answered, in the caller's transaction."""
    values = {"code": rating.dossier.code, "agency": rating.agency.name}
    link = reverse("participation:rate", args=[rating.dossier_id])
    told = Telling(rating.party_id, _RATED.code, rating.ledger_subject, values, link=link)
    tell_parties(tellings=[told], at=at)
