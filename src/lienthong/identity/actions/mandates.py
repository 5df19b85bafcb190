"""Mandates: a citizen or business lets another person act for it; either side ends it at once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from lienthong.identity.access import NotFound
from lienthong.identity.contracts import By, NewMandate, Visitor
from lienthong.identity.models import Mandate, Party
from lienthong.identity.policies import is_addressed, is_givers
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Subject, record

NUMBER = re.compile(r"[0-9]{12}")
LONGEST = timedelta(days=5 * 366)
MOST_OPEN, MOST_PROCEDURES = 50, 20


class NotConfirmed(Refusal):
    """The account is not known to be the person's own yet."""

    code, status = "account-not-confirmed", 403
    sentence = _(
        "This account is not confirmed yet, so it cannot act for others or let others act. "
        "Come to any one-stop counter with your identity card, or sign in by the national sign-on."
    )


class MandateOnMandate(Refusal):
    """A mandate was to be granted by who acts on a mandate."""

    code, status = "mandate-on-mandate", 403
    sentence = _(
        "You act for %(name)s on a mandate, and a mandate cannot be passed on. "
        "Ask them to name the other person themselves."
    )


class MandateToSelf(Refusal):
    """A mandate was granted to oneself."""

    code, status = "mandate-to-self", 422
    sentence = _("This is your own number. Write the number of the person who is to act for you.")


class MandateNumberWrong(Refusal):
    """Not the number of a person."""

    code, status = "mandate-number-wrong", 422
    sentence = _("A person's identification number has 12 digits. Look at their identity card again.")


class MandatePeriodWrong(Refusal):
    """The period is over, backwards, or too long."""

    code, status = "mandate-period-wrong", 422
    sentence = _(
        "The mandate must begin today or later, end on a later day or the same, and last at most five years. "
        "Correct the days."
    )


class MandateOverlaps(Refusal):
    """The same person holds a mandate for part of the period already."""

    code, status = "mandate-overlaps", 409
    sentence = _(
        "You already gave this person a mandate for part of that time. "
        "End that one first, or choose other days."
    )


class TooManyMandates(Refusal):
    """Too many are open, or one names too many procedures."""

    code, status = "too-many-mandates", 422
    sentence = _("There can be at most 50 open mandates, each for at most 20 procedures. End some first.")


def grant_mandate(*, visitor: Visitor, new: NewMandate, at: datetime) -> Mandate:
    """Let the person of that number and name act for whom the visitor acts now, once they accept.

    The answer is the same whether the number is known here.

    Raises:
        NotConfirmed, MandateOnMandate, MandateNumberWrong, MandateToSelf, MandatePeriodWrong,
        TooManyMandates, MandateOverlaps
    """
    giver_id, person_id = _require_giver(visitor)
    _require_possible(visitor, new, at=at)
    mandate = Mandate(
        giver_id=giver_id,
        given_by_id=person_id,
        holder_number=new.holder_number,
        holder_name=" ".join(new.holder_name.split()),
        purpose=new.purpose.strip(),
        procedures=sorted(set(new.procedures)),
        from_date=new.from_date,
        until_date=new.until_date,
        given_at=at,
    )
    try:
        with transaction.atomic():
            Party.objects.select_for_update(of=("self",)).get(pk=giver_id)
            if Mandate.objects.filter(giver_id=giver_id, ended_at=None).count() >= MOST_OPEN:
                raise TooManyMandates
            mandate.save(force_insert=True)
            _record(visitor, "mandate.grant", mandate, at=at)
    except IntegrityError as error:
        raise MandateOverlaps(field="from_date") from error
    return mandate


def accept_mandate(*, visitor: Visitor, mandate_id: UUID, at: datetime) -> None:
    """Take on a mandate that is addressed to the visitor's number and name.

    Raises:
        NotConfirmed
        NotFound: it is another's, over, or accepted already.
    """
    _require_confirmed(visitor)
    with transaction.atomic():
        mandate = (
            Mandate.objects.select_for_update().filter(pk=mandate_id, ended_at=None, holder=None).first()
        )
        today = at.astimezone(VIETNAM).date()
        if mandate is None or not is_addressed(mandate, visitor) or mandate.until_date < today:
            raise NotFound
        mandate.holder_id, mandate.accepted_at = visitor.party_id, at
        mandate.save(update_fields=["holder", "accepted_at"])
        _record(visitor, "mandate.accept", mandate, at=at)


def end_mandate(*, visitor: Visitor, mandate_id: UUID, at: datetime) -> None:
    """End the mandate now: its giver takes it back, or its holder gives it up or does not accept it.

    Raises:
        NotConfirmed
        NotFound: it is another's, or over.
    """
    _require_confirmed(visitor)
    with transaction.atomic():
        mandate = Mandate.objects.select_for_update().filter(pk=mandate_id, ended_at=None).first()
        if mandate is None or not (is_givers(mandate, visitor) or is_addressed(mandate, visitor)):
            raise NotFound
        mandate.ended_at = at
        mandate.save(update_fields=["ended_at"])
        verb = "mandate.revoke" if is_givers(mandate, visitor) else "mandate.decline"
        _record(visitor, verb, mandate, at=at)


def _require_confirmed(visitor: Visitor) -> None:
    if not visitor.confirmed:
        raise NotConfirmed


def _require_giver(visitor: Visitor) -> tuple[UUID, UUID]:
    """For whom the mandate is given, and who gives it."""
    if not visitor.confirmed or visitor.for_id is None or visitor.party_id is None:
        raise NotConfirmed
    if visitor.by is By.MANDATE:
        raise MandateOnMandate(name=visitor.for_name)
    return visitor.for_id, visitor.party_id


def _require_possible(visitor: Visitor, new: NewMandate, *, at: datetime) -> None:
    if not NUMBER.fullmatch(new.holder_number):
        raise MandateNumberWrong(field="holder_number")
    if new.holder_number == visitor.number:
        raise MandateToSelf(field="holder_number")
    today = at.astimezone(VIETNAM).date()
    if new.from_date < today or not new.from_date <= new.until_date <= new.from_date + LONGEST:
        raise MandatePeriodWrong(field="until_date")
    if len(new.procedures) > MOST_PROCEDURES:
        raise TooManyMandates(field="procedures")


def _record(visitor: Visitor, verb: str, mandate: Mandate, *, at: datetime) -> None:
    subject = Subject("identity.mandate", str(mandate.pk))
    data = {"giver": str(mandate.giver_id), "until": mandate.until_date.isoformat()}
    record(actor=visitor.actor(), verb=verb, subject=subject, at=at, data=data)
