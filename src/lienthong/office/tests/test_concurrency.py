"""Several at once: numbers without gap or double, one direction, one effect per delivery, one sending."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.errors import Refusal
from lienthong.office.actions.collecting import collect_inbox
from lienthong.office.actions.directing import AlreadyDirected, direct_document
from lienthong.office.actions.registering import register_incoming, register_set
from lienthong.office.actions.reporting import report_statuses
from lienthong.office.actions.sending import send_waiting
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.models import IncomingDocument, OutgoingDocument, StatusToReport
from lienthong.office.register_models import Register
from lienthong.office.states import State
from lienthong.office.tests.factories import NOON, book, direction, general_book, incoming_document
from lienthong.office.tests.packets import sent_packet
from lienthong.tasks.public import Task

pytestmark = pytest.mark.django_db(transaction=True)
T = TypeVar("T")


def at_once(*acts: Callable[[], T]) -> list[T | Refusal]:
    """Do all acts at the same moment, each on a connection of its own; a refusal is its answer."""
    start = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T | Refusal:
        try:
            start.wait(10)
            return act()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_clerks_who_register_at_once_get_consecutive_numbers_without_gap_or_double() -> None:
    ours = agency()
    documents = [incoming_document(ours) for _ in range(12)]
    clerks = [viewer_in(ours, Role.CLERK, at=NOON) for _ in range(4)]

    def register_three(number: int) -> Callable[[], list[int | None]]:
        mine = documents[number * 3 : number * 3 + 3]
        return lambda: [
            register_incoming(document_id=document.id, viewer=clerks[number], at=NOON).register_number
            for document in mine
        ]

    numbers = at_once(*(register_three(number) for number in range(4)))
    assert sorted(number for mine in numbers for number in mine) == list(range(1, 13))  # type: ignore[union-attr]


def test_piles_registered_at_once_into_several_registers_leave_no_gap_and_no_double() -> None:
    ours = agency()
    books = [general_book(ours), book(ours, "urgent"), book(ours, "petitions")]
    clerks = [viewer_in(ours, Role.CLERK, at=NOON) for _ in range(6)]
    piles = [[incoming_document(ours).id for _ in range(5)] for _ in clerks]
    singles = [incoming_document(ours).id for _ in clerks]

    def work(turn: int) -> Callable[[], None]:
        """Each clerk registers a pile into one register and a single document into the next."""

        def act() -> None:
            viewer, at = clerks[turn], NOON
            register_set(document_ids=piles[turn], viewer=viewer, at=at, book_id=books[turn % 3].id)
            register_incoming(
                document_id=singles[turn], viewer=viewer, at=at, book_id=books[(turn + 1) % 3].id
            )

        return act

    assert at_once(*(work(turn) for turn in range(len(clerks)))) == [None] * len(clerks)
    for register in Register.objects.select_related("book"):
        numbers = IncomingDocument.objects.filter(register=register).values_list("register_number", flat=True)
        assert sorted(numbers) == list(range(1, 13))  # type: ignore[type-var]
        assert register.last_number == 12


def test_clerks_of_an_agency_without_a_register_make_its_first_one_once() -> None:
    ours = agency()
    clerks = [viewer_in(ours, Role.CLERK, at=NOON) for _ in range(4)]
    documents = [incoming_document(ours) for _ in clerks]
    at_once(
        *(
            lambda pair=pair: register_incoming(document_id=pair[0].id, viewer=pair[1], at=NOON)  # type: ignore[misc]
            for pair in zip(documents, clerks, strict=True)
        )
    )
    assert Register.objects.get().last_number == 4


def test_two_clerks_who_register_the_same_document_use_one_number() -> None:
    ours = agency()
    document = incoming_document(ours)
    clerks = [viewer_in(ours, Role.CLERK, at=NOON) for _ in range(2)]
    results = at_once(
        *(
            lambda clerk=clerk: register_incoming(document_id=document.id, viewer=clerk, at=NOON)
            for clerk in clerks
        )  # type: ignore[misc]
    )
    assert sorted(type(result).__name__ for result in results) == ["IncomingDocument", "NotNow"]
    document.refresh_from_db()
    assert document.register is not None
    assert (document.register_number, document.register.last_number) == (1, 1)


def test_of_two_leaders_who_direct_at_once_one_wins_and_the_other_is_told_so() -> None:
    ours = agency()
    document = incoming_document(ours, state=State.REGISTERED)
    leaders = [viewer_in(ours, Role.LEADER, at=NOON) for _ in range(2)]
    leads = [viewer_in(ours, Role.SPECIALIST, at=NOON) for _ in range(2)]
    results = at_once(
        *(
            lambda leader=leader, lead=lead: direct_document(  # type: ignore[misc]
                document_id=document.id, viewer=leader, direction=direction(lead), at=NOON
            )
            for leader, lead in zip(leaders, leads, strict=True)
        )
    )
    refusals = [result for result in results if isinstance(result, AlreadyDirected)]
    assert len(refusals) == 1
    document.refresh_from_db()
    assert document.task is not None
    winner = next(leader for leader in leaders if leader.official_id == document.task.given_by_id)
    assert f"{winner.name} has directed this document already" in refusals[0].say("en")
    assert Task.objects.count() == 1
    assert list(document.statuses.values_list("code", flat=True)) == ["04"]


def test_two_collectors_at_once_take_each_delivery_in_once() -> None:
    ours, axis = [agency() for _ in range(4)], FakeAxis()
    for _ in range(3):
        sent_packet(axis, *ours)
    results = at_once(*(lambda: collect_inbox(at=NOON, port=axis),) * 3)
    assert sum(result.received for result in results) == 12  # type: ignore[union-attr]
    assert IncomingDocument.objects.count() == 12
    assert StatusToReport.objects.count() == 12


def test_several_reporters_at_once_keep_the_order_of_each_document() -> None:
    ours, axis = [agency() for _ in range(6)], FakeAxis()
    sent_packet(axis, *ours)
    collect_inbox(at=NOON, port=axis)
    for document in IncomingDocument.objects.select_related("agency"):
        clerk = viewer_in(document.agency, Role.CLERK, at=NOON)
        register_incoming(document_id=document.id, viewer=clerk, at=NOON)
    at_once(*(lambda: report_statuses(at=NOON, port=axis),) * 3)
    report_statuses(at=NOON, port=axis)
    assert not StatusToReport.objects.filter(reported_at=None).exists()
    assert not StatusToReport.objects.exclude(refused="").exists()


def test_several_senders_at_once_send_a_waiting_document_once() -> None:
    from lienthong.office.tests.test_outgoing import _send, _sender, draft

    sender, axis = _sender(), FakeAxis(failures=1)
    _send(sender, draft(sender, agency()), axis)
    axis.calls.clear()
    OutgoingDocument.objects.update(next_attempt_at=NOON)
    taken = at_once(*(lambda: send_waiting(at=NOON, port=axis),) * 3)
    assert sum(taken) == 1  # type: ignore[arg-type]
    assert axis.calls.count("submit") == 1
