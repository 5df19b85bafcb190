"""Which register a document goes into, piles of documents, and the registers themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from lienthong.directory.public import Agency
from lienthong.identity.public import NotAllowed, NotFound, Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.ledger.public import Subject, timeline
from lienthong.office.actions.books import (
    BadBookCode,
    BookCodeTaken,
    DefaultStaysOpen,
    change_book,
    open_book,
)
from lienthong.office.actions.registering import (
    SET_LIMIT,
    NoSuchBook,
    TooManyAtOnce,
    register_incoming,
    register_set,
)
from lienthong.office.contracts import BookSettings
from lienthong.office.models import IncomingDocument
from lienthong.office.policies import NotAuthentic, NotNow
from lienthong.office.register_models import Register, RegisterBook
from lienthong.office.states import SenderKind, Source, State
from lienthong.office.tests.factories import NOON, book, general_book, incoming_document

pytestmark = pytest.mark.django_db


def _on_paper(place: Agency, **fields: Any) -> IncomingDocument:
    return incoming_document(place, **{"source": Source.PAPER, "delivery_id": None, **fields})


def _registered(document: IncomingDocument, **options: Any) -> tuple[str, int | None]:
    clerk = viewer_in(document.agency, Role.CLERK)
    done = register_incoming(**{"document_id": document.id, "viewer": clerk, "at": NOON, **options})
    assert done.register is not None
    return done.register.book.code, done.register_number


def test_without_a_rule_that_fits_it_is_the_general_register() -> None:
    ours = agency()
    book(ours, "petitions", senders=[SenderKind.CITIZEN], types=["Đơn khiếu nại"])
    assert _registered(incoming_document(ours)) == ("incoming", 1)


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ({"types": ["Giấy mời"]}, {"type_name": "GIẤY MỜI"}),
        ({"senders": [SenderKind.CITIZEN]}, {"sender_kind": SenderKind.CITIZEN}),
        ({"from_urgency": 2}, {"urgency": 3}),
    ],
)
def test_a_rule_that_fits_proposes_its_register(rule: dict[str, Any], fields: dict[str, Any]) -> None:
    ours = agency()
    book(ours, "special", **rule)
    assert _registered(incoming_document(ours, **fields)) == ("special", 1)
    assert _registered(incoming_document(ours)) == ("incoming", 1)


def test_of_two_registers_that_fit_the_first_in_order_is_proposed() -> None:
    ours = agency()
    book(ours, "second", position=2, from_urgency=1)
    book(ours, "first", position=1, types=["Giấy mời"])
    assert _registered(incoming_document(ours, urgency=1, type_name="Giấy mời")) == ("first", 1)


def test_a_closed_register_is_neither_proposed_nor_taken() -> None:
    ours = agency()
    closed = book(ours, "closed", from_urgency=1, active=False)
    assert _registered(incoming_document(ours, urgency=1)) == ("incoming", 1)
    with pytest.raises(NoSuchBook):
        _registered(incoming_document(ours), book_id=closed.id)


def test_the_clerk_may_choose_another_register_than_the_one_proposed() -> None:
    ours = agency()
    chosen = book(ours, "invitations")
    assert _registered(incoming_document(ours), book_id=chosen.id) == ("invitations", 1)


def test_another_agencys_register_is_not_taken_from() -> None:
    with pytest.raises(NoSuchBook):
        _registered(incoming_document(agency()), book_id=general_book(agency()).id)


def test_each_register_counts_by_itself() -> None:
    ours = agency()
    other = book(ours, "other")
    places = [None, other.id, None, other.id]
    taken = [_registered(incoming_document(ours), book_id=place) for place in places]
    assert taken == [("incoming", 1), ("other", 1), ("incoming", 2), ("other", 2)]


def test_numbers_begin_again_at_midnight_of_the_31st_of_december_in_vietnam() -> None:
    ours = agency()
    midnight = NOON.replace(year=2027, month=1, day=1, hour=0)
    clerk = viewer_in(ours, Role.CLERK)
    taken = []
    for at in (midnight - timedelta(seconds=2), midnight - timedelta(seconds=1), midnight):
        document = incoming_document(ours, at=at)
        done = register_incoming(document_id=document.id, viewer=clerk, at=at)
        assert done.register is not None
        taken.append((done.register.year, done.register_number))
    assert taken == [(2026, 1), (2026, 2), (2027, 1)]


def test_a_pile_is_numbered_in_the_order_given_and_what_fails_stops_no_other() -> None:
    ours, clerk = agency(), None
    clerk = viewer_in(ours, Role.CLERK)
    first, second = incoming_document(ours), incoming_document(ours)
    unproven = incoming_document(ours, authentic=False)
    foreign = incoming_document(agency())
    done = incoming_document(ours, state=State.REGISTERED)
    order = [second.id, unproven.id, foreign.id, done.id, first.id]
    results = register_set(document_ids=order, viewer=clerk, at=NOON)
    assert [result.document_id for result in results] == order
    assert [result.document and result.document.register_number for result in results] == [
        2,
        None,
        None,
        None,
        3,
    ]
    assert [type(result.refusal) for result in results[1:4]] == [NotAuthentic, NotFound, NotNow]
    general = Register.objects.get(book=general_book(ours))
    assert general.last_number == 3
    assert [event.verb for event in timeline(Subject("office.incoming", str(first.id)))] == [
        "incoming.register"
    ]


def test_a_pile_takes_as_many_queries_as_one_document() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK)
    book(ours, "urgent", from_urgency=1)
    counts = []
    for size in (1, 1, SET_LIMIT):
        ids = [incoming_document(ours, urgency=number % 2).id for number in range(size)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            results = register_set(document_ids=ids, viewer=clerk, at=NOON)
        assert all(result.document for result in results)
        counts.append(len(queries))
    assert counts[1] == counts[2]


def test_a_document_named_twice_is_registered_once() -> None:
    ours = agency()
    document = incoming_document(ours)
    results = register_set(
        document_ids=[document.id, document.id], viewer=viewer_in(ours, Role.CLERK), at=NOON
    )
    assert len(results) == 1


def test_a_pile_has_an_end() -> None:
    ours = agency()
    ids = [incoming_document(ours).id for _ in range(SET_LIMIT + 1)]
    with pytest.raises(TooManyAtOnce):
        register_set(document_ids=ids, viewer=viewer_in(ours, Role.CLERK), at=NOON)


def test_the_axis_is_not_told_of_what_came_on_paper() -> None:
    ours = agency()
    document = _on_paper(ours)
    assert _registered(document) == ("incoming", 1)
    assert not document.statuses.exists()


def test_the_database_refuses_a_delivery_of_a_document_on_paper_and_an_axis_document_without() -> None:
    ours = agency()
    with pytest.raises(IntegrityError):
        incoming_document(ours, source=Source.AXIS, delivery_id=None)


def test_the_database_refuses_a_second_default_and_a_second_series() -> None:
    general = general_book(agency())
    Register.objects.create(book=general, year=2026)
    with pytest.raises(IntegrityError):
        Register.objects.create(book=general, year=2026)


@pytest.mark.parametrize("role", [Role.CLERK, Role.ADMINISTRATOR])
def test_clerk_and_administrator_open_and_change_registers(role: Role) -> None:
    ours = agency()
    keeper = viewer_in(ours, role)
    opened = open_book(code="petitions", settings=BookSettings("Sổ đơn thư"), viewer=keeper, at=NOON)
    change_book(
        book_id=opened.id,
        settings=BookSettings("Sổ đơn", position=3, senders=("citizen",), active=False),
        viewer=keeper,
        at=NOON,
    )
    opened.refresh_from_db()
    assert (opened.name, opened.position, opened.senders, opened.active) == ("Sổ đơn", 3, ["citizen"], False)
    verbs = [event.verb for event in timeline(Subject("office.register", str(opened.id)))]
    assert sorted(verbs) == ["register.change", "register.open"]
    assert RegisterBook.objects.filter(agency=ours).count() == 2


@pytest.mark.parametrize("role", [Role.LEADER, Role.SPECIALIST, Role.AUDITOR])
def test_nobody_else_opens_registers(role: Role) -> None:
    with pytest.raises(NotAllowed):
        open_book(code="x", settings=BookSettings("X"), viewer=viewer_in(agency(), role), at=NOON)


def test_a_registers_code_is_its_own_in_the_agency_and_well_formed() -> None:
    keeper = viewer_in(agency(), Role.CLERK)
    for code in ("", "Đơn thư", "a" * 21, "-x"):
        with pytest.raises(BadBookCode):
            open_book(code=code, settings=BookSettings("X"), viewer=keeper, at=NOON)
    with pytest.raises(BookCodeTaken):
        open_book(code="incoming", settings=BookSettings("X"), viewer=keeper, at=NOON)


def test_the_default_register_stays_open_and_anothers_is_not_found() -> None:
    ours = agency()
    keeper, general = viewer_in(ours, Role.CLERK), general_book(ours)
    with pytest.raises(DefaultStaysOpen):
        change_book(book_id=general.id, settings=BookSettings("X", active=False), viewer=keeper, at=NOON)
    with pytest.raises(NotFound):
        change_book(book_id=general_book(agency()).id, settings=BookSettings("X"), viewer=keeper, at=NOON)
