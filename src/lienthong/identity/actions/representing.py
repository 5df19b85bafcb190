"""Who represents a business: confirmed by an official who has seen the papers, or by the national sign-on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lienthong.identity.access import NotFound
from lienthong.identity.actions.parties import keep_parties
from lienthong.identity.contracts import Assurance, PartyFacts, Role, Viewer, Visitor
from lienthong.identity.models import Representation
from lienthong.identity.policies import require_role
from lienthong.ledger.public import Subject, record


def confirm_representation(
    *, viewer: Viewer, person: PartyFacts, business: PartyFacts, at: datetime
) -> Representation:
    """The official has seen the person's card and the business licence that names them; twice is once.

    Raises:
        NotAllowed: not a receptionist.
        PartyNumberWrong, PartyNameMissing, PartyNameDiffers
    """
    require_role(viewer, Role.RECEPTIONIST)
    with transaction.atomic():
        someone, firm = keep_parties(all_facts=[person, business], at=at)
        known = Representation.objects.filter(person=someone, business=firm, ended_at=None).first()
        if known is not None:
            return known
        made = Representation.objects.create(
            person=someone,
            business=firm,
            proof=Assurance.COUNTER.value,
            confirmed_by_id=viewer.official_id,
            since=at,
        )
        subject = Subject("identity.party", str(firm.pk))
        data = {"person": str(someone.pk)}
        record(actor=viewer.actor(), verb="business.represent", subject=subject, at=at, data=data)
    return made


def end_representation(*, asker: Viewer | Visitor, representation_id: int, at: datetime) -> None:
    """The person no longer represents the business, as an official says or the person.

    Raises:
        NotFound: there is none, it is over, or it is another's.
    """
    with transaction.atomic():
        rows = Representation.objects.select_for_update().filter(pk=representation_id, ended_at=None)
        if isinstance(asker, Visitor):
            rows = rows.filter(person_id=asker.party_id) if asker.confirmed else rows.none()
        else:
            require_role(asker, Role.RECEPTIONIST)
        row = rows.first()
        if row is None:
            raise NotFound
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        subject = Subject("identity.party", str(row.business_id))
        data = {"person": str(row.person_id)}
        record(actor=asker.actor(), verb="business.represent-end", subject=subject, at=at, data=data)
