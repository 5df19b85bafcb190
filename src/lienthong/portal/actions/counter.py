"""An application begun online goes on at the counter, when its owner shows a code and so agrees."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from lienthong.dossiers.public import Brought
from lienthong.identity.public import NotAllowed, Role, Viewer, Visitor
from lienthong.ledger.public import record
from lienthong.portal.applying.keys import hash_of, new_counter_code
from lienthong.portal.applying.queries import counter_offer_of
from lienthong.portal.applying.refusals import CodeUnknown
from lienthong.portal.applying.throttling import count_try
from lienthong.portal.models import Draft

MINUTES, MOST_TRIES = 15, 10


def show_at_counter(*, draft: Draft, visitor: Visitor, at: datetime) -> str:
    """A code of six digits, good for some minutes at the agency of the offer; a new one ends the old one."""
    code = new_counter_code()
    with transaction.atomic():
        Draft.objects.filter(pk=draft.pk, dossier=None).update(
            counter_code=hash_of(code), counter_until=at + timedelta(minutes=MINUTES)
        )
        record(actor=visitor.actor(), verb="draft.show-at-counter", subject=draft.ledger_subject, at=at)
    return code


def bring_to_counter(*, code: str, viewer: Viewer, at: datetime) -> tuple[Brought, Draft, int]:
    """What the code opens, for a receptionist of the agency, with the offer of the counter; it opens once.

    Raises:
        NotAllowed, TooManyTries, CodeUnknown; NotAtCounter: the agency offers the procedure online only.
    """
    if viewer.agency_id is None or not viewer.has(Role.RECEPTIONIST):
        raise NotAllowed
    count_try("counter", str(viewer.account_id), most=MOST_TRIES, minutes=10, at=at)
    with transaction.atomic():
        rows = Draft.objects.select_for_update(of=("self",)).filter(
            counter_code=hash_of(code), counter_until__gt=at, offer__agency=viewer.agency_id, dossier=None
        )
        found = list(rows.select_related("offer__agency", "version__procedure")[:2])
        if len(found) != 1:
            raise CodeUnknown(field="code")
        draft = found[0]
        offer_id = counter_offer_of(draft)
        draft.counter_code, draft.counter_until = "", None
        draft.save(update_fields=["counter_code", "counter_until"])
        names = {row.blob_id: row.name for row in draft.files.all()}
        record(
            actor=viewer.actor(),
            verb="draft.read-at-counter",
            subject=draft.ledger_subject,
            at=at,
            data={"agency": viewer.agency_code},
        )
    papers = {
        key: [one for one in said.get("files", ()) if one in names] for key, said in draft.papers.items()
    }
    person = {key: value for key, value in draft.person.items() if isinstance(value, str)}
    kept = Brought(str(draft.pk), str(draft.version_id), draft.answers, person, papers, names)
    return kept, draft, offer_id
