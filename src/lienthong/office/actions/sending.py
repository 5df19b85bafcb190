"""Handing issued documents to the axis, as often as it takes, and learning how far they have come."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from lienthong.axis.public import ChangeOutcome, PacketState, RecipientState, StatusReported, Uncollected
from lienthong.kernel.blobs import open_blob
from lienthong.kernel.lifting import lift
from lienthong.kernel.statements import as_json, fetch
from lienthong.ledger.public import Actor, Subject, record
from lienthong.office.actions.carrying import tell_tasks
from lienthong.office.actions.reporting import LEASE, LONGEST_PAUSE, pause_after
from lienthong.office.adapters import connect
from lienthong.office.models import OutgoingDocument, Recipient
from lienthong.office.ports import AxisPort, AxisRefused, AxisUnavailable
from lienthong.office.states import (
    CONSENT_CODE,
    DECLINE_CODE,
    FINAL_CODES,
    REFUSED_CODE,
    WITHDRAWN_CODE,
    ChangeState,
    OutState,
)
from lienthong.office.telling import tell_of_returns

logger = logging.getLogger(__name__)
BATCH = 20
WATCHED = timedelta(days=180)
WATCH_BATCH = 200
SENDER = Actor(
    kind="job", id="office.send_documents", name="office.send_documents", source="office.send_documents"
)


def submit(outgoing: OutgoingDocument, *, actor: Actor, at: datetime, port: AxisPort | None = None) -> bool:
    """Hand the document's packet to the axis and write down how it went; whether the axis took it.

    The bytes are those of the issue, so that a packet the axis had taken before gets its first receipt again.
    """
    assert outgoing.edxml is not None
    axis, mine = port or connect(), OutgoingDocument.objects.filter(id=outgoing.id, state=OutState.WAITING)
    try:
        receipt = axis.submit(lift(open_blob(outgoing.edxml)), at=at)
    except (AxisUnavailable, AxisRefused) as error:
        logger.warning("document %s waits to be sent: %s", outgoing.code, error)
        pause = LONGEST_PAUSE if isinstance(error, AxisRefused) else pause_after(outgoing.attempts)
        mine.update(attempts=F("attempts") + 1, error=str(error)[:500], next_attempt_at=at + pause)
        return False
    with transaction.atomic():
        values = {"state": OutState.SENT, "packet_id": str(receipt.packet_id), "sent_at": at, "error": ""}
        if mine.update(attempts=F("attempts") + 1, next_attempt_at=None, **values):
            subject = Subject("office.outgoing", str(outgoing.id))
            data = {"code": outgoing.code, "packet": str(receipt.packet_id)}
            record(actor=actor, verb="outgoing.send", subject=subject, at=at, data=data)
    catch_up(str(receipt.packet_id), axis, at)
    return True


def send_waiting(*, at: datetime, port: AxisPort | None = None) -> int:
    """Send every issued document whose turn has come; how many the axis took.

    Each is leased for two minutes, so that several workers never send one at the same time.
    """
    taken = 0
    while batch := _lease(at):
        taken += sum(submit(outgoing, actor=SENDER, at=at, port=port) for outgoing in batch)
    return taken


# Every status the axis takes passes here, most of them of packets sent from elsewhere: one statement whose
# text never changes (ADR 0029). The packets are named twice, so that they are always looked up by the index.
_NOTE = """
UPDATE office_recipient AS recipient
SET status = reported.code, status_at = reported.at,
    description = reported.description, staff = reported.staff
FROM json_to_recordset(%s)
    AS reported (packet text, agency bigint, code text, at timestamptz, description text, staff text)
JOIN office_outgoingdocument AS document ON document.packet_id = reported.packet
WHERE document.packet_id = ANY(%s) AND recipient.document_id = document.id
    AND recipient.agency_id = reported.agency
RETURNING recipient.id, reported.code, recipient.task_id
"""


def note_statuses(reports: Sequence[StatusReported]) -> None:
    """Write down what recipients of packets sent from here reported last: one statement.

    Other packets are passed over. An answer to a change is not a state of the document: `note_change` writes
    it beside the state. What was returned, or moves a task, is read with one query more and told.
    """
    last = {
        (str(report.packet_id), report.recipient_id): report
        for report in reports
        if report.code not in (CONSENT_CODE, DECLINE_CODE)
    }
    if not last:
        return
    written = fetch(
        _NOTE,
        as_json([_reported(packet, report) for (packet, _recipient), report in last.items()]),
        sorted({packet for packet, _recipient in last}),
    )
    telling = [key for key, code, task in written if code == REFUSED_CODE or task is not None]
    if not telling:
        return
    rows = list(Recipient.objects.filter(id__in=telling).select_related("document", "agency"))
    returned = [row for row in rows if row.status == REFUSED_CODE]
    if returned:
        tell_of_returns(returned, at=max(report.at for report in reports))
    tell_tasks(row for row in rows if row.task_id is not None)


def _reported(packet: str, report: StatusReported) -> dict[str, object]:
    return {
        "packet": packet,
        "agency": report.recipient_id,
        "code": report.code,
        "at": report.at,
        "description": report.description,
        "staff": report.staff,
    }


def note_uncollected(deliveries: Sequence[Uncollected]) -> None:
    """Write down which recipients of packets sent from here do not collect: one query and one update."""
    since = {(str(each.packet_id), each.recipient_id): each.since for each in deliveries}
    packets = {packet for packet, _recipient in since}
    waiting = Recipient.objects.filter(document__packet_id__in=packets, status="").select_related("document")
    changed = []
    for row in waiting.filter(agency__in={recipient for _packet, recipient in since}):
        sent_at = since.get((row.document.packet_id, row.agency_id))
        if sent_at is not None and row.uncollected_since != sent_at:
            row.uncollected_since = sent_at
            changed.append(row)
    Recipient.objects.bulk_update(changed, ["uncollected_since"], batch_size=500)


def note_change(*, packet_id: UUID, recipients: Collection[int], kind: str, state: str, note: str) -> None:
    """Write down a change asked of recipients of a packet sent from here, or their answer."""
    Recipient.objects.filter(document__packet_id=str(packet_id), agency__in=recipients).update(
        change_kind=kind, change_state=state, change_note=note
    )


def note_withdrawn(*, packet_id: UUID, recipients: Collection[int], kind: str, at: datetime) -> None:
    """Write down from whom a packet sent from here was withdrawn."""
    rows = Recipient.objects.filter(document__packet_id=str(packet_id), agency__in=recipients)
    rows.update(status=WITHDRAWN_CODE, status_at=at, change_kind=kind, change_state=ChangeState.ACCEPTED)
    tell_tasks(rows.filter(task__isnull=False).select_related("agency"))


def refresh_recipients(*, at: datetime, port: AxisPort | None = None) -> int:
    """Ask the axis for the states of what was sent in the last half year and is not finished everywhere.

    How many documents were asked for. An axis in the same installation tells by itself and is not asked.

    Raises:
        AxisUnavailable: those asked for before it are written down.
    """
    if port is None and settings.ENV.axis_adapter == "in_process":
        return 0
    axis = port or connect()
    asked = Q(change_state=ChangeState.PENDING)
    unfinished = Recipient.objects.filter(~Q(status__in=FINAL_CODES) | asked, document=OuterRef("pk"))
    sent = OutgoingDocument.objects.filter(Exists(unfinished), state=OutState.SENT, sent_at__gt=at - WATCHED)
    packets = list(sent.order_by("-sent_at").values_list("packet_id", flat=True)[:WATCH_BATCH])
    for packet_id in packets:
        write_states(axis.packet_state(packet_id, at=at))
    return len(packets)


def catch_up(packet_id: str, axis: AxisPort, at: datetime) -> None:
    """Ask once for states reported before the packet's id was written down here."""
    try:
        write_states(axis.packet_state(packet_id, at=at))
    except (AxisUnavailable, AxisRefused) as error:
        logger.warning("states of packet %s wait: %s", packet_id, error)


def write_states(state: PacketState) -> None:
    """Bring the recipients up to what the axis knows: two queries and one update, and tell who waits."""
    last = {entry.recipient.code: entry for entry in state.timeline if entry.code not in _BESIDE}
    places = {place.recipient.code: place for place in state.recipients}
    changes = {change.recipient.code: change for change in state.requests}
    rows = Recipient.objects.filter(document__packet_id=str(state.packet_id))
    changed: list[Recipient] = []
    returned: list[Recipient] = []
    for row in rows.select_related("agency", "document"):
        code = row.agency.code if row.agency.code in places else row.agency.old_code
        place, entry = places.get(code), last.get(code)
        known = [getattr(row, name) for name in _WRITTEN]
        if entry is not None:
            row.status, row.status_at = entry.code, entry.at
            row.description, row.staff = entry.description, entry.staff
        row.uncollected_since = place.uncollected_since if place else None
        _write_change(row, place, changes.get(code))
        if known != [getattr(row, name) for name in _WRITTEN]:
            changed.append(row)
            if row.status == REFUSED_CODE != known[0]:
                returned.append(row)
    with transaction.atomic():
        Recipient.objects.bulk_update(changed, _WRITTEN, batch_size=500)
        if returned:
            tell_of_returns(returned, at=max(row.status_at for row in returned if row.status_at))
    told = [row for row in changed if row.task_id is not None and row.status_at is not None]
    tell_tasks(told)


# Codes that tell of a change of the document, not where the document stands.
_BESIDE = frozenset({"13", CONSENT_CODE, DECLINE_CODE})
_WRITTEN = [
    *("status", "status_at", "description", "staff", "uncollected_since"),
    *("change_kind", "change_state", "change_note"),
]


def _write_change(row: Recipient, place: RecipientState | None, change: ChangeOutcome | None) -> None:
    """Write the last change asked of the recipient, and that the document is gone if it is."""
    if change is not None:
        row.change_kind, row.change_state = change.kind, change.state
        row.change_note = change.answer or change.reason
    if place is not None and place.state == WITHDRAWN_CODE:
        row.status, row.status_at = WITHDRAWN_CODE, place.last_status_at


def _lease(at: datetime) -> list[OutgoingDocument]:
    """Take up to `BATCH` waiting documents that are due, for this worker alone."""
    waiting = OutgoingDocument.objects.filter(state=OutState.WAITING, next_attempt_at__lte=at)
    with transaction.atomic():
        rows = list(
            waiting.select_related("edxml")
            .order_by("next_attempt_at")
            .select_for_update(of=("self",), skip_locked=True)[:BATCH]
        )
        OutgoingDocument.objects.filter(id__in=[row.id for row in rows]).update(next_attempt_at=at + LEASE)
    return rows
