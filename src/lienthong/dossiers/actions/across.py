"""Letters to and from other installations over the axis: sent at least once, each with one effect."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, DataError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from lienthong.axis.public import (
    AxisPort,
    AxisUnavailable,
    InboxItem,
    PacketState,
    PortRefused,
    StatusReport,
    connect_to_axis,
)
from lienthong.directory.public import Agency, find_agencies
from lienthong.documents.public import NotScannedNow
from lienthong.dossiers import across_queries
from lienthong.dossiers.across.contracts import (
    ENDED,
    FarState,
    HandedOver,
    Kind,
    Recalled,
    StateTold,
    Supplied,
)
from lienthong.dossiers.across.letters import letter_of, subject_of
from lienthong.dossiers.across.packets import Opened, open_packet, packet_of, store_files
from lienthong.dossiers.across.refusals import (
    HandOverUnknown,
    LetterNotSigned,
    LetterUnreadable,
    NothingToSendAgain,
    TooMuchToTravel,
)
from lienthong.dossiers.actions import across_away, across_home
from lienthong.dossiers.actions.national import pause_after
from lienthong.dossiers.models import AcrossArrival, AcrossLetter, FarStep, Origin
from lienthong.identity.public import NotAllowed, Viewer
from lienthong.kernel.blobs import open_blob, store_blob
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.lifting import lift
from lienthong.ledger.public import Subject, record
from lienthong.signing.public import NoCertificate, SigningUnavailable, sign_packet

logger = logging.getLogger(__name__)
BATCH, PAGE, LOOKED_AT = 20, 200, 200
LEASE, FIRST_LOOK, PATIENCE = timedelta(minutes=10), timedelta(minutes=2), timedelta(hours=1)
RETURNED, TAKEN_IN = "02", "03"
NOT_YET = frozenset({"00", "01"})


def exchange_dossiers(*, at: datetime, axis: AxisPort | None = None) -> None:
    """One round: take in what came, do what follows, write what is to be said, and send it.

    Raises:
        AxisUnavailable: what was done before it stays done; the rest waits for the next round.
    """
    way = axis or connect_to_axis()
    collect_letters(at=at, axis=way)
    across_home.settle_far_steps(at=at)
    across_home.hand_steps_over(at=at, axis=way)
    across_away.queue_states(at=at)
    send_letters(at=at, axis=way)
    look_after_letters(at=at, axis=way)


def collect_letters(*, at: datetime, axis: AxisPort) -> int:
    """Take in what waits at the axis for agencies of this installation; how many had their effect.

    What cannot be fetched or stored now is passed over and comes again with the next round.
    """
    taken, after = 0, ""
    while True:
        page = axis.inbox(after=after, limit=PAGE, at=at)
        items = [item for item in page.items if item.of_dossier]
        codes = {code for item in items for code in (item.sender.code, item.recipient.code)}
        known = find_agencies(codes, on=at.astimezone(VIETNAM).date())
        recipients = {known[one.recipient.code].pk for one in items if one.recipient.code in known}
        away = axis.elsewhere(recipients, at=at) if recipients else set()
        for item in items:
            recipient = known.get(item.recipient.code)
            if recipient is not None and recipient.pk not in away:
                taken += _collect(axis, item, known.get(item.sender.code), recipient, at)
        if not page.next:
            return taken
        after = page.next


def send_letters(*, at: datetime, axis: AxisPort) -> int:
    """Send what is due; how many letters the axis took. Of each step the oldest goes first."""
    sent = 0
    while batch := _lease(at):
        sent += sum(_send(axis, row, at) for row in batch)
    return sent


def look_after_letters(*, at: datetime, axis: AxisPort) -> None:
    """Ask what became of letters that were sent: what was taken in is done, what was returned is said."""
    rows = _due(at).exclude(packet_id="").select_related("far", "origin__sender").order_by("next_attempt_at")
    for row in rows[:LOOKED_AT]:
        try:
            _note(row, axis.packet_state(row.packet_id, at=at), at)
        except PortRefused as refusal:
            _postpone(row, str(refusal), at)


def send_again(*, letter_id: int | None, viewer: Viewer, at: datetime) -> int:
    """Send one letter that did not go through (by its key), or all the viewer sees, with the next round.

    Raises:
        NotAllowed, NothingToSendAgain
    """
    if not across_queries.watches(viewer):
        raise NotAllowed
    rows = across_queries.letters_of(viewer).exclude(problem="")
    if letter_id is not None:
        rows = rows.filter(pk=letter_id)
    with transaction.atomic():
        mine = AcrossLetter.objects.filter(pk__in=list(rows.values_list("pk", flat=True)))
        # What the other side returned is made anew, with what is true by now.
        for row in mine.exclude(refused_at=None):
            AcrossLetter.objects.filter(pk=row.pk).update(key=uuid7(), signed=None, packet_id="")
        number = mine.update(refused_at=None, attempts=0, next_attempt_at=at)
        if not number:
            raise NothingToSendAgain
        subject = Subject("dossiers.across", str(letter_id or "all"))
        record(actor=viewer.actor(), verb="across.retry", subject=subject, at=at, data={"letters": number})
    return number


def _collect(axis: AxisPort, item: InboxItem, sender: Agency | None, recipient: Agency, at: datetime) -> bool:
    """Take in one delivery, unless that was done before, and tell the axis; whether it had an effect now."""
    arrival = AcrossArrival.objects.filter(packet_id=item.packet_id).first()
    known = arrival is not None
    if arrival is None:
        arrival = _take_in(axis, item, sender, recipient, at)
    if arrival is None:
        return False
    report = StatusReport(RETURNED if arrival.refusal else TAKEN_IN, at, arrival.refusal)
    try:
        axis.report_status(str(item.delivery_id), report, at=at)
    except PortRefused as refusal:
        logger.error("the state of delivery %s was refused: %s", item.delivery_id, refusal)
    return not known and not arrival.refusal


def _take_in(
    axis: AxisPort, item: InboxItem, sender: Agency | None, recipient: Agency, at: datetime
) -> AcrossArrival | None:
    """The effect of a packet and its record in one transaction; None if it waits for the next round."""
    arrival = AcrossArrival(packet_id=item.packet_id, sender=sender, arrived_at=at)
    try:
        if sender is None:
            raise LetterNotSigned(verdict=item.sender.code)
        xml = axis.packet(str(item.delivery_id), at=at)
        opened = open_packet(xml, sender=sender, recipient=recipient, at=at)
        store_files(opened, at=at)
        with transaction.atomic():
            arrival.kind = opened.letter.kind
            arrival.save(force_insert=True)
            _have_effect(opened, sender, recipient, at)
        return arrival
    except DataError:  # it fits the form, and no table
        arrival.refusal = LetterUnreadable(place="body", fault="data").say("vi")
    except (AxisUnavailable, PortRefused, NotScannedNow, SigningUnavailable, DatabaseError) as error:
        logger.error("delivery %s of a dossier waits: %s", item.delivery_id, error)
        return None
    except HandOverUnknown as refusal:
        late = at - item.sent_at > PATIENCE or arrival.kind == Kind.STATE
        if not late:  # what it speaks of may still be on its way
            return None
        arrival.refusal = refusal.say("vi")[:500]
    except Refusal as refusal:
        arrival.refusal = refusal.say("vi")[:500]
    logger.warning("delivery %s of a dossier goes back: %s", item.delivery_id, arrival.refusal)
    arrival.save(force_insert=True)
    return arrival


def _have_effect(opened: Opened, sender: Agency, recipient: Agency, at: datetime) -> None:
    letter = opened.letter
    match letter.body:
        case HandedOver() as said:
            across_away.open_handed_over(letter, said, sender=sender, recipient=recipient, at=at)
        case Supplied() as said:
            across_away.take_supply(letter, said, sender=sender, recipient=recipient, at=at)
        case Recalled() as said:
            across_away.take_recall(letter, said, sender=sender, recipient=recipient, at=at)
        case StateTold() as said:
            across_home.hear_state(letter, said, sender=sender, recipient=recipient, at=at)


def _due(at: datetime) -> QuerySet[AcrossLetter]:
    return AcrossLetter.objects.filter(refused_at=None, next_attempt_at__lte=at)


def _lease(at: datetime) -> list[AcrossLetter]:
    """Take up to `BATCH` unsent rows that are due, each the oldest of its step, for this worker alone."""
    same = Q(far=OuterRef("far")) | Q(origin=OuterRef("origin"))
    earlier = AcrossLetter.objects.filter(same, packet_id="", refused_at=None, id__lt=OuterRef("id"))
    with transaction.atomic():
        rows = _due(at).filter(~Exists(earlier), packet_id="").order_by("id")
        ids = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        AcrossLetter.objects.filter(pk__in=ids).update(next_attempt_at=at + LEASE)
    whole = AcrossLetter.objects.select_related(
        "signed",
        "origin__sender",
        "origin__dossier__agency",
        "far__agency",
        "far__task__dossier__agency",
        "far__task__dossier__applicant",
        "far__task__dossier__application",
        "far__task__dossier__version__procedure",
    )
    return list(whole.filter(pk__in=ids).order_by("pk"))


def _send(axis: AxisPort, row: AcrossLetter, at: datetime) -> bool:
    """Send one letter and write down how it went; whether the axis took it."""
    try:
        if row.signed is None:
            _make(row, at)
        assert row.signed is not None
        receipt = axis.submit(lift(open_blob(row.signed)), at=at)
    except (TooMuchToTravel, LetterUnreadable) as refusal:
        _return(row, refusal.say("vi"), at)
        return False
    except (AxisUnavailable, PortRefused, NoCertificate, SigningUnavailable) as error:
        logger.warning("letter %s waits: %s", row.key, error)
        _postpone(row, str(error), at)
        return False
    with transaction.atomic():
        AcrossLetter.objects.filter(pk=row.pk).update(
            signed=None,
            packet_id=str(receipt.packet_id),
            attempts=0,
            problem="",
            next_attempt_at=at + FIRST_LOOK,
        )
        if row.far_id is not None:
            FarStep.objects.filter(pk=row.far_id, state=FarState.WAITING).update(state=FarState.SENT)
        else:
            ended = at if row.told_state in ENDED else None
            told = Origin.objects.filter(pk=row.origin_id, ended_at=None)
            told.update(told=row.version, told_state=row.told_state, ended_at=ended)
    return True


def _make(row: AcrossLetter, at: datetime) -> None:
    """Write and sign the packet, and keep its bytes: what is sent again is the same."""
    letter = letter_of(row)
    if row.origin is not None:
        sender, recipient = row.origin.dossier.agency, row.origin.sender
        row.version = row.origin.dossier.lock_version
        row.told_state = letter.body.state if isinstance(letter.body, StateTold) else ""
    else:
        assert row.far is not None
        sender, recipient = row.far.task.dossier.agency, row.far.agency
    xml = packet_of(letter, key=row.key, subject=subject_of(row), sender=sender, recipient=recipient, at=at)
    signed = sign_packet(xml, agency_id=sender.pk, at=at)
    with transaction.atomic():
        row.signed = store_blob([signed], at=at, max_bytes=settings.ENV.axis_max_packet_bytes)
        row.save(update_fields=["signed", "version", "told_state"])
        Origin.objects.filter(pk=row.origin_id).update(said=letter.sequence)
        FarStep.objects.filter(pk=row.far_id).update(said=letter.sequence)


def _postpone(row: AcrossLetter, problem: str, at: datetime) -> None:
    AcrossLetter.objects.filter(pk=row.pk).update(
        attempts=F("attempts") + 1, problem=problem[:500], next_attempt_at=at + pause_after(row.attempts)
    )


def _note(row: AcrossLetter, state: PacketState, at: datetime) -> None:
    """What became of a letter that was sent."""
    [place] = state.recipients
    if place.state in NOT_YET:
        AcrossLetter.objects.filter(pk=row.pk).update(
            attempts=F("attempts") + 1, next_attempt_at=at + pause_after(row.attempts + 1)
        )
    elif place.state == TAKEN_IN:
        with transaction.atomic():
            if row.origin is not None and row.told_state == FarState.FINISHED:
                across_away.note_taken(row.origin, at=at)
            AcrossLetter.objects.filter(pk=row.pk).delete()
    else:
        said = [entry.description for entry in state.timeline if entry.code == place.state]
        _return(row, said[-1] if said else place.state, at)


def _return(row: AcrossLetter, why: str, at: datetime) -> None:
    """It will not be taken as it is: a step comes back to its owner, anything else waits for someone."""
    with transaction.atomic():
        if row.kind == Kind.HAND_OVER and row.far is not None:
            across_home.refuse_far_step(row.far, why, at=at)
            AcrossLetter.objects.filter(pk=row.pk).delete()
        else:
            AcrossLetter.objects.filter(pk=row.pk).update(
                refused_at=at, problem=why[:500], attempts=F("attempts") + 1
            )
