from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from lienthong.identity.access import NotFound
from lienthong.identity.actions.acting import (
    BadPeriod,
    DelegateCannotDelegate,
    DelegateFromElsewhere,
    DelegateHoldsPost,
    DelegateToSelf,
    DelegationOverlaps,
    NotYourPost,
    ReasonMissing,
    delegate,
    end_delegation,
    switch_post,
)
from lienthong.identity.contracts import NOBODY, Role, Viewer
from lienthong.identity.models import Account, Delegation
from lienthong.identity.queries.acting import acting_viewer, capacities, delegations_of, viewer_for
from lienthong.identity.tests.factories import (
    agency,
    at_noon,
    holds,
    official_in,
    official_of,
    post_in,
    post_of,
)
from lienthong.ledger.public import Subject, timeline

NOON = at_noon()
DAY = timedelta(days=1)


def lend(holder: Account, to: Account, **changes: object) -> Delegation:
    """Delegate the holder's first post for a week."""
    given = {
        "viewer": acting_viewer(holder, at=NOON),
        "post_id": post_of(holder).pk,
        "delegate_id": official_of(to).pk,
        "starts_at": NOON,
        "ends_at": NOON + 7 * DAY,
        "reason": "Đi công tác",
        "at": NOON,
    }
    return delegate(**(given | changes))  # type: ignore[arg-type]


@pytest.mark.django_db
class TestActingViewer:
    def test_an_official_acts_in_the_only_post_with_its_roles(self) -> None:
        office = agency()
        account = official_in(office, Role.CLERK, Role.AUDITOR, title="Văn thư")
        viewer = acting_viewer(account, at=NOON, source="10.0.0.1")
        assert (viewer.post_title, viewer.agency_id, viewer.source) == ("Văn thư", office.pk, "10.0.0.1")
        assert viewer.roles == {Role.CLERK, Role.AUDITOR}

    def test_no_more_than_two_queries_are_asked(self) -> None:
        holder, other = official_in(office := agency(), Role.LEADER), official_in(office)
        lend(holder, other)
        other.last_post = post_of(holder)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert acting_viewer(other, at=NOON).roles == {Role.LEADER}
        assert len(asked) <= 2

    def test_one_query_is_enough_for_a_post_held(self, django_assert_num_queries: Callable) -> None:
        account = official_in(agency(), Role.CLERK)
        with django_assert_num_queries(1):
            acting_viewer(account, at=NOON)

    def test_the_post_last_acted_in_is_kept(self) -> None:
        account = official_in(agency(), Role.CLERK)
        second = post_in(agency(), Role.LEADER)
        holds(official_of(account), second)
        account.last_post = second
        assert acting_viewer(account, at=NOON).roles == {Role.LEADER}

    def test_a_post_that_has_ended_gives_way_to_the_first_one_held(self) -> None:
        account = official_in(agency(), Role.CLERK)
        ended = holds(official_of(account), post_in(agency(), Role.LEADER))
        ended.valid_to = date(2026, 3, 2)
        ended.save()
        account.last_post = ended.post
        assert acting_viewer(account, at=NOON).roles == {Role.CLERK}

    def test_the_day_is_that_of_vietnam(self) -> None:
        account = official_in(agency(), Role.CLERK)
        official_of(account).holdings.update(valid_to=date(2026, 3, 2))
        last_minute = at_noon(2026, 3, 1) + timedelta(hours=11, minutes=59)
        assert acting_viewer(account, at=last_minute).roles == {Role.CLERK}
        assert acting_viewer(account, at=last_minute + timedelta(minutes=1)).roles == frozenset()

    def test_a_closed_agency_gives_no_role(self) -> None:
        office = agency()
        account = official_in(office, Role.ADMINISTRATOR)
        office.valid_to = date(2026, 1, 1)
        office.save()
        viewer = acting_viewer(account, at=NOON)
        assert (viewer.roles, viewer.agency_id, viewer.official_id) == (
            frozenset(),
            None,
            account.official_id,
        )

    def test_an_account_without_official_has_no_role(self) -> None:
        assert acting_viewer(Account.objects.create(username="machine"), at=NOON).roles == frozenset()

    def test_viewer_for_refuses_a_post_not_held(self) -> None:
        account = official_in(agency())
        with pytest.raises(NotFound):
            viewer_for(official_of(account), post_in(agency()), at=NOON)

    def test_viewer_for_acts_in_that_very_post(self) -> None:
        account = official_in(agency(), Role.CLERK)
        assert viewer_for(official_of(account), post_of(account), at=NOON).roles == {Role.CLERK}


@pytest.mark.django_db
class TestSwitching:
    def test_is_remembered_and_recorded(self) -> None:
        account = official_in(agency(), Role.CLERK)
        second = post_in(agency(), Role.LEADER)
        holds(official_of(account), second)
        switch_post(viewer=acting_viewer(account, at=NOON), post_id=second.pk, at=NOON)
        account.refresh_from_db()
        assert acting_viewer(account, at=NOON).post_id == second.pk
        assert [event.verb for event in timeline(Subject("directory.post", str(second.pk)))] == [
            "post.switch"
        ]

    @pytest.mark.parametrize("post_id", [0, -1, 10**18])
    def test_to_a_post_that_does_not_exist_is_refused(self, post_id: int) -> None:
        account = official_in(agency(), Role.CLERK)
        with pytest.raises(NotYourPost):
            switch_post(viewer=acting_viewer(account, at=NOON), post_id=post_id, at=NOON)

    def test_to_the_post_of_another_is_refused(self) -> None:
        account, other = official_in(agency()), official_in(agency(), Role.LEADER)
        with pytest.raises(NotYourPost):
            switch_post(viewer=acting_viewer(account, at=NOON), post_id=post_of(other).pk, at=NOON)
        account.refresh_from_db()
        assert account.last_post is None

    def test_by_nobody_is_refused(self) -> None:
        with pytest.raises(NotYourPost):
            switch_post(viewer=NOBODY, post_id=post_in(agency()).pk, at=NOON)


@pytest.mark.django_db
class TestDelegation:
    @pytest.fixture
    def pair(self) -> tuple[Account, Account]:
        office = agency()
        return official_in(office, Role.LEADER, name="Trần Thị Bình"), official_in(office, Role.CLERK)

    def in_the_post_of(self, holder: Account, delegate: Account, **moved: object) -> Viewer:
        delegate.last_post = post_of(holder)
        return acting_viewer(delegate, at=moved.get("at", NOON))  # type: ignore[arg-type]

    def test_lets_a_colleague_act_in_the_post_and_names_its_holder(
        self, pair: tuple[Account, Account]
    ) -> None:
        lend(*pair)
        viewer = self.in_the_post_of(*pair)
        assert (viewer.roles, viewer.acting_for) == ({Role.LEADER}, "Trần Thị Bình")
        assert viewer.official_id == pair[1].official_id

    def test_is_recorded(self, pair: tuple[Account, Account]) -> None:
        made = lend(*pair)
        end_delegation(viewer=acting_viewer(pair[0], at=NOON), delegation_id=made.pk, at=NOON)
        events = timeline(Subject("identity.delegation", str(made.pk)))
        assert [event.verb for event in events] == ["delegation.create", "delegation.end"]
        assert events[0].data["reason"] == "Đi công tác"

    def test_counts_from_its_start_until_before_its_end(self, pair: tuple[Account, Account]) -> None:
        lend(*pair, starts_at=NOON + DAY, ends_at=NOON + 2 * DAY)
        assert self.in_the_post_of(*pair, at=NOON).acting_for == ""
        assert self.in_the_post_of(*pair, at=NOON + DAY).acting_for == "Trần Thị Bình"
        assert self.in_the_post_of(*pair, at=NOON + 2 * DAY).acting_for == ""

    def test_ends_with_the_holders_own_appointment(self, pair: tuple[Account, Account]) -> None:
        lend(*pair)
        official_of(pair[0]).holdings.update(valid_to=date(2026, 3, 2))
        assert self.in_the_post_of(*pair).acting_for == ""

    @pytest.mark.parametrize("ender", [0, 1])
    def test_either_may_end_it_early(self, pair: tuple[Account, Account], ender: int) -> None:
        made = lend(*pair)
        end_delegation(viewer=acting_viewer(pair[ender], at=NOON), delegation_id=made.pk, at=NOON + DAY)
        assert self.in_the_post_of(*pair, at=NOON + DAY).acting_for == ""

    def test_a_third_person_cannot_end_it(self, pair: tuple[Account, Account]) -> None:
        made, third = lend(*pair), official_in(post_of(pair[0]).agency, Role.ADMINISTRATOR)
        with pytest.raises(NotFound):
            end_delegation(viewer=acting_viewer(third, at=NOON), delegation_id=made.pk, at=NOON)

    def test_one_that_never_was_cannot_be_ended(self, pair: tuple[Account, Account]) -> None:
        with pytest.raises(NotFound):
            end_delegation(viewer=acting_viewer(pair[0], at=NOON), delegation_id=0, at=NOON)

    def test_ended_twice_is_ended_once(self, pair: tuple[Account, Account]) -> None:
        made, viewer = lend(*pair), acting_viewer(pair[0], at=NOON)
        end_delegation(viewer=viewer, delegation_id=made.pk, at=NOON + DAY)
        end_delegation(viewer=viewer, delegation_id=made.pk, at=NOON + 2 * DAY)
        made.refresh_from_db()
        assert made.ended_at == NOON + DAY

    def test_the_delegate_cannot_delegate_further(self, pair: tuple[Account, Account]) -> None:
        lend(*pair)
        third = official_in(post_of(pair[0]).agency)
        with pytest.raises(DelegateCannotDelegate):
            lend(pair[0], third, viewer=self.in_the_post_of(*pair))

    def test_of_a_post_not_held_is_refused(self, pair: tuple[Account, Account]) -> None:
        with pytest.raises(NotYourPost):
            lend(pair[0], pair[0], viewer=acting_viewer(pair[1], at=NOON))

    def test_to_oneself_is_refused(self, pair: tuple[Account, Account]) -> None:
        with pytest.raises(DelegateToSelf):
            lend(pair[0], pair[0])

    def test_to_another_agency_is_refused(self, pair: tuple[Account, Account]) -> None:
        with pytest.raises(DelegateFromElsewhere):
            lend(pair[0], official_in(agency()))

    def test_to_someone_who_left_is_refused(self, pair: tuple[Account, Account]) -> None:
        official_of(pair[1]).holdings.update(valid_to=date(2026, 1, 1))
        with pytest.raises(DelegateFromElsewhere):
            lend(*pair)

    def test_to_one_who_holds_the_post_is_refused(self, pair: tuple[Account, Account]) -> None:
        holds(official_of(pair[1]), post_of(pair[0]))
        with pytest.raises(DelegateHoldsPost):
            lend(*pair)

    @pytest.mark.parametrize(
        ("starts_at", "ends_at"),
        [
            (NOON - 2 * DAY, NOON - DAY),
            (NOON, NOON),
            (NOON + DAY, NOON),
            (NOON, NOON + 367 * DAY),
        ],
        ids=["past", "empty", "backwards", "over a year"],
    )
    def test_for_an_impossible_period_is_refused(
        self, pair: tuple[Account, Account], starts_at: object, ends_at: object
    ) -> None:
        with pytest.raises(BadPeriod):
            lend(*pair, starts_at=starts_at, ends_at=ends_at)

    @pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
    def test_without_a_fit_reason_is_refused(self, pair: tuple[Account, Account], reason: str) -> None:
        with pytest.raises(ReasonMissing):
            lend(*pair, reason=reason)

    def test_that_overlaps_another_is_refused_and_leaves_nothing(self, pair: tuple[Account, Account]) -> None:
        lend(*pair)
        with pytest.raises(DelegationOverlaps):
            lend(
                pair[0],
                official_in(post_of(pair[0]).agency),
                starts_at=NOON + 6 * DAY,
                ends_at=NOON + 9 * DAY,
            )
        assert Delegation.objects.count() == 1

    def test_may_follow_another_at_once(self, pair: tuple[Account, Account]) -> None:
        lend(*pair)
        assert lend(*pair, starts_at=NOON + 7 * DAY, ends_at=NOON + 8 * DAY).pk

    def test_one_ended_early_makes_room(self, pair: tuple[Account, Account]) -> None:
        made = lend(*pair, starts_at=NOON + DAY, ends_at=NOON + 2 * DAY)
        end_delegation(viewer=acting_viewer(pair[0], at=NOON), delegation_id=made.pk, at=NOON)
        assert lend(*pair).pk

    def test_is_listed_for_both(self, pair: tuple[Account, Account]) -> None:
        lend(*pair)
        given, received = (delegations_of(acting_viewer(account, at=NOON), at=NOON) for account in pair)
        assert [row.given for row in given + received] == [True, False]

    def test_a_post_held_and_delegated_is_offered_once(self, pair: tuple[Account, Account]) -> None:
        lend(*pair)
        holds(official_of(pair[1]), post_of(pair[0]))
        offered = [capacity.post_id for capacity in capacities(pair[1].official_id, at=NOON)]  # type: ignore[arg-type]
        assert sorted(offered) == sorted({post_of(pair[0]).pk, post_of(pair[1]).pk})


@pytest.mark.django_db(transaction=True)
def test_of_two_overlapping_delegations_at_once_only_one_is_made() -> None:
    office = agency()
    holder, delegates = official_in(office, Role.LEADER), [official_in(office), official_in(office)]
    together, refused = Barrier(2), []

    def give(to: Account) -> None:
        together.wait()
        try:
            lend(holder, to)
        except DelegationOverlaps:
            refused.append(to)
        finally:
            connection.close()

    threads = [Thread(target=give, args=[to]) for to in delegates]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert Delegation.objects.count() == 1


@pytest.mark.django_db
def test_the_database_itself_refuses_an_overlap() -> None:
    from django.db import IntegrityError

    office = agency()
    holder, other = official_in(office), official_in(office)
    made = lend(holder, other)
    made.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)
