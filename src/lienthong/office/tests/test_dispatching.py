"""Recipients inside the agency and on paper: who may be named, who reads, what is written down."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from lienthong.directory.public import Agency, Division, PostHolding
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import agency, official_in, viewer_in
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import Subject, timeline
from lienthong.office import outgoing_queries
from lienthong.office.actions import addressing, dispatching
from lienthong.office.actions import outgoing as actions
from lienthong.office.actions.incoming import ReasonMissing
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.contracts import OutgoingFilter, PaperRecord
from lienthong.office.dispatch_models import InsideRecipient, PaperDispatch
from lienthong.office.models import OutgoingDocument
from lienthong.office.policies import NotNow
from lienthong.office.states import OutState
from lienthong.office.tests.factories import NOON, composition, draft
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates
from lienthong.tasks.public import PartyKey, PartyKind
from lienthong.tasks.tests.factories import key_of

pytestmark = pytest.mark.django_db
TODAY = NOON.astimezone(VIETNAM).date()


def _division(place: Agency, name: str = "Phòng Kinh tế") -> Division:
    return Division.objects.create(agency=place, name=name, short_name="KT")


def _in_division(division: Division, *roles: Role) -> Viewer:
    return acting_viewer(official_in(division.agency, *roles, division=division), at=NOON)


def _key(division: Division) -> PartyKey:
    return PartyKey(PartyKind.DIVISION, division.id)


def _issued(
    sender: Agency, *recipients: Agency, axis: FakeAxis | None = None, **fields: Any
) -> OutgoingDocument:
    ensure_agency_certificates([sender.id], at=NOON)
    leader = viewer_in(sender, Role.LEADER, at=NOON)
    ensure_official_certificates([leader.official_id or 0], at=NOON)
    outgoing = draft(sender, *recipients, **fields)
    return actions.sign_and_send(outgoing_id=outgoing.id, viewer=leader, at=NOON, port=axis or FakeAxis())


def _record(**fields: Any) -> PaperRecord:
    return PaperRecord(**{"way": "post", "sent_on": TODAY, "carried_by": "Trần Thị Văn Thư", **fields})


def test_a_document_for_the_own_agency_alone_is_issued_without_the_axis() -> None:
    ours, axis = agency(), FakeAxis()
    division = _division(ours)
    issued = _issued(ours, axis=axis, inside=(_key(division),))
    assert (issued.state, issued.edxml, issued.sent_at) == (OutState.ISSUED, None, None)
    assert issued.code.startswith("01/")
    assert not axis.packets
    assert issued.document.addressees == [division.name]


def test_beside_the_axis_all_get_it_and_the_paper_says_so() -> None:
    ours, theirs, axis = agency(), agency(), FakeAxis()
    division = _division(ours)
    issued = _issued(ours, theirs, axis=axis, inside=(_key(division),), paper=("Ông Nguyễn Văn A",))
    assert (issued.state, len(axis.packets)) == (OutState.SENT, 1)
    assert issued.document.addressees == [theirs.name, "Ông Nguyễn Văn A"]
    assert issued.document.recipients == ["Như trên;", f"{division.name};", "Lưu: VT."]
    assert [str(row) for row in issued.paper.all()] == ["Ông Nguyễn Văn A"]


def test_only_those_named_inside_see_it_and_only_once_it_is_issued() -> None:
    ours = agency()
    division, other = _division(ours), _division(ours, "Phòng Văn hoá")
    member, stranger = _in_division(division, Role.SPECIALIST), _in_division(other, Role.SPECIALIST)
    named = viewer_in(ours, Role.SPECIALIST, at=NOON)
    waiting = draft(ours, inside=(_key(division), key_of(named)))
    for viewer in (member, named, stranger):
        with pytest.raises(NotFound):
            outgoing_queries.find_outgoing(viewer, waiting.id)
    issued = _issued(ours, inside=(_key(division), key_of(named)))
    for viewer in (member, named):
        assert outgoing_queries.find_outgoing(viewer, issued.id) == issued
        assert [row.id for row in outgoing_queries.list_outgoing(viewer, OutgoingFilter()).rows] == [
            issued.id
        ]
        assert not outgoing_queries.sees_making(viewer, issued)
        with pytest.raises(NotFound):
            outgoing_queries.find_drafted(viewer, issued.id)
    outsider = viewer_in(agency(), Role.LEADER, at=NOON)
    for viewer in (stranger, outsider):
        with pytest.raises(NotFound):
            outgoing_queries.find_outgoing(viewer, issued.id)


def test_the_first_reading_is_written_down_once_and_a_clerk_elsewhere_reads_for_nobody() -> None:
    ours = agency()
    division = _division(ours)
    first, second = _in_division(division, Role.SPECIALIST), _in_division(division, Role.SPECIALIST)
    issued = _issued(ours, inside=(_key(division),))
    row = InsideRecipient.objects.get()
    dispatching.note_reading(outgoing=issued, viewer=viewer_in(ours, Role.CLERK, at=NOON), at=NOON)
    row.refresh_from_db()
    assert row.read_at is None
    dispatching.note_reading(outgoing=issued, viewer=first, at=NOON)
    dispatching.note_reading(outgoing=issued, viewer=second, at=NOON + timedelta(hours=1))
    row.refresh_from_db()
    assert (row.read_at, row.read_by_id) == (NOON, first.official_id)
    verbs = [event.verb for event in timeline(Subject("office.outgoing", str(issued.id)))]
    assert verbs.count("outgoing.read") == 1


def test_each_wrong_recipient_has_its_own_refusal_and_nothing_is_saved() -> None:
    ours, theirs, elsewhere = agency(), agency(), agency()
    division = _division(ours)
    gone = viewer_in(ours, Role.SPECIALIST, at=NOON)
    PostHolding.objects.filter(official_id=gone.official_id).update(valid_to=TODAY)
    closed = agency()
    Agency.objects.filter(id=closed.id).update(valid_to=TODAY)
    wrong: list[tuple[dict[str, Any], type[Exception]]] = [
        ({"inside": (_key(division), _key(division))}, addressing.RecipientTwice),
        ({"paper": ("Ông A", "ÔNG A")}, addressing.RecipientTwice),
        ({"paper": (theirs.name,)}, addressing.RecipientTwice),
        ({"paper": (theirs.code,)}, addressing.RecipientTwice),
        ({"inside": (key_of(gone),)}, addressing.RecipientWithoutPost),
        ({"inside": (key_of(viewer_in(elsewhere, Role.CLERK, at=NOON)),)}, addressing.RecipientNotOurs),
        ({"inside": (_key(_division(elsewhere)),)}, addressing.RecipientNotOurs),
        ({"paper": (closed.name,)}, addressing.ClosedRecipients),
        ({"paper": (ours.code,)}, addressing.UnknownRecipients),
        ({"paper": tuple(f"Ông {n}" for n in range(201))}, addressing.TooManyBeside),
    ]
    for fields, refusal in wrong:
        with pytest.raises(refusal):
            draft(ours, theirs, **fields)
    assert not OutgoingDocument.objects.exists()


def test_who_left_or_closed_between_draft_and_signature_stops_the_issue() -> None:
    ours, paper = agency(), agency()
    named = viewer_in(ours, Role.SPECIALIST, at=NOON)
    for fields in ({"inside": (key_of(named),)}, {"paper": (paper.name,)}):
        outgoing = draft(ours, **fields)
        PostHolding.objects.filter(official_id=named.official_id).update(valid_to=TODAY)
        Agency.objects.filter(id=paper.id).update(valid_to=TODAY)
        leader = viewer_in(ours, Role.LEADER, at=NOON)
        with pytest.raises((addressing.RecipientWithoutPost, addressing.ClosedRecipients)):
            actions.sign_and_send(outgoing_id=outgoing.id, viewer=leader, at=NOON, port=FakeAxis())
        PostHolding.objects.filter(official_id=named.official_id).update(valid_to=date.max)
        Agency.objects.filter(id=paper.id).update(valid_to=date.max)


def test_recipients_are_added_to_what_is_issued_but_never_twice() -> None:
    ours, theirs = agency(), agency()
    division = _division(ours)
    issued, clerk = _issued(ours, theirs), viewer_in(ours, Role.CLERK, at=NOON)
    give = {"outgoing_id": issued.id, "viewer": clerk, "at": NOON}
    dispatching.dispatch_also(inside=(_key(division),), paper=("Bà B",), **give)
    assert (issued.inside.count(), issued.paper.count()) == (1, 1)
    with pytest.raises(addressing.NoRecipients):
        dispatching.dispatch_also(**give)
    for again in ({"inside": (_key(division),)}, {"paper": ("bà b",)}, {"paper": (theirs.name,)}):
        with pytest.raises(addressing.RecipientTwice):
            dispatching.dispatch_also(**again, **give)
    for role in (Role.SPECIALIST, Role.AUDITOR):
        viewer = viewer_in(ours, role, at=NOON)
        OutgoingDocument.objects.update(prepared_by=viewer.official_id)
        with pytest.raises(NotAllowed):
            dispatching.dispatch_also(**give | {"viewer": viewer, "paper": ("Ông C",)})


def test_a_draft_gets_its_recipients_by_being_changed() -> None:
    ours = agency()
    outgoing, clerk = draft(ours, agency()), viewer_in(ours, Role.CLERK, at=NOON)
    with pytest.raises(NotNow):
        dispatching.dispatch_also(outgoing_id=outgoing.id, paper=("Ông A",), viewer=clerk, at=NOON)


def test_paper_is_recorded_and_corrected_with_a_reason_and_nothing_is_overwritten() -> None:
    ours = agency()
    issued, clerk = _issued(ours, paper=("Ông A",)), viewer_in(ours, Role.CLERK, at=NOON)
    recipient = issued.paper.get()
    give = {"outgoing_id": issued.id, "recipient_id": recipient.id, "viewer": clerk, "at": NOON}
    dispatching.record_paper(written=_record(receipt_number="EB1", reason="unused"), **give)
    with pytest.raises(ReasonMissing):
        dispatching.record_paper(written=_record(way="hand"), **give)
    dispatching.record_paper(written=_record(way="hand", reason="Ghi nhầm"), **give)
    rows = list(recipient.dispatches.values_list("sequence", "way", "receipt_number", "reason"))
    assert rows == [(1, "post", "EB1", ""), (2, "hand", "", "Ghi nhầm")]
    for act in (lambda: PaperDispatch.objects.update(way="fax"), PaperDispatch.objects.all().delete):
        with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
            act()


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"way": "pigeon"}, dispatching.WayUnknown),
        ({"carried_by": "  "}, dispatching.BearerMissing),
        ({"sent_on": TODAY + timedelta(days=1)}, dispatching.NotThatDay),
        ({"sent_on": TODAY - timedelta(days=1)}, dispatching.NotThatDay),
    ],
)
def test_a_wrong_record_is_refused(fields: dict[str, Any], refusal: type[Exception]) -> None:
    ours = agency()
    issued, clerk = _issued(ours, paper=("Ông A",)), viewer_in(ours, Role.CLERK, at=NOON)
    with pytest.raises(refusal):
        dispatching.record_paper(
            outgoing_id=issued.id,
            recipient_id=issued.paper.get().id,
            written=_record(**fields),
            viewer=clerk,
            at=NOON,
        )
    assert not PaperDispatch.objects.exists()


def test_only_a_clerk_records_and_only_of_this_document() -> None:
    ours = agency()
    issued, other = _issued(ours, paper=("Ông A",)), _issued(ours, paper=("Ông B",))
    give = {"written": _record(), "at": NOON, "outgoing_id": issued.id}
    with pytest.raises(NotAllowed):
        dispatching.record_paper(
            recipient_id=issued.paper.get().id, viewer=viewer_in(ours, Role.LEADER, at=NOON), **give
        )
    with pytest.raises(NotFound):
        dispatching.record_paper(
            recipient_id=other.paper.get().id, viewer=viewer_in(ours, Role.CLERK, at=NOON), **give
        )


def test_a_revised_draft_names_its_new_recipients_only() -> None:
    ours = agency()
    division = _division(ours)
    outgoing = draft(ours, inside=(_key(division),), paper=("Ông A",))
    clerk = viewer_in(ours, Role.CLERK, at=NOON)
    actions.revise(outgoing_id=outgoing.id, composition=composition(paper=("Bà B",)), viewer=clerk, at=NOON)
    assert (outgoing.inside.count(), [row.name for row in outgoing.paper.all()]) == (0, ["Bà B"])
    newest = outgoing.versions.latest("number")
    assert newest.content["recipients"] == ["Bà B"]
