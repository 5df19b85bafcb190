"""What the head of a division may and may not do with documents."""

from __future__ import annotations

import pytest

from lienthong.directory.public import Agency, Division
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.office import outgoing_queries, policies, queries
from lienthong.office.actions import dispatching
from lienthong.office.actions import outgoing as actions
from lienthong.office.actions.directing import direct_document
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.contracts import IncomingFilter
from lienthong.office.models import OutgoingDocument
from lienthong.office.states import OutState, State
from lienthong.office.tests.factories import (
    NOON,
    assigned_document,
    composition,
    direction,
    draft,
    incoming_document,
)

pytestmark = pytest.mark.django_db


def _in(division: Division, *roles: Role, title: str = "") -> Viewer:
    return acting_viewer(official_in(division.agency, *roles, division=division, title=title), at=NOON)


def _division(place: Agency, name: str = "Phòng Kinh tế") -> Division:
    return Division.objects.create(agency=place, name=name, short_name="KT")


def test_a_head_sees_the_documents_of_the_division_and_no_others() -> None:
    ours = agency()
    division, other = _division(ours), _division(ours, "Phòng Văn hoá")
    head = _in(division, Role.HEAD)
    mine = assigned_document(ours, _in(division, Role.SPECIALIST))
    theirs = assigned_document(ours, _in(other, Role.SPECIALIST))
    unassigned = incoming_document(ours, state=State.REGISTERED)
    rows = queries.list_incoming(head, IncomingFilter(tab="all"), at=NOON).rows
    assert [row.id for row in rows] == [mine.id]
    assert queries.find_incoming(head, mine.id) == mine
    for document in (theirs, unassigned):
        with pytest.raises(NotFound):
            queries.find_incoming(head, document.id)


def test_a_head_reads_the_drafts_of_the_division_but_neither_changes_nor_signs_them() -> None:
    ours = agency()
    division = _division(ours)
    head, worker = _in(division, Role.HEAD), _in(division, Role.SPECIALIST)
    outgoing = actions.compose(composition=composition(agency()), viewer=worker, at=NOON)
    assert outgoing_queries.find_outgoing(head, outgoing.id) == outgoing
    assert outgoing_queries.sees_making(head, outgoing)
    assert policies.allowed_acts(head, outgoing) == []
    with pytest.raises(NotAllowed):
        actions.sign_and_send(outgoing_id=outgoing.id, viewer=head, at=NOON, port=FakeAxis())
    with pytest.raises(NotFound):
        outgoing_queries.find_outgoing(head, draft(ours, agency()).id)


def test_a_head_neither_directs_nor_dispatches_for_the_agency() -> None:
    ours = agency()
    division = _division(ours)
    head = _in(division, Role.HEAD)
    own = actions.compose(composition=composition(agency()), viewer=head, at=NOON)
    OutgoingDocument.objects.filter(id=own.id).update(state=OutState.ISSUED, issued_at=NOON)
    with pytest.raises(NotAllowed):
        dispatching.dispatch_also(outgoing_id=own.id, paper=("Ông A",), viewer=head, at=NOON)
    document = assigned_document(ours, head)
    with pytest.raises((NotAllowed, NotFound)):
        direct_document(document_id=document.id, direction=direction(head), viewer=head, at=NOON)


def test_a_title_alone_heads_nothing() -> None:
    ours = agency()
    division = _division(ours)
    named = _in(division, Role.SPECIALIST, title="Trưởng phòng")
    document = assigned_document(ours, _in(division, Role.SPECIALIST))
    with pytest.raises(NotFound):
        queries.find_incoming(named, document.id)
    assert queries.find_incoming(viewer_in(ours, Role.LEADER, at=NOON), document.id) == document
