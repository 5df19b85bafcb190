"""What is read of drafts: only by whom they belong to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from lienthong.dossiers.public import ONLINE, HeldDocument, latest_answers_of
from lienthong.identity.public import NotFound, Party, Visitor
from lienthong.portal.applying.keys import hash_of
from lienthong.portal.applying.refusals import CodeUnknown, NotAtCounter, NotOnline
from lienthong.portal.models import Draft, DraftFile, Signer
from lienthong.procedures.public import Channel, ServiceOffer

MOST_DRAFTS, MOST_HELD = 50, 50
_WITH = ("offer__agency", "version__procedure", "dossier", "on_behalf")


@dataclass(frozen=True)
class Holder:
    """Who asks for drafts: the visitor, the secrets that the browser keeps, its device (a hash)."""

    visitor: Visitor
    secrets: Collection[str] = field(default_factory=tuple, repr=False)
    device: str = ""


def find_online_offer(offer_id: int) -> ServiceOffer:
    """An offer that can be applied for online now. Raises `NotFound`, `NotOnline`. One query."""
    rows = ServiceOffer.objects.select_related("agency", "version__procedure")
    offer = rows.filter(pk=offer_id).first()
    if offer is None:
        raise NotFound
    if offer.ended_at is not None or offer.channel not in ONLINE:
        raise NotOnline(procedure=offer.version.procedure.name, agency=offer.agency.name)
    return offer


def drafts_held(holder: Holder, *, at: datetime) -> QuerySet[Draft]:
    """The drafts that the holder may open: their own, and those whose secret the browser keeps."""
    hashes = [hash_of(one) for one in holder.secrets]
    owned = Q(party=holder.visitor.party_id) if holder.visitor.signed_in else Q(pk=None)
    rows = Draft.objects.filter(owned | Q(secret_hash__in=hashes) if hashes else owned)
    return rows.filter(Q(expires_at__gt=at) | Q(dossier__isnull=False))


def find_draft(holder: Holder, draft_id: UUID, *, at: datetime) -> Draft:
    """A draft that the holder may open. Raises `NotFound`. One query."""
    rows = drafts_held(holder, at=at).filter(pk=draft_id).select_related(*_WITH)
    found = rows.defer("version__law", "version__conditions", "version__conditions_en").first()
    if found is None:
        raise NotFound
    return found


def find_by_secret(secret: str, *, at: datetime) -> Draft:
    """The draft that the code opens. Raises `CodeUnknown`. One query."""
    found = Draft.objects.filter(secret_hash=hash_of(secret), dossier=None, expires_at__gt=at).first()
    if found is None:
        raise CodeUnknown(field="code")
    return found


def find_signer(secret: str, *, at: datetime) -> Signer:
    """Who the code belongs to, with the draft to be confirmed. Raises `CodeUnknown`. One query."""
    rows = Signer.objects.filter(secret_hash=hash_of(secret), draft__dossier=None, draft__expires_at__gt=at)
    found = rows.select_related(*(f"draft__{one}" for one in _WITH)).first()
    if found is None:
        raise CodeUnknown(field="code")
    return found


def counter_offer_of(draft: Draft) -> int:
    """The offer at the counter of the draft's agency. Raises `NotAtCounter`. One query."""
    rows = ServiceOffer.objects.filter(
        agency=draft.offer.agency_id, version=draft.version_id, channel=Channel.COUNTER, ended_at=None
    )
    found = rows.values_list("pk", flat=True).first()
    if found is None:
        raise NotAtCounter(procedure=draft.version.procedure.name)
    return found


def my_drafts(holder: Holder, *, at: datetime) -> list[Draft]:
    """What the holder has begun and not sent, the last saved first. One query."""
    rows = (
        drafts_held(holder, at=at).filter(dossier=None).select_related("offer__agency", "version__procedure")
    )
    return list(rows.order_by("-saved_at")[:MOST_DRAFTS])


def find_file(draft: Draft, file_id: int) -> DraftFile:
    """A file of the draft. Raises `NotFound`. One query."""
    found = DraftFile.objects.select_related("blob").filter(draft=draft, pk=file_id).first()
    if found is None:
        raise NotFound
    return found


def held_documents(visitor: Visitor, *, on: date) -> list[HeldDocument]:
    """What the party that the visitor acts for gave or got before, valid on the day. One query at most."""
    if not visitor.signed_in:
        return []
    rows = HeldDocument.objects.filter(Q(valid_until=None) | Q(valid_until__gte=on), party=visitor.for_id)
    return list(rows.order_by("-pk")[:MOST_HELD])


def applicant_of(visitor: Visitor) -> Party | None:
    """The party that the visitor acts for. One query at most."""
    return Party.objects.filter(pk=visitor.for_id).first() if visitor.for_id else None


def last_said(visitor: Visitor) -> tuple[dict[str, Any], date | None]:
    """What the party answered in its last dossier, and its day. One query at most."""
    return latest_answers_of(visitor.for_id) if visitor.for_id else ({}, None)
