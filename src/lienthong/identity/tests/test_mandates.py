"""For whom a citizen acts: businesses represented, mandates given, seen and ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from lienthong.identity.access import NotAllowed, NotFound
from lienthong.identity.actions.mandates import (
    MandateNumberWrong,
    MandateOnMandate,
    MandateOverlaps,
    MandatePeriodWrong,
    MandateToSelf,
    NotConfirmed,
    accept_mandate,
    end_mandate,
    grant_mandate,
)
from lienthong.identity.actions.representing import confirm_representation, end_representation
from lienthong.identity.contracts import By, NewMandate, PartyFacts, PartyKind, Role, Visitor
from lienthong.identity.models import Account, Mandate, Representation
from lienthong.identity.queries.citizens import mandates_of
from lienthong.identity.queries.visiting import capabilities_of, visitor_for
from lienthong.identity.tests.factories import (
    a_business,
    a_citizen,
    a_mandate,
    a_representation,
    agency,
    party_of,
    viewer_in,
    visitor_as,
)
from lienthong.kernel.clock import VIETNAM, now
from lienthong.ledger.public import Subject, timeline

AT = now()
TODAY = AT.astimezone(VIETNAM).date()
NEW = NewMandate("001099000077", "Người Nhận", "Nộp hồ sơ", (), TODAY, TODAY + timedelta(days=30))


def accepted(giver: Account, holder: Account, **kwargs: object) -> Mandate:
    mandate = a_mandate(giver, holder, at=AT, **kwargs)  # type: ignore[arg-type]
    accept_mandate(visitor=visitor_as(holder), mandate_id=mandate.pk, at=AT)
    return mandate


def acting(account: Account, *, at: object = AT) -> Visitor:
    """The citizen acting for the first one they may act for."""
    [first, *_] = capabilities_of(visitor_as(account), at=AT)
    return visitor_for(account, chosen=first.key, at=at)  # type: ignore[arg-type]


@pytest.fixture
def giver(db: None) -> Account:
    return a_citizen(name="Trần Thị Giao")[0]


@pytest.fixture
def holder(db: None) -> Account:
    return a_citizen(name="Lê Văn Nhận")[0]


class TestMandate:
    def test_serves_once_it_is_accepted(self, giver: Account, holder: Account) -> None:
        mandate = a_mandate(giver, holder, at=AT, procedures=("1.004194",))
        assert capabilities_of(visitor_as(holder), at=AT) == []
        accept_mandate(visitor=visitor_as(holder), mandate_id=mandate.pk, at=AT)
        visitor = acting(holder)
        assert (visitor.by, visitor.for_id, visitor.for_name) == (
            By.MANDATE,
            party_of(giver).pk,
            "Trần Thị Giao",
        )
        assert visitor.party_name == "Lê Văn Nhận"
        assert (visitor.may_deal_with("1.004194"), visitor.may_deal_with("2.000635")) == (True, False)
        assert visitor.actor().acting_for == "Trần Thị Giao"

    @pytest.mark.parametrize("ended_by", ["giver", "holder"])
    def test_ends_at_once_by_either_side(self, giver: Account, holder: Account, ended_by: str) -> None:
        mandate = accepted(giver, holder)
        key = capabilities_of(visitor_as(holder), at=AT)[0].key
        who = giver if ended_by == "giver" else holder
        end_mandate(visitor=visitor_as(who), mandate_id=mandate.pk, at=AT)
        visitor = visitor_for(holder, chosen=key, at=AT)
        assert (visitor.by, visitor.for_id) == (By.SELF, visitor.party_id)
        with pytest.raises(NotFound):
            end_mandate(visitor=visitor_as(who), mandate_id=mandate.pk, at=AT)

    def test_is_over_after_its_last_day(self, giver: Account, holder: Account) -> None:
        accepted(giver, holder)
        assert acting(holder, at=AT + timedelta(days=30)).by is By.MANDATE
        assert acting(holder, at=AT + timedelta(days=31)).by is By.SELF

    def test_is_accepted_only_by_who_bears_number_and_name_and_is_confirmed(
        self, giver: Account, holder: Account
    ) -> None:
        mandate = a_mandate(giver, holder, at=AT)
        claims = a_citizen(name="Lê Văn Nhận", number=holder.number, confirmed=False)[0]
        other = a_citizen()[0]
        with pytest.raises(NotConfirmed):
            accept_mandate(visitor=visitor_as(claims), mandate_id=mandate.pk, at=AT)
        for visitor in (visitor_as(other), visitor_as(giver), replace(visitor_as(holder), party_name="Lê")):
            with pytest.raises(NotFound):
                accept_mandate(visitor=visitor, mandate_id=mandate.pk, at=AT)
        with pytest.raises(NotFound):
            end_mandate(visitor=visitor_as(other), mandate_id=mandate.pk, at=AT)
        assert (mandates_of(visitor_as(other), at=AT), mandates_of(visitor_as(claims), at=AT)) == ([], [])

    def test_is_given_to_an_unknown_number_as_to_a_known_one(self, giver: Account, holder: Account) -> None:
        known = grant_mandate(
            visitor=visitor_as(giver),
            new=replace(NEW, holder_number=holder.number, holder_name="Tên Sai"),
            at=AT,
        )
        unknown = grant_mandate(visitor=visitor_as(giver), new=NEW, at=AT)
        assert (known.holder_id, unknown.holder_id) == (None, None)
        assert mandates_of(visitor_as(holder), at=AT) == []
        assert {row.state for row in mandates_of(visitor_as(giver), at=AT)} == {"waiting"}

    def test_is_seen_by_both_sides_in_one_query(
        self, giver: Account, holder: Account, django_assert_num_queries: object
    ) -> None:
        accepted(giver, holder)
        given, received = visitor_as(giver), visitor_as(holder)
        with django_assert_num_queries(1):  # type: ignore[operator]
            [row] = mandates_of(given, at=AT)
        assert (row.given, row.other, row.other_number, row.state) == (
            True,
            "Lê Văn Nhận",
            holder.number,
            "open",
        )
        [row] = mandates_of(received, at=AT)
        assert (row.given, row.other, row.other_number) == (False, "Trần Thị Giao", "")

    @pytest.mark.parametrize(
        ("change", "refusal"),
        [
            ({"holder_number": "12345"}, MandateNumberWrong),
            ({"holder_number": "٠٠١٠٩٩٠٠٠٠٧٧"}, MandateNumberWrong),
            ({"from_date": TODAY - timedelta(days=1)}, MandatePeriodWrong),
            ({"until_date": TODAY - timedelta(days=1)}, MandatePeriodWrong),
            ({"until_date": TODAY + timedelta(days=5 * 366 + 1)}, MandatePeriodWrong),
        ],
    )
    def test_impossible_ones_are_refused(
        self, giver: Account, change: dict[str, object], refusal: type[Exception]
    ) -> None:
        with pytest.raises(refusal):
            grant_mandate(visitor=visitor_as(giver), new=replace(NEW, **change), at=AT)  # type: ignore[arg-type]

    def test_is_not_given_to_oneself_nor_on_a_mandate_nor_unconfirmed(
        self, giver: Account, holder: Account
    ) -> None:
        with pytest.raises(MandateToSelf):
            grant_mandate(visitor=visitor_as(giver), new=replace(NEW, holder_number=giver.number), at=AT)
        accepted(giver, holder)
        with pytest.raises(MandateOnMandate):
            grant_mandate(visitor=acting(holder), new=NEW, at=AT)
        with pytest.raises(NotConfirmed):
            grant_mandate(visitor=visitor_as(a_citizen(confirmed=False)[0]), new=NEW, at=AT)
        with pytest.raises(IntegrityError), transaction.atomic():
            Mandate.objects.update(holder=party_of(giver))

    def test_two_do_not_overlap_but_follow_each_other(self, giver: Account, holder: Account) -> None:
        first = a_mandate(giver, holder, at=AT)
        with pytest.raises(MandateOverlaps):
            a_mandate(giver, holder, at=AT)
        end_mandate(visitor=visitor_as(giver), mandate_id=first.pk, at=AT)
        assert a_mandate(giver, holder, at=AT).pk != first.pk

    def test_every_act_is_in_the_ledger(self, giver: Account, holder: Account) -> None:
        mandate = accepted(giver, holder)
        end_mandate(visitor=visitor_as(giver), mandate_id=mandate.pk, at=AT)
        entries = timeline(Subject("identity.mandate", str(mandate.pk)))
        assert sorted(entry.verb for entry in entries) == [
            "mandate.accept",
            "mandate.grant",
            "mandate.revoke",
        ]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_grant_the_same_mandate_at_once_one_is_refused() -> None:
    giver, holder = a_citizen()[0], a_citizen()[0]
    together, came = Barrier(2), []

    def grant() -> None:
        together.wait()
        try:
            came.append(a_mandate(giver, holder, at=AT).holder_number)
        except MandateOverlaps as refusal:
            came.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=grant) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came) == sorted([holder.number, "mandate-overlaps"])
    assert Mandate.objects.count() == 1


class TestRepresentation:
    def test_an_official_confirms_it_and_the_person_acts_for_the_business(self, giver: Account) -> None:
        party = party_of(giver)
        person = PartyFacts(PartyKind.CITIZEN, party.name, party.number)
        firm = PartyFacts(PartyKind.BUSINESS, "Công ty Sông Lô", "4600123456")
        viewer = viewer_in(agency(), Role.RECEPTIONIST)
        made = confirm_representation(viewer=viewer, person=person, business=firm, at=AT)
        assert confirm_representation(viewer=viewer, person=person, business=firm, at=AT) == made
        visitor = acting(giver)
        assert (visitor.by, visitor.for_kind, visitor.for_name) == (
            By.REPRESENTATION,
            PartyKind.BUSINESS,
            "Công ty Sông Lô",
        )
        assert visitor.may_deal_with("1.004194")
        with pytest.raises(NotAllowed):
            confirm_representation(
                viewer=viewer_in(agency(), Role.CLERK), person=person, business=firm, at=AT
            )

    def test_a_business_gives_mandates_through_its_representative(
        self, giver: Account, holder: Account
    ) -> None:
        a_representation(giver, a_business("Công ty Sông Lô"))
        visitor = acting(giver)
        mandate = grant_mandate(
            visitor=visitor, new=replace(NEW, holder_number=holder.number, holder_name="lê văn nhận"), at=AT
        )
        accept_mandate(visitor=visitor_as(holder), mandate_id=mandate.pk, at=AT)
        assert acting(holder).for_name == "Công ty Sông Lô"
        with pytest.raises(NotFound):
            end_mandate(visitor=visitor_as(giver), mandate_id=mandate.pk, at=AT)
        end_mandate(visitor=visitor, mandate_id=mandate.pk, at=AT)

    def test_it_ends_by_the_person_and_by_no_other(self, giver: Account, holder: Account) -> None:
        row = a_representation(giver)
        with pytest.raises(NotFound):
            end_representation(asker=visitor_as(holder), representation_id=row.pk, at=AT)
        end_representation(asker=visitor_as(giver), representation_id=row.pk, at=now())
        assert capabilities_of(visitor_as(giver), at=AT) == []

    def test_the_database_wants_a_proof(self, giver: Account) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Representation.objects.create(
                person=party_of(giver), business=a_business(), proof="counter", since=AT
            )
        with pytest.raises(IntegrityError), transaction.atomic():
            Representation.objects.create(
                person=party_of(giver), business=party_of(giver), proof="national", since=AT
            )


class TestPages:
    def test_whoever_is_acted_for_is_chosen_and_lost_on_the_request_after_it_ended(
        self, client: Client, giver: Account, holder: Account
    ) -> None:
        mandate = accepted(giver, holder)
        client.force_login(holder)
        key = f"mandate:{mandate.pk}"
        assert client.post("/me/act-for/", {"key": key}).status_code == 302
        assert "Trần Thị Giao" in client.get("/me/").content.decode()
        end_mandate(visitor=visitor_as(giver), mandate_id=mandate.pk, at=AT)
        page = client.get("/me/").content.decode()
        assert "Bạn lại làm cho chính mình" in page
        assert "Trần Thị Giao" not in page
        assert "Bạn lại làm cho chính mình" not in client.get("/me/").content.decode()
        assert client.post("/me/act-for/", {"key": key}).status_code == 404

    @pytest.mark.parametrize(
        "key", ["mandate:x", "representation:9" * 9, "representation:٣", "x", "mandate:" + "0" * 36]
    )
    def test_a_key_of_nothing_is_not_found(self, client: Client, holder: Account, key: str) -> None:
        client.force_login(holder)
        assert client.post("/me/act-for/", {"key": key}).status_code == 404
        assert visitor_for(holder, chosen=key, at=AT).by is By.SELF

    def test_a_mandate_is_given_accepted_and_ended(
        self, client: Client, giver: Account, holder: Account
    ) -> None:
        client.force_login(giver)
        said = {
            "holder_number": f"{holder.number[:6]} {holder.number[6:]}",
            "holder_name": "Lê Văn  Nhận",
            "purpose": "Nộp hồ sơ đất",
            "procedures": "1.004194, 2.000635",
            "from_date": TODAY.isoformat(),
            "until_date": TODAY.isoformat(),
        }
        assert client.post(reverse("citizen_new_mandate"), {**said, "procedures": "<x>"}).status_code == 422
        assert client.post(reverse("citizen_new_mandate"), said).status_code == 302
        mandate = Mandate.objects.get()
        assert mandate.procedures == ["1.004194", "2.000635"]
        other = Client()
        other.force_login(holder)
        assert "Nộp hồ sơ đất" in other.get(reverse("citizen_mandates")).content.decode()
        assert other.post(reverse("citizen_accept_mandate", args=[mandate.pk])).status_code == 302
        assert "Đang có hiệu lực" in client.get(reverse("citizen_mandates")).content.decode()
        assert client.post(reverse("citizen_end_mandate", args=[mandate.pk])).status_code == 302
        assert "Đang có hiệu lực" not in other.get(reverse("citizen_mandates")).content.decode()
