"""A leader signs a list: one confirmation, then each document in its own transaction with its own result.

Where a PIN protects the leader's key, it is entered once for the list (ADR 0044).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.kernel.errors import Refusal
from lienthong.office import outgoing_queries, reviews
from lienthong.office.actions.outgoing import sign_and_send
from lienthong.office.drafting_models import SigningItem, SigningList
from lienthong.office.ports import AxisPort
from lienthong.office.signing_states import ItemState
from lienthong.office.states import OutState
from lienthong.signing.public import (
    Pin,
    PinNeeded,
    carried_pin,
    carry_pin,
    drop_carried,
    pin_state,
    unlock_key,
)

MOST = 100
ABANDONED = timedelta(minutes=5)  # what a process that died was signing is tried again


class NothingChosen(Refusal):
    """The list is empty, too long, or names what does not wait for this leader."""

    code, status = "nothing-chosen", 422
    sentence = _(
        "Choose between 1 and %(most)s documents that wait for your signature. "
        "Some may have been signed or changed meanwhile; reload the page."
    )


def make_signing_list(
    *, viewer: Viewer, documents: Sequence[UUID], at: datetime, pin: Pin | None = None
) -> SigningList:
    """Write down what the leader has read and confirmed; nothing is signed yet.

    Must not run in a transaction, since a wrong PIN is counted.

    Raises:
        NotAllowed, NothingChosen; PinNeeded, WrongPin, KeyLocked.
    """
    chosen = chosen_of(viewer, documents, most=MOST)
    unlock_key(official_id=viewer.official_id or 0, pin=pin, at=at)
    return write_list(viewer, chosen, at=at)


def chosen_of(viewer: Viewer, documents: Sequence[UUID], *, most: int) -> list[UUID]:
    """Each once, if all of them wait for this leader; raises `NotAllowed`, `NothingChosen`."""
    require_leader(viewer)
    chosen = list(dict.fromkeys(documents))
    ready = {row.id for row in reviews.ready_to_sign(viewer, among=chosen[:most])}
    if not chosen or len(chosen) > most or ready != set(chosen):
        raise NothingChosen(most=most)
    return chosen


def write_list(viewer: Viewer, chosen: Sequence[UUID], *, at: datetime) -> SigningList:
    """The list of these documents, none of which is signed yet."""
    with transaction.atomic():
        made = SigningList.objects.create(official_id=viewer.official_id or 0, made_at=at)
        SigningItem.objects.bulk_create(
            SigningItem(signing_list=made, position=position, outgoing_id=key)
            for position, key in enumerate(chosen, start=1)
        )
    return made


def find_signing_list(viewer: Viewer, list_id: UUID) -> SigningList:
    """The viewer's own list; raises `NotFound`."""
    own = SigningList.objects.select_related("token")
    found = own.filter(pk=list_id, official_id=viewer.official_id or 0).first()
    if found is None:
        raise NotFound
    return found


def carry(*, list_id: UUID, viewer: Viewer, pin: Pin, at: datetime) -> str:
    """Check the PIN and answer what the leader's browser keeps so that it signs the whole list.

    Must not run in a transaction.

    Raises:
        NotAllowed, NotFound; PinNeeded, WrongPin, KeyLocked.
    """
    require_leader(viewer)
    find_signing_list(viewer, list_id)
    official = viewer.official_id or 0
    if unlock_key(official_id=official, pin=pin, at=at) is None:
        return ""
    return carry_pin(official_id=official, pin=pin, about=_about(list_id), at=at)


def carried(*, list_id: UUID, viewer: Viewer, cookie: str, at: datetime) -> Pin | None:
    """The PIN that the leader's browser carries for this list, while its time lasts."""
    return carried_pin(official_id=viewer.official_id or 0, carried=cookie, about=_about(list_id), at=at)


def sign_next(
    *,
    list_id: UUID,
    viewer: Viewer,
    at: datetime,
    port: AxisPort | None = None,
    pin: Pin | None = None,
) -> bool:
    """Sign the next document of the list and write down what came of it; False when there is none.

    Two who ask at once get two different documents. Once nothing is left to sign, what the browser carries
    is worth nothing any more. Must not run in a transaction.

    Raises:
        NotAllowed, NotFound; PinNeeded: the time of the PIN is over. No document is touched then.
    """
    require_leader(viewer)
    held = find_signing_list(viewer, list_id)
    if pin is None and pin_state(official_id=viewer.official_id or 0, at=at).protected:
        raise PinNeeded
    item = None if held.stopped_at or held.by_token else claim(held, at=at)
    if item is None:
        drop_carried(official_id=viewer.official_id or 0, about=_about(list_id))
        return False
    try:
        sent = sign_and_send(outgoing_id=item.outgoing_id, viewer=viewer, at=at, port=port, pin=pin)
        item.state, item.note = ItemState.SIGNED, sent.code
    except Refusal as refusal:
        note_failed(item, refusal, viewer)
    item.save(update_fields=["state", "note"])
    if not held.items.filter(state__in=[ItemState.WAITING, ItemState.SIGNING]).exists():
        drop_carried(official_id=viewer.official_id or 0, about=_about(list_id))
    return True


def stop_signing(*, list_id: UUID, viewer: Viewer, at: datetime) -> None:
    """Leave the rest unsigned; what is signed stays signed. Raises `NotFound`."""
    find_signing_list(viewer, list_id)
    SigningList.objects.filter(pk=list_id, stopped_at=None).update(stopped_at=at)
    drop_carried(official_id=viewer.official_id or 0, about=_about(list_id))


def claim(held: SigningList, *, at: datetime) -> SigningItem | None:
    """The first document nobody signs at the moment, taken."""
    free = Q(state=ItemState.WAITING) | Q(state=ItemState.SIGNING, begun_at__lt=at - ABANDONED)
    with transaction.atomic():
        rows = held.items.select_for_update(skip_locked=True).filter(free).order_by("position")
        item = rows.first()
        if item is not None:
            item.state, item.begun_at = ItemState.SIGNING, at
            item.save(update_fields=["state", "begun_at"])
    return item


def note_failed(item: SigningItem, refusal: Refusal, viewer: Viewer) -> None:
    """Why it was not signed; but what a process signed before it died was, though again it is refused."""
    item.state, item.note = ItemState.FAILED, refusal.say()
    document = outgoing_queries.outgoing_of(viewer).filter(pk=item.outgoing_id).first()
    if document is not None and document.state != OutState.DRAFT:
        item.state, item.note = ItemState.SIGNED, document.code


def _about(list_id: UUID) -> str:
    return f"office.signing-list {list_id}"


def require_leader(viewer: Viewer) -> None:
    """Raise `NotAllowed` unless the viewer leads an agency."""
    if viewer.agency_id is None or viewer.official_id is None or not viewer.has(Role.LEADER):
        raise NotAllowed
