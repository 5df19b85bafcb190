"""What recipients report of their deliveries: one status or many, in sets that share a commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from lienthong.axis.actions.answers import NothingAsked as NothingAsked
from lienthong.axis.actions.answers import answer_change, settle_returned
from lienthong.axis.actions.evidence import attest_all
from lienthong.axis.actions.noting import AHEAD_MOST as AHEAD_MOST
from lienthong.axis.actions.noting import (
    Noted,
    attestation_of,
    check_report,
    move,
    save_moves,
    step_for,
    write_events,
)
from lienthong.axis.actions.noting import StatusInFuture as StatusInFuture
from lienthong.axis.actions.noting import StatusOutOfOrder as StatusOutOfOrder
from lienthong.axis.contracts import StatusReport
from lienthong.axis.models import ConnectedSystem, Delivery
from lienthong.axis.queries.deliveries import known_reports, locked_deliveries
from lienthong.axis.states import CONSENT, DECLINE, STAGES, DeliveryState
from lienthong.identity.public import NotFound
from lienthong.kernel.convoys import Convoy
from lienthong.kernel.errors import Refusal

SET = 100  # reports kept in one transaction


def report_status(
    system: ConnectedSystem, delivery_id: UUID, report: StatusReport, *, at: datetime
) -> DeliveryState:
    """`report_statuses` of one, whose refusal is raised.

    Raises:
        NotFound: there is no such delivery for this system.
        StatusInFuture, StatusOutOfOrder, NothingAsked, InvalidValue, FieldMissing, FieldTooLong: nothing was
            recorded.
    """
    answer = report_statuses(system, [(delivery_id, report)], at=at)[0]
    if isinstance(answer, Refusal):
        raise answer
    return answer


def report_statuses(
    system: ConnectedSystem, reports: Sequence[tuple[UUID, StatusReport]], *, at: datetime
) -> list[DeliveryState | Refusal]:
    """Record statuses of deliveries that the system serves, in their order: each gets its delivery's state.

    The same report again (code and time) changes nothing. `at` is when the axis got them; a report's own
    time is what the recipient says: any time ago, but at most 5 minutes ahead. 15 and 16 answer the request
    that waits, and may be reported on the delivery of the document or of the packet that asks; 02 on a
    document answers its withdrawal too. Sets of 100 are kept in one transaction each, with a fixed number of
    queries; 15 and 16 take a transaction of their own. Outside a transaction, callers of one moment share it.
    """
    answers: dict[int, DeliveryState | Refusal] = {}
    sound: dict[int, _Asked] = {}
    for place, (delivery_id, report) in enumerate(reports):
        try:
            sound[place] = _Asked(system, delivery_id, check_report(report, at=at), at)
        except Refusal as refusal:
            answers[place] = refusal
    for is_answer, run in groupby(sound, key=lambda place: sound[place].report.code in (CONSENT, DECLINE)):
        places = list(run)
        if is_answer:
            answers |= {place: _answer(sound[place]) for place in places}
            continue
        for start in range(0, len(places), SET):
            some = [sound[place] for place in places[start : start + SET]]
            answers |= dict(zip(places[start : start + SET], _keep_together(some), strict=True))
    return [answers[place] for place in range(len(reports))]


@dataclass(frozen=True, eq=False)
class _Asked:
    """A sound report, as it came."""

    system: ConnectedSystem
    delivery_id: UUID
    report: StatusReport
    at: datetime


Answers = dict[_Asked, DeliveryState | Refusal]


def _answer(one: _Asked) -> DeliveryState | Refusal:
    try:
        with transaction.atomic():
            return answer_change(one.system, one.delivery_id, one.report, at=one.at)
    except Refusal as refusal:
        return refusal


def _keep_together(asked: Sequence[_Asked]) -> list[DeliveryState | Refusal]:
    """Keep the reports together with those of other callers of the moment: they share a commit.

    Not inside a transaction: what it holds locked, another thread would wait for.
    """
    given = {one: one for one in asked}
    found = _keep_all(given) if connection.in_atomic_block else _CONVOY.travel(given)[0]
    return [found[one] for one in asked]


def _keep_all(asked: Mapping[_Asked, _Asked]) -> Answers:
    """Keep the reports in one transaction; if one of them makes it fail, halves are tried."""
    try:
        with transaction.atomic():
            return _keep(list(asked))
    except (IntegrityError, Refusal) as failure:
        if len(asked) > 1:
            keys = list(asked)
            halves = keys[: len(keys) // 2], keys[len(keys) // 2 :]
            first, second = (_keep_all({one: one for one in half}) for half in halves)
            return first | second
        if isinstance(failure, Refusal):
            return dict.fromkeys(asked, failure)
        raise


_CONVOY: Convoy[_Asked, _Asked, DeliveryState | Refusal] = Convoy(_keep_all, most=SET)


def _keep(asked: Sequence[_Asked]) -> Answers:
    """Lock the deliveries, take what the table allows, and write it; in the caller's transaction."""
    at = max(one.at for one in asked)
    deliveries = locked_deliveries(dict.fromkeys((one.system.pk, one.delivery_id) for one in asked))
    known = known_reports((one.delivery_id, one.report.code, one.report.at) for one in asked)
    noted: list[Noted] = []
    answers = {one: _take(one, deliveries, known, noted, at) for one in asked}
    if noted:
        write_events(noted, at=at)
        save_moves({one.delivery.pk: one.delivery for one in noted}.values())
        attest_all(
            [attestation_of(one.delivery, STAGES[one.report.code], one.report) for one in noted], at=at
        )
        settle_returned(
            [(one.delivery, one.report) for one in noted if one.delivery.state == DeliveryState.REFUSED],
            at=at,
        )
    return answers


def _take(
    one: _Asked,
    deliveries: Mapping[tuple[int, UUID], Delivery],
    known: set[tuple[UUID, str, datetime]],
    noted: list[Noted],
    at: datetime,
) -> DeliveryState | Refusal:
    """Move the delivery, in memory, if the report is new and allowed; what it leads to, or the refusal."""
    delivery = deliveries.get((one.system.pk, one.delivery_id))
    if delivery is None:
        return NotFound()
    mark = (one.delivery_id, one.report.code, one.report.at)
    if mark not in known:
        try:
            step = step_for(delivery, one.report, of_request=delivery.packet.only_asks)
        except Refusal as refusal:
            return refusal
        move(delivery, step, at)
        known.add(mark)
        noted.append(Noted(one.system, delivery, one.report))
    return DeliveryState(delivery.state)
