"""Registering and returning."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError

from lienthong.identity.public import NotAllowed, NotFound, Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.ledger.public import Subject, timeline
from lienthong.office.actions.incoming import ReasonMissing, TextTooLong, refuse_incoming
from lienthong.office.actions.registering import register_incoming
from lienthong.office.models import IncomingDocument
from lienthong.office.policies import NotAuthentic, NotNow
from lienthong.office.states import State
from lienthong.office.tests.factories import NOON, incoming_document

pytestmark = pytest.mark.django_db


def _codes(document: IncomingDocument) -> list[str]:
    return list(document.statuses.order_by("id").values_list("code", flat=True))


def test_registering_takes_the_next_number_and_tells_the_sender_03() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK)
    numbers = []
    for _ in range(3):
        document = register_incoming(document_id=incoming_document(ours).id, viewer=clerk, at=NOON)
        numbers.append(document.register_number)
    assert numbers == [1, 2, 3]
    assert (document.state, _codes(document)) == (State.REGISTERED, ["03"])
    events = timeline(Subject("office.incoming", str(document.id)))
    assert [(event.verb, event.actor.name) for event in events] == [("incoming.register", clerk.name)]


def test_each_year_and_each_agency_counts_from_one() -> None:
    ours, theirs = agency(), agency()
    for place, at in ((ours, NOON), (ours, NOON.replace(year=2027)), (theirs, NOON)):
        clerk = viewer_in(place, Role.CLERK, at=at)
        assert (
            register_incoming(document_id=incoming_document(place).id, viewer=clerk, at=at).register_number
            == 1
        )


def test_the_year_of_a_register_is_that_of_vietnam() -> None:
    ours = agency()
    clerk = viewer_in(ours, Role.CLERK)
    eve = NOON.replace(month=12, day=31, hour=23)
    document = register_incoming(
        document_id=incoming_document(ours).id, viewer=clerk, at=eve + timedelta(hours=2)
    )
    assert document.register is not None
    assert document.register.year == 2027


def test_a_document_is_registered_once() -> None:
    ours = agency()
    clerk, document = viewer_in(ours, Role.CLERK), incoming_document(ours)
    register_incoming(document_id=document.id, viewer=clerk, at=NOON)
    with pytest.raises(NotNow):
        register_incoming(document_id=document.id, viewer=clerk, at=NOON)
    assert _codes(document) == ["03"]


def test_the_database_refuses_a_number_given_twice() -> None:
    ours = agency()
    first = incoming_document(ours, state=State.REGISTERED)
    with pytest.raises(IntegrityError):
        incoming_document(ours, register=first.register, register_number=first.register_number)


def test_the_database_refuses_work_on_what_is_not_authentic() -> None:
    with pytest.raises(IntegrityError):
        incoming_document(agency(), state=State.REGISTERED, authentic=False)


def test_what_is_not_authentic_is_not_registered() -> None:
    ours = agency()
    document = incoming_document(ours, authentic=False)
    with pytest.raises(NotAuthentic):
        register_incoming(document_id=document.id, viewer=viewer_in(ours, Role.CLERK), at=NOON)


def test_another_agencys_document_is_not_found() -> None:
    document = incoming_document(agency())
    with pytest.raises(NotFound):
        register_incoming(document_id=document.id, viewer=viewer_in(agency(), Role.CLERK), at=NOON)


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR])
def test_only_a_clerk_registers(role: Role) -> None:
    ours = agency()
    with pytest.raises(NotAllowed):
        register_incoming(document_id=incoming_document(ours).id, viewer=viewer_in(ours, role), at=NOON)


def test_returning_needs_a_reason_and_tells_it_with_02() -> None:
    ours = agency()
    clerk, document = viewer_in(ours, Role.CLERK), incoming_document(ours)
    with pytest.raises(ReasonMissing):
        refuse_incoming(document_id=document.id, viewer=clerk, reason="  \n", at=NOON)
    refused = refuse_incoming(document_id=document.id, viewer=clerk, reason="Gửi trùng", at=NOON)
    assert (refused.state, refused.reason) == (State.REFUSED, "Gửi trùng")
    assert list(document.statuses.values_list("code", "description")) == [("02", "Gửi trùng")]


def test_a_reason_longer_than_its_place_is_refused() -> None:
    ours = agency()
    with pytest.raises(TextTooLong):
        refuse_incoming(
            document_id=incoming_document(ours).id,
            viewer=viewer_in(ours, Role.CLERK),
            reason="x" * 501,
            at=NOON,
        )
