from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

from lienthong.directory.public import Agency, AlreadyHolds, Division, Official, PostHolding
from lienthong.identity.access import NotAllowed, NotFound
from lienthong.identity.actions import administration as actions
from lienthong.identity.actions.accounts import BadUsername, UsernameTaken
from lienthong.identity.actions.acting import ReasonMissing
from lienthong.identity.actions.administration import LastAdministrator
from lienthong.identity.contracts import NOBODY, Role, Viewer
from lienthong.identity.models import Account, RoleGrant
from lienthong.identity.policies import (
    AnswersElsewhere,
    HeadOfNothing,
    RoleNotYoursToGrant,
    allowed_actions,
    grantable_roles,
)
from lienthong.identity.queries.acting import acting_viewer
from lienthong.identity.queries.administration import (
    official_sheet,
    officials_of_agency,
    posts_of_agency,
)
from lienthong.identity.tests.factories import (
    PASSWORD,
    agency,
    at_noon,
    holds,
    official_in,
    official_of,
    post_in,
    post_of,
    post_of_viewer,
    viewer_in,
)
from lienthong.kernel.errors import Refusal
from lienthong.kernel.paging import BadCursor
from lienthong.ledger.public import search_events

NOON = at_noon()
TODAY = date(2026, 3, 2)
WHY = "Nghỉ hưu theo chế độ"

pytestmark = pytest.mark.django_db


def verbs(viewer: Viewer) -> list[str]:
    return [event.verb for event in search_events(agency_id=viewer.agency_id).rows]


class TestEngaging:
    def engage(self, admin: Viewer, **changes: object) -> actions.Engaged:
        given: dict[str, object] = {
            "viewer": admin,
            "full_name": "  Vũ  Minh Khôi ",
            "username": "Khoi.Vu",
            "post_id": post_of_viewer(admin).pk,
            "valid_from": TODAY,
            "at": NOON,
        }
        return actions.engage_official(**(given | changes))  # type: ignore[arg-type]

    def test_makes_official_account_and_appointment_at_once(self, admin: Viewer) -> None:
        engaged = self.engage(admin)
        account = Account.objects.get(username="khoi.vu")
        assert (engaged.full_name, account.must_change_password) == ("Vũ Minh Khôi", True)
        assert account.check_password(engaged.password)
        assert acting_viewer(account, at=NOON).roles == {Role.ADMINISTRATOR}
        assert verbs(admin) == ["account.create", "post.appoint", "official.add"]

    def test_passwords_are_long_and_never_the_same(self, admin: Viewer) -> None:
        made = {self.engage(admin, username=f"someone{n}").password for n in range(3)}
        assert len(made) == 3
        assert all(len(password) == 19 for password in made)

    def test_the_password_is_not_in_the_ledger(self, admin: Viewer) -> None:
        engaged = self.engage(admin)
        events = search_events(agency_id=admin.agency_id).rows
        assert all(engaged.password not in str(event) for event in events)

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"full_name": " "}, Refusal),
            ({"full_name": "x" * 10_000}, Refusal),
            ({"username": "ab"}, BadUsername),
            ({"username": "đặng"}, BadUsername),
            ({"username": "a b c"}, BadUsername),
            ({"username": "x" * 151}, BadUsername),
            ({"username": ".abc"}, BadUsername),
            ({"username": "taken"}, UsernameTaken),
            ({"username": "TAKEN"}, UsernameTaken),
        ],
    )
    def test_bad_input_is_refused_and_leaves_nothing(
        self, admin: Viewer, changes: dict[str, object], refusal: type[Refusal]
    ) -> None:
        official_in(agency(), username="taken")
        before = Official.objects.count(), Account.objects.count()
        with pytest.raises(refusal):
            self.engage(admin, **changes)
        assert (Official.objects.count(), Account.objects.count()) == before
        assert verbs(admin) == []

    def test_in_a_post_of_another_agency_is_not_found(self, admin: Viewer) -> None:
        with pytest.raises(NotFound):
            self.engage(admin, post_id=post_in(agency()).pk)

    def test_in_a_post_of_the_axis_needs_an_operator(self, admin: Viewer) -> None:
        post = post_in(post_of_viewer(admin).agency, Role.OPERATOR)
        with pytest.raises(RoleNotYoursToGrant):
            self.engage(admin, post_id=post.pk)

    @pytest.mark.parametrize("viewer", [NOBODY, Viewer(agency_id=1, roles=frozenset({Role.LEADER}))])
    def test_by_one_who_does_not_administer_is_refused(self, admin: Viewer, viewer: Viewer) -> None:
        with pytest.raises(NotAllowed):
            self.engage(admin, viewer=viewer)


class TestAppointments:
    def test_another_post_adds_its_roles(self, admin: Viewer, clerk: Account) -> None:
        post = post_in(post_of(clerk).agency, Role.LEADER)
        official_id = official_of(clerk).pk
        actions.appoint_official(
            viewer=admin, official_id=official_id, post_id=post.pk, valid_from=TODAY, at=NOON
        )
        assert official_sheet(admin, official_id, at=NOON).roles == {Role.CLERK, Role.LEADER}

    def test_to_the_post_held_already_is_refused(self, admin: Viewer, clerk: Account) -> None:
        with pytest.raises(AlreadyHolds):
            actions.appoint_official(
                viewer=admin,
                official_id=official_of(clerk).pk,
                post_id=post_of(clerk).pk,
                valid_from=TODAY,
                at=NOON,
            )

    def test_an_ended_one_gives_no_role_from_the_same_minute(self, admin: Viewer, clerk: Account) -> None:
        holding = official_of(clerk).holdings.get()
        actions.end_appointment(viewer=admin, holding_id=holding.pk, reason=WHY, at=NOON)
        assert acting_viewer(clerk, at=NOON).roles == frozenset()
        [event] = search_events(agency_id=admin.agency_id, verb="appointment").rows
        assert (event.verb, event.data["reason"]) == ("appointment.end", WHY)

    def test_one_that_begins_today_is_withdrawn(self, admin: Viewer, clerk: Account) -> None:
        holding = holds(official_of(clerk), post_in(post_of(clerk).agency, Role.LEADER), since=TODAY)
        actions.end_appointment(viewer=admin, holding_id=holding.pk, reason=WHY, at=NOON)
        assert acting_viewer(clerk, at=NOON).roles == {Role.CLERK}

    def test_one_that_has_ended_is_not_found(self, admin: Viewer, clerk: Account) -> None:
        holding = official_of(clerk).holdings.get()
        actions.end_appointment(viewer=admin, holding_id=holding.pk, reason=WHY, at=NOON)
        with pytest.raises(NotFound):
            actions.end_appointment(viewer=admin, holding_id=holding.pk, reason=WHY, at=NOON)

    def test_of_another_agency_is_not_found(self, admin: Viewer) -> None:
        stranger = official_in(agency())
        with pytest.raises(NotFound):
            actions.end_appointment(
                viewer=admin, holding_id=official_of(stranger).holdings.get().pk, reason=WHY, at=NOON
            )

    def test_without_reason_stays(self, admin: Viewer, clerk: Account) -> None:
        with pytest.raises(ReasonMissing):
            actions.end_appointment(
                viewer=admin, holding_id=official_of(clerk).holdings.get().pk, reason=" ", at=NOON
            )
        assert acting_viewer(clerk, at=NOON).roles == {Role.CLERK}


class TestLastAdministrator:
    def test_cannot_end_the_own_appointment(self, admin: Viewer) -> None:
        holding = PostHolding.objects.get(official_id=admin.official_id)
        with pytest.raises(LastAdministrator):
            actions.end_appointment(viewer=admin, holding_id=holding.pk, reason=WHY, at=NOON)
        assert official_sheet(admin, admin.official_id or 0, at=NOON).roles == {Role.ADMINISTRATOR}

    def test_cannot_disable_the_own_account(self, admin: Viewer) -> None:
        with pytest.raises(LastAdministrator):
            actions.disable_account(viewer=admin, official_id=admin.official_id or 0, reason=WHY, at=NOON)
        assert Account.objects.get(official_id=admin.official_id).is_active

    def test_cannot_revoke_the_own_role(self, admin: Viewer) -> None:
        post = post_of_viewer(admin)
        with pytest.raises(LastAdministrator):
            actions.revoke_post_role(
                viewer=admin, post_id=post.pk, role=Role.ADMINISTRATOR, reason=WHY, at=NOON
            )
        assert RoleGrant.objects.filter(post=post).exists()

    def test_one_whose_account_is_disabled_does_not_count(self, admin: Viewer) -> None:
        other = official_in(post_of_viewer(admin).agency, Role.ADMINISTRATOR)
        Account.objects.filter(pk=other.pk).update(is_active=False)
        with pytest.raises(LastAdministrator):
            actions.disable_account(viewer=admin, official_id=admin.official_id or 0, reason=WHY, at=NOON)

    def test_of_two_one_may_go(self, admin: Viewer) -> None:
        other = official_in(post_of_viewer(admin).agency, Role.ADMINISTRATOR)
        actions.disable_account(viewer=admin, official_id=official_of(other).pk, reason=WHY, at=NOON)
        assert not Account.objects.get(pk=other.pk).is_active


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_disable_each_other_at_once_leave_one() -> None:
    office = agency()
    accounts = [official_in(office, Role.ADMINISTRATOR) for _ in range(2)]
    viewers = [acting_viewer(account, at=NOON) for account in accounts]
    together, refused = Barrier(2), []

    def disable(viewer: Viewer, other: Viewer) -> None:
        together.wait()
        try:
            actions.disable_account(viewer=viewer, official_id=other.official_id or 0, reason=WHY, at=NOON)
        except LastAdministrator:
            refused.append(viewer)
        finally:
            connection.close()

    threads = [Thread(target=disable, args=pair) for pair in (viewers, viewers[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert Account.objects.filter(is_active=True).count() == 1


class TestAccounts:
    def test_disabled_and_enabled_again(self, admin: Viewer, clerk: Account) -> None:
        official_id = official_of(clerk).pk
        actions.disable_account(viewer=admin, official_id=official_id, reason=WHY, at=NOON)
        assert not official_sheet(admin, official_id, at=NOON).active
        actions.enable_account(viewer=admin, official_id=official_id, reason=WHY, at=NOON)
        assert official_sheet(admin, official_id, at=NOON).active
        assert verbs(admin) == ["account.enable", "account.disable"]

    def test_cannot_be_disabled_twice(self, admin: Viewer, clerk: Account) -> None:
        official_id = official_of(clerk).pk
        actions.disable_account(viewer=admin, official_id=official_id, reason=WHY, at=NOON)
        with pytest.raises(NotAllowed):
            actions.disable_account(viewer=admin, official_id=official_id, reason=WHY, at=NOON)

    def test_a_reset_password_replaces_the_old_and_must_be_changed(
        self, admin: Viewer, clerk: Account
    ) -> None:
        engaged = actions.reset_password(viewer=admin, official_id=official_of(clerk).pk, reason=WHY, at=NOON)
        clerk.refresh_from_db()
        assert clerk.check_password(engaged.password)
        assert not clerk.check_password(PASSWORD)
        assert clerk.must_change_password

    def test_a_reset_second_factor_is_gone(self, admin: Viewer, clerk: Account) -> None:
        for kind in ("totp", "recovery_codes", "webauthn"):
            Authenticator.objects.create(user=clerk, type=kind, data={})
        actions.reset_second_factor(viewer=admin, official_id=official_of(clerk).pk, reason=WHY, at=NOON)
        assert not Authenticator.objects.exists()

    def test_without_second_factor_there_is_nothing_to_reset(self, admin: Viewer, clerk: Account) -> None:
        with pytest.raises(NotAllowed):
            actions.reset_second_factor(viewer=admin, official_id=official_of(clerk).pk, reason=WHY, at=NOON)

    @pytest.mark.parametrize("act", [actions.disable_account, actions.reset_password])
    def test_of_an_official_who_also_serves_elsewhere_stay_as_they_are(
        self, admin: Viewer, clerk: Account, act: Callable[..., object]
    ) -> None:
        holds(official_of(clerk), post_in(agency(), Role.LEADER))
        with pytest.raises(AnswersElsewhere):
            act(viewer=admin, official_id=official_of(clerk).pk, reason=WHY, at=NOON)
        clerk.refresh_from_db()
        assert clerk.is_active
        assert clerk.check_password(PASSWORD)

    @pytest.mark.parametrize("act", [actions.disable_account, actions.reset_password])
    def test_of_an_operator_are_not_an_administrators(
        self, admin: Viewer, act: Callable[..., object]
    ) -> None:
        operator = official_in(post_of_viewer(admin).agency, Role.OPERATOR)
        with pytest.raises(RoleNotYoursToGrant):
            act(viewer=admin, official_id=official_of(operator).pk, reason=WHY, at=NOON)

    @pytest.mark.parametrize(
        "act",
        [
            actions.disable_account,
            actions.enable_account,
            actions.reset_password,
            actions.reset_second_factor,
        ],
    )
    def test_of_another_agency_are_not_found(self, admin: Viewer, act: Callable[..., object]) -> None:
        stranger = official_in(agency())
        with pytest.raises(NotFound):
            act(viewer=admin, official_id=official_of(stranger).pk, reason=WHY, at=NOON)


class TestRoles:
    def test_are_granted_once_and_revoked(self, admin: Viewer, clerk: Account) -> None:
        post_id = post_of(clerk).pk
        for _ in range(2):
            actions.grant_post_role(viewer=admin, post_id=post_id, role=Role.LEADER, at=NOON)
        assert acting_viewer(clerk, at=NOON).roles == {Role.CLERK, Role.LEADER}
        actions.revoke_post_role(viewer=admin, post_id=post_id, role=Role.LEADER, reason=WHY, at=NOON)
        assert acting_viewer(clerk, at=NOON).roles == {Role.CLERK}

    def test_not_carried_cannot_be_revoked(self, admin: Viewer, clerk: Account) -> None:
        with pytest.raises(NotFound):
            actions.revoke_post_role(
                viewer=admin, post_id=post_of(clerk).pk, role=Role.LEADER, reason=WHY, at=NOON
            )

    def test_operator_of_the_axis_is_given_only_by_one(self, admin: Viewer, clerk: Account) -> None:
        with pytest.raises(RoleNotYoursToGrant):
            actions.grant_post_role(viewer=admin, post_id=post_of(clerk).pk, role=Role.OPERATOR, at=NOON)
        actions.grant_role(post_of_viewer(admin), Role.OPERATOR)
        both = acting_viewer(Account.objects.get(official_id=admin.official_id), at=NOON)
        actions.grant_post_role(viewer=both, post_id=post_of(clerk).pk, role=Role.OPERATOR, at=NOON)
        assert Role.OPERATOR in acting_viewer(clerk, at=NOON).roles

    def test_of_another_agencys_post_are_not_found(self, admin: Viewer) -> None:
        with pytest.raises(NotFound):
            actions.grant_post_role(viewer=admin, post_id=post_in(agency()).pk, role=Role.CLERK, at=NOON)

    def test_of_a_head_is_for_posts_in_a_division_and_brings_a_specialists(
        self, admin: Viewer, clerk: Account
    ) -> None:
        with pytest.raises(HeadOfNothing):
            actions.grant_post_role(viewer=admin, post_id=post_of(clerk).pk, role=Role.HEAD, at=NOON)
        place = Agency.objects.get(pk=admin.agency_id)
        division = Division.objects.create(agency=place, name="Phòng Kinh tế", short_name="KT")
        chief = official_in(place, division=division)
        actions.grant_post_role(viewer=admin, post_id=post_of(chief).pk, role=Role.HEAD, at=NOON)
        assert acting_viewer(chief, at=NOON).roles == {Role.HEAD, Role.SPECIALIST}

    def test_that_one_may_grant_are_none_without_administering(self) -> None:
        assert grantable_roles(viewer_in(agency(), Role.OPERATOR, Role.LEADER)) == frozenset()


class TestPosts:
    def test_are_made_in_a_division_of_the_agency_only(self, admin: Viewer) -> None:
        own = Division.objects.create(agency_id=admin.agency_id, name="Văn phòng", short_name="VP")
        foreign = Division.objects.create(agency=agency(), name="Văn phòng", short_name="VP")
        made = actions.create_post(viewer=admin, title=" Văn  thư ", division_id=own.pk, at=NOON)
        assert (made.title, made.agency_id) == ("Văn thư", admin.agency_id)
        with pytest.raises(NotFound):
            actions.create_post(viewer=admin, title="Văn thư", division_id=foreign.pk, at=NOON)

    def test_are_listed_with_roles_and_holders_of_the_own_agency(
        self, admin: Viewer, clerk: Account, django_assert_num_queries: Callable
    ) -> None:
        official_in(agency())
        with django_assert_num_queries(1):
            rows = posts_of_agency(admin, at=NOON)
        assert sorted(row.roles for row in rows) == sorted([{Role.ADMINISTRATOR}, {Role.CLERK}], key=str)
        assert "Đặng Thị Ngọc Ánh" in {row.holders for row in rows}


class TestList:
    @pytest.mark.parametrize("text", ["ngoc anh", "NGỌC", "dang thi", "  ánh "])
    def test_is_searched_without_marks(self, admin: Viewer, clerk: Account, text: str) -> None:
        rows, _ = officials_of_agency(admin, text=text, at=NOON)
        assert [row.full_name for row in rows] == ["Đặng Thị Ngọc Ánh"]

    @pytest.mark.parametrize("text", ["%", "_", "'; --", "x" * 10_000])
    def test_takes_odd_text_literally(self, admin: Viewer, clerk: Account, text: str) -> None:
        assert officials_of_agency(admin, text=text, at=NOON) == ([], "")

    def test_shows_only_the_own_agency(self, admin: Viewer) -> None:
        official_in(agency())
        rows, _ = officials_of_agency(admin, at=NOON)
        assert [row.id for row in rows] == [admin.official_id]

    def test_is_paged_with_one_query_each(self, admin: Viewer, django_assert_num_queries: Callable) -> None:
        for _ in range(55):
            official_in(post_of_viewer(admin).agency)
        with django_assert_num_queries(2):
            first, cursor = officials_of_agency(admin, at=NOON)
            second, end = officials_of_agency(admin, cursor=cursor, at=NOON)
        assert (len(first), len(second), end) == (50, 6, "")
        assert len({row.id for row in first + second}) == 56

    @pytest.mark.parametrize("cursor", ["x", "Ing", "ñ", "IjEyMyI" * 500])
    def test_refuses_a_made_up_cursor(self, admin: Viewer, cursor: str) -> None:
        with pytest.raises(BadCursor):
            officials_of_agency(admin, cursor=cursor, at=NOON)

    def test_keeps_those_who_left_so_that_their_accounts_can_be_closed(
        self, admin: Viewer, clerk: Account
    ) -> None:
        official_of(clerk).holdings.update(valid_to=date(2025, 1, 1))
        sheet = official_sheet(admin, official_of(clerk).pk, at=NOON)
        assert "disable_account" in allowed_actions(admin, sheet)
