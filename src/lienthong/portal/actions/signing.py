"""Several people sign one application: each reads it by a link and a code, and confirms."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction

from lienthong.identity.public import Visitor
from lienthong.ledger.public import record
from lienthong.portal.applying.keys import hash_of, new_secret
from lienthong.portal.applying.refusals import CodeUnknown, SignerUnnamed, TooManySigners
from lienthong.portal.models import Draft, Signer

MOST_SIGNERS = 5


def ask_signer(*, draft: Draft, name: str) -> tuple[Signer, str]:
    """Let somebody more have to confirm the draft; the secret to pass on to them, which is not kept.

    Raises:
        SignerUnnamed, TooManySigners
    """
    name = " ".join(name.split())[:250]
    if not name:
        raise SignerUnnamed(field="name")
    secret = new_secret()
    with transaction.atomic():
        Draft.objects.select_for_update().get(pk=draft.pk, dossier=None)
        if Signer.objects.filter(draft=draft).count() >= MOST_SIGNERS:
            raise TooManySigners(field="name", most=MOST_SIGNERS)
        return Signer.objects.create(draft=draft, name=name, secret_hash=hash_of(secret)), secret


def drop_signer(*, draft: Draft, signer_id: int) -> None:
    """They need not confirm it any more."""
    Signer.objects.filter(draft=draft, draft__dossier=None, pk=signer_id).delete()


def confirm(*, signer: Signer, name: str, number: str, seen: int, visitor: Visitor, at: datetime) -> Signer:
    """Confirm the draft as it was read, at the version `seen`; who is not signed in states who they are.

    Raises:
        CodeUnknown: the draft was sent, has expired, or was changed since it was read. SignerUnnamed.
    """
    if not visitor.signed_in and (not name.strip() or not re.fullmatch(r"[0-9]{12}", number)):
        raise SignerUnnamed(field="number")
    with transaction.atomic():
        # The draft is held first, as by who saves it: nobody confirms what is being changed.
        rows = Draft.objects.select_for_update().filter(pk=signer.draft_id, dossier=None, expires_at__gt=at)
        draft = rows.filter(lock_version=seen).first()
        row = Signer.objects.select_for_update().filter(pk=signer.pk, draft=draft).first()
        if draft is None or row is None:
            raise CodeUnknown(field="code")
        row.party_id, row.signed_at = visitor.party_id, at
        row.name = visitor.party_name or " ".join(name.split())[:250]
        row.number = "" if visitor.signed_in else number
        row.save()
        subject = draft.ledger_subject
        record(actor=visitor.actor(), verb="draft.co-sign", subject=subject, at=at, data={"version": seen})
    return row
