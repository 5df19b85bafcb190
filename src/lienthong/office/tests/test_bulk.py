"""A leader signs a list: each document alone, failures aside, stopped at any point, never twice."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lienthong.directory.public import Agency
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.office import reviews
from lienthong.office.actions import bulk
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.drafting_models import SigningItem, SigningList
from lienthong.office.models import OutgoingDocument, Recipient
from lienthong.office.signing_states import ItemState
from lienthong.office.tests.factories import NOON, draft
from lienthong.office.tests.pages import client_as, client_of, signer_in, text_of
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates

pytestmark = pytest.mark.django_db
MORE = timedelta(minutes=10)


def _house() -> tuple[Agency, Viewer]:
    ours = agency()
    ensure_agency_certificates([ours.id], at=NOON)
    leader = viewer_in(ours, Role.LEADER, at=NOON)
    ensure_official_certificates([leader.official_id or 0], at=NOON)
    return ours, leader


def _make(leader: Viewer, *drafts: OutgoingDocument) -> SigningList:
    return bulk.make_signing_list(viewer=leader, documents=[one.id for one in drafts], at=NOON)


def _states(made: SigningList) -> list[str]:
    return list(made.items.order_by("position").values_list("state", flat=True))


def test_each_document_is_signed_alone_and_one_that_fails_does_not_hold_up_the_others() -> None:
    ours, leader = _house()
    drafts = [draft(ours, agency()) for _number in range(3)]
    made, axis = _make(leader, *drafts), FakeAxis()
    Recipient.objects.filter(document=drafts[1]).delete()
    for _number in range(3):
        assert bulk.sign_next(list_id=made.id, viewer=leader, at=NOON, port=axis)
    assert not bulk.sign_next(list_id=made.id, viewer=leader, at=NOON, port=axis)
    assert _states(made) == ["signed", "failed", "signed"]
    notes = list(made.items.order_by("position").values_list("note", flat=True))
    assert notes[0].startswith("01/")
    assert notes[2].startswith("02/")
    assert "nơi nhận" in notes[1]
    assert len(axis.packets) == 2


def test_a_list_is_stopped_and_the_rest_stays_unsigned() -> None:
    ours, leader = _house()
    made = _make(leader, *(draft(ours, agency()) for _number in range(3)))
    bulk.sign_next(list_id=made.id, viewer=leader, at=NOON, port=FakeAxis())
    bulk.stop_signing(list_id=made.id, viewer=leader, at=NOON)
    assert not bulk.sign_next(list_id=made.id, viewer=leader, at=NOON, port=FakeAxis())
    assert _states(made) == ["signed", "waiting", "waiting"]


def test_what_a_dead_process_was_signing_is_tried_again_and_if_it_was_signed_that_is_seen() -> None:
    ours, leader = _house()
    first, second = draft(ours, agency()), draft(ours, agency())
    made = _make(leader, first, second)
    bulk.sign_next(list_id=made.id, viewer=leader, at=NOON, port=FakeAxis())
    SigningItem.objects.update(state=ItemState.SIGNING, note="", begun_at=NOON)
    assert not bulk.sign_next(list_id=made.id, viewer=leader, at=NOON, port=FakeAxis())
    for _number in range(2):
        assert bulk.sign_next(list_id=made.id, viewer=leader, at=NOON + MORE, port=FakeAxis())
    assert _states(made) == ["signed", "signed"]
    assert OutgoingDocument.objects.exclude(code="").count() == 2


@pytest.mark.parametrize("wrong", ["none", "foreign", "unknown", "many", "signed"])
def test_what_does_not_wait_for_this_leader_cannot_be_chosen(wrong: str) -> None:
    ours, leader = _house()
    good = draft(ours, agency())
    keys = {
        "none": [],
        "foreign": [good.id, draft(agency(), agency()).id],
        "unknown": [good.id, uuid4()],
        "many": [good.id, *(uuid4() for _number in range(100))],
        "signed": [good.id],
    }[wrong]
    if wrong == "signed":
        made = _make(leader, good)
        bulk.sign_next(list_id=made.id, viewer=leader, at=NOON, port=FakeAxis())
    with pytest.raises(bulk.NothingChosen):
        bulk.make_signing_list(viewer=leader, documents=keys, at=NOON)


def test_only_a_leader_and_only_the_own_list() -> None:
    ours, leader = _house()
    one = draft(ours, agency())
    made = _make(leader, one)
    for role in (Role.CLERK, Role.SPECIALIST, Role.AUDITOR):
        with pytest.raises(NotAllowed):
            _make(viewer_in(ours, role, at=NOON), one)
    other = viewer_in(ours, Role.LEADER, at=NOON)
    with pytest.raises(NotFound):
        bulk.sign_next(list_id=made.id, viewer=other, at=NOON, port=FakeAxis())
    with pytest.raises(NotFound):
        bulk.stop_signing(list_id=made.id, viewer=other, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_sign_two_different_documents() -> None:
    from lienthong.office.tests.test_concurrency import at_once

    ours, leader = _house()
    made, axis = _make(leader, draft(ours, agency()), draft(ours, agency())), FakeAxis()
    results = at_once(
        *(lambda: bulk.sign_next(list_id=made.id, viewer=leader, at=NOON, port=axis),) * 3  # type: ignore[arg-type]
    )
    assert sorted(results) == [False, True, True]  # type: ignore[type-var]
    assert _states(made) == ["signed", "signed"]


def test_the_list_goes_through_the_pages_and_costs_the_same_however_long_it_is() -> None:
    ours = agency()
    ensure_agency_certificates([ours.id], at=NOON)
    leader = client_of(signer_in(ours))
    leader.get(reverse("office:to_sign"))
    counts = []
    for _number in range(3):
        draft(ours, agency())
        with CaptureQueriesContext(connection) as captured:
            page = leader.get(reverse("office:to_sign"))
        counts.append(len(captured))
    assert len(set(counts)) == 1
    assert "Sign and send those ticked" in text_of(page)
    keys = [str(key) for key in OutgoingDocument.objects.values_list("id", flat=True)]
    shown = text_of(leader.post(reverse("office:to_sign"), {"documents": keys}, follow=True))
    assert "0 of 3 done" in shown
    made = SigningList.objects.get()
    stopped = text_of(leader.post(reverse("office:stop_signing", args=[made.id]), follow=True))
    assert "Stopped after 0 of 3" in stopped
    assert leader.post(reverse("office:to_sign"), {"documents": ["x"]}).status_code == 422
    assert client_as(Role.LEADER, ours).get(reverse("office:signing_list", args=[made.id])).status_code == 404


def test_a_draft_under_review_does_not_wait_for_the_signature() -> None:
    from lienthong.office.actions.reviewing import define_chain

    ours, leader = _house()
    draft(ours, agency())
    assert len(reviews.ready_to_sign(leader)) == 1
    clerk = viewer_in(ours, Role.CLERK, at=NOON)
    member = reviews.Member(1, post_id=clerk.post_id)
    define_chain(viewer=clerk, type_code="CV", members=[member], at=NOON)
    assert reviews.ready_to_sign(leader) == []
