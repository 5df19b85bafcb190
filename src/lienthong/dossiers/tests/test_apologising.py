"""An apology is drafted before a deadline passes, and a leader makes it; after, nobody can."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from lienthong.directory.public import add_working_minutes, calendar_of
from lienthong.dossiers.actions.apologising import apologise_all, draft_apologies
from lienthong.dossiers.actions.ending import withdraw_dossier
from lienthong.dossiers.contracts import Apology
from lienthong.dossiers.models import ApologyDraft, Slip
from lienthong.dossiers.queries import apology_drafts
from lienthong.dossiers.refusals import ApologyTooLate
from lienthong.dossiers.states import SlipKind
from lienthong.dossiers.tests.factories import NOON, offered, official, received
from lienthong.identity.public import NotAllowed, NotFound, Role
from lienthong.identity.tests.factories import official_in
from lienthong.kernel.clock import now
from lienthong.notifications.tests.factories import told_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DUE = datetime(2026, 3, 4, 11, 30, tzinfo=NOON.tzinfo)  # two days from the noon of a Monday


def test_drafts_are_made_hours_before_once_and_the_leader_is_told_once() -> None:
    offer = offered()
    rows = [received(offer), received(offer)]
    leader = official(offer.agency, Role.LEADER)
    assert {row.due_at for row in rows} == {DUE}
    # At 16:30 of the day before there are five working hours left.
    assert draft_apologies(hours=4, at=DUE - 19 * HOUR) == 0
    assert draft_apologies(hours=4, at=DUE - 4 * HOUR) == 2
    assert draft_apologies(hours=4, at=DUE - 3 * HOUR) == 0
    draft, _other = apology_drafts(leader, at=DUE - HOUR)
    of = calendar_of(offer.agency_id, years=[2026])
    assert draft.until == add_working_minutes(of, DUE, 480)
    assert offer.agency.name in draft.reason
    assert told_of(leader.official_id or 0) == ["dossiers.about-to-be-late"]
    assert apology_drafts(official(offer.agency, Role.SPECIALIST), at=DUE - HOUR) == []
    assert apology_drafts(official(offered().agency, Role.LEADER), at=DUE - HOUR) == []


def test_many_apologies_are_made_at_once_all_or_none_and_never_after_the_deadline() -> None:
    offer = offered()
    rows = [received(offer) for _ in range(3)]
    leader, at = official(offer.agency, Role.LEADER), DUE - HOUR
    draft_apologies(hours=4, at=at)
    said = [Apology(row.pk, DUE + 48 * HOUR, "Chờ ý kiến") for row in rows]
    with pytest.raises(NotAllowed):
        apologise_all(apologies=said, viewer=official(offer.agency, Role.SPECIALIST), at=at)
    with pytest.raises(NotFound):
        apologise_all(apologies=said, viewer=official(offered().agency, Role.LEADER), at=at)
    with pytest.raises(ApologyTooLate):
        apologise_all(apologies=said, viewer=leader, at=DUE + timedelta(minutes=1))
    assert not Slip.objects.filter(kind=SlipKind.APOLOGY).exists()
    apologise_all(apologies=said[:2], viewer=leader, at=at)
    assert Slip.objects.filter(kind=SlipKind.APOLOGY).count() == 2
    assert set(ApologyDraft.objects.exclude(settled_at=None).values_list("settled_by", flat=True)) == {
        leader.official_id
    }
    assert [one.dossier_id for one in apology_drafts(leader, at=at)] == [rows[2].pk]
    # The new date is a promise of its own: it is drafted for again, before it passes.
    assert draft_apologies(hours=4, at=DUE + 47 * HOUR) == 2


def test_a_draft_of_no_use_is_settled_by_nobody() -> None:
    gone, late = received(), received()
    draft_apologies(hours=4, at=DUE - HOUR)
    desk = official(gone.agency, Role.RECEPTIONIST)
    withdraw_dossier(dossier_id=gone.pk, reason="Đổi ý", viewer=desk, at=DUE - HOUR)
    draft_apologies(hours=4, at=DUE - HOUR)
    (draft,) = ApologyDraft.objects.filter(settled_at=None)
    assert draft.dossier_id == late.pk
    draft_apologies(hours=4, at=DUE + HOUR)
    assert not ApologyDraft.objects.filter(settled_at=None).exists()
    assert not ApologyDraft.objects.exclude(settled_by=None).exists()


def test_drafting_many_costs_the_queries_of_one(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    offer = offered()
    official(offer.agency, Role.LEADER)
    for _ in range(4):
        received(offer)
    with django_assert_max_num_queries(14):
        assert draft_apologies(hours=4, at=DUE - HOUR) == 4


def test_the_leader_edits_and_confirms_on_one_page() -> None:
    offer, at = offered(), now()
    row = received(offer, at=at)
    client = Client()
    client.force_login(official_in(offer.agency, Role.LEADER))
    url = reverse("dossiers:apologies")
    assert client.get(url).status_code == 200
    draft_apologies(hours=80, at=at)
    (draft,) = ApologyDraft.objects.all()
    page = client.get(url).content.decode()
    assert row.code in page
    assert draft.reason in page
    until = (draft.until + timedelta(days=1)).astimezone(NOON.tzinfo)
    said: dict[str, Any] = {f"{draft.pk}-until": f"{until:%Y-%m-%dT%H:%M}", f"{draft.pk}-reason": "Chờ sở"}
    assert client.post(url, said).status_code == 422
    chosen = {**said, f"{draft.pk}-chosen": "on"}
    early = {**chosen, f"{draft.pk}-until": f"{at.astimezone(NOON.tzinfo):%Y-%m-%dT%H:%M}"}
    assert client.post(url, early).status_code == 422
    assert client.post(url, {**chosen, f"{draft.pk}-reason": ""}).status_code == 422
    assert client.post(url, chosen).status_code == 302
    row.refresh_from_db()
    assert row.promised_at == until.replace(second=0, microsecond=0)
    assert client.post(url, chosen).status_code == 422
