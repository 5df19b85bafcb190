from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from django.test import Client

from lienthong.directory.public import Hours, Session
from lienthong.identity.actions import administration as actions
from lienthong.identity.contracts import Role, Viewer
from lienthong.identity.hours_forms import HoursForm
from lienthong.identity.models import Account
from lienthong.identity.queries.acting import acting_viewer
from lienthong.identity.queries.administration import (
    days_of_agency,
)
from lienthong.identity.queries.hours import hours_of_agency
from lienthong.identity.tests.factories import (
    agency,
    at_noon,
    holds,
    official_in,
    official_of,
    post_in,
    post_of_viewer,
    viewer_in,
)
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Subject, timeline

NOON = at_noon()
TODAY = date(2026, 3, 2)
WHY = "Nghỉ hưu theo chế độ"

pytestmark = pytest.mark.django_db


class TestPages:
    @pytest.fixture
    def signed_in(self, admin: Viewer, client: Client) -> Client:
        client.force_login(Account.objects.get(official_id=admin.official_id))
        return client

    def test_show_the_initial_password_once_and_tell_browsers_not_to_keep_it(
        self, signed_in: Client, admin: Viewer
    ) -> None:
        given = {
            "full_name": "Vũ Minh Khôi",
            "username": "khoi.vu",
            "post": post_of_viewer(admin).pk,
            "valid_from": "2026-01-01",
        }
        page = signed_in.post("/administration/officials/new/", given)
        password = page.content.decode().partition('id="initial-password">')[2].partition("<")[0]
        assert Account.objects.get(username="khoi.vu").check_password(password)
        assert "no-store" in page["Cache-Control"]
        again = signed_in.post("/administration/officials/new/", given)
        assert again.status_code == 409
        assert "đã có tài khoản khác dùng" in again.content.decode()

    def test_grant_the_roles_of_a_one_stop(self, signed_in: Client, clerk: Account) -> None:
        post = acting_viewer(clerk, at=NOON).post_id
        for role in (Role.RECEPTIONIST, Role.CALLER, Role.HALL_KEEPER):
            given = {"role": role.value, "action": "grant"}
            assert signed_in.post(f"/administration/posts/{post}/roles/", given).status_code == 302
            assert role in acting_viewer(clerk, at=NOON).roles

    def test_offer_only_what_the_policy_allows(
        self, signed_in: Client, admin: Viewer, clerk: Account
    ) -> None:
        address = f"/administration/officials/{official_of(clerk).pk}/"
        assert 'value="disable_account"' in signed_in.get(address).content.decode()
        holds(official_of(clerk), post_in(agency()))
        assert 'value="disable_account"' not in signed_in.get(address).content.decode()

    def test_disable_an_account(self, signed_in: Client, clerk: Account) -> None:
        address = f"/administration/officials/{official_of(clerk).pk}/account/"
        assert signed_in.post(address, {"action": "disable_account", "reason": WHY}).status_code == 302
        clerk.refresh_from_db()
        assert not clerk.is_active

    @pytest.mark.parametrize(
        "given", [{}, {"action": "disable_account"}, {"action": "delete", "reason": WHY}, {"reason": "\x00"}]
    )
    def test_refuse_broken_forms(self, signed_in: Client, clerk: Account, given: dict[str, str]) -> None:
        address = f"/administration/officials/{official_of(clerk).pk}/account/"
        assert signed_in.post(address, given).status_code == 422
        clerk.refresh_from_db()
        assert clerk.is_active

    def test_cost_the_same_number_of_queries_for_few_and_many(
        self, signed_in: Client, admin: Viewer, django_assert_max_num_queries: Callable
    ) -> None:
        for _ in range(30):
            official_in(post_of_viewer(admin).agency, Role.CLERK)
        signed_in.get("/acting/")
        with django_assert_max_num_queries(5):
            signed_in.get("/administration/")
        with django_assert_max_num_queries(11):
            signed_in.get(f"/administration/officials/{admin.official_id}/")


class TestCalendar:
    @pytest.fixture
    def signed_in(self, admin: Viewer, client: Client) -> Client:
        client.force_login(Account.objects.get(official_id=admin.official_id))
        return client

    def test_an_agency_decides_on_a_day_and_takes_it_back(self, signed_in: Client, admin: Viewer) -> None:
        given = {"day": "2026-08-10", "works_as": "", "name": "Ngày hội thể thao"}
        assert signed_in.post("/administration/calendar/set/", given).status_code == 302
        assert [day.name for day in days_of_agency(admin, year=2026) if day.own] == ["Ngày hội thể thao"]
        page = signed_in.get("/administration/calendar/?year=2026").content.decode()
        assert "Ngày hội thể thao" in page
        signed_in.post("/administration/calendar/clear/", {"day": "2026-08-10"})
        assert not [day for day in days_of_agency(admin, year=2026) if day.own]

    def test_a_saturday_may_be_worked(self, signed_in: Client, admin: Viewer) -> None:
        given = {"day": "2026-08-08", "works_as": "0", "name": "Làm bù"}
        signed_in.post("/administration/calendar/set/", given)
        assert [day.works_as for day in days_of_agency(admin, year=2026) if day.own] == [0]

    def test_what_another_agency_decides_does_not_hold_here(self, signed_in: Client, admin: Viewer) -> None:
        other = viewer_in(agency(), Role.ADMINISTRATOR, at=NOON)
        actions.change_day(viewer=other, day=TODAY, works_as=None, name="Nghỉ", at=NOON)
        assert not [day for day in days_of_agency(admin, year=2026) if day.own]

    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"day": "2026-02-30", "name": "x"},
            {"day": "9999-12-31", "name": "x"},
            {"day": "2026-03-02", "name": " "},
            {"day": "2026-03-02", "name": "x", "works_as": "7"},
            {"day": "2026-03-02", "name": "x" * 10_000},
        ],
    )
    def test_impossible_days_are_refused(self, signed_in: Client, given: dict[str, str]) -> None:
        assert signed_in.post("/administration/calendar/set/", given).status_code == 422

    @pytest.mark.parametrize("year", ["", "abc", "1", "99999", "-5"])
    def test_an_odd_year_shows_this_one(self, signed_in: Client, year: str) -> None:
        assert signed_in.get(f"/administration/calendar/?year={year}").status_code == 200


def week_of(**changed: str) -> dict[str, str]:
    """Monday to Friday mornings, as the form sends them, but for `changed`."""
    given = {
        f"{half}_{edge}_{day}": ""
        for half in ("morning", "afternoon")
        for edge in ("from", "to")
        for day in range(7)
    }
    given |= {f"morning_from_{day}": "07:30" for day in range(5)} | {
        f"morning_to_{day}": "11:30" for day in range(5)
    }
    return given | {"cut_off": "11:00", "valid_from": "2199-12-01", "reason": "Giờ mùa đông"} | changed


class TestHours:
    @pytest.fixture
    def signed_in(self, admin: Viewer, client: Client) -> Client:
        client.force_login(Account.objects.get(official_id=admin.official_id))
        return client

    def test_an_agency_decides_on_hours_from_a_day_and_takes_them_back(
        self, signed_in: Client, admin: Viewer, django_assert_max_num_queries: Callable
    ) -> None:
        address = "/administration/calendar/hours/"
        lots = week_of(afternoon_from_5="13:00", afternoon_to_5="00:00")
        assert signed_in.post(f"{address}set/", lots).status_code == 302
        coming, now = hours_of_agency(admin, on=TODAY)
        assert (coming.own, coming.coming, coming.current, now.current) == (True, True, False, True)
        assert coming.works[4:] == ("07:30–11:30", "13:00–24:00", "")
        assert (coming.hours.cut_off, coming.hours.since) == (660, date(2199, 12, 1))
        said = timeline(Subject("directory.agency", str(admin.agency_id)))[-1]
        assert (said.verb, said.data["reason"]) == ("calendar.set-hours", "Giờ mùa đông")
        with django_assert_max_num_queries(7):
            page = signed_in.get(address).content.decode()
        assert "Giờ mùa đông" in page
        assert 'name="morning_from_0" value="07:30"' in page, "the form starts from what holds now"
        neighbour = viewer_in(agency(), Role.ADMINISTRATOR, at=NOON)
        assert [term.own for term in hours_of_agency(neighbour, on=TODAY)] == [False]
        with pytest.raises(Refusal) as refused:
            actions.restore_hours(viewer=neighbour, valid_from=date(2199, 12, 1), at=NOON)
        assert refused.value.code == "no-such-hours"
        signed_in.post(f"{address}clear/", {"day": "2199-12-01"})
        assert len(hours_of_agency(admin, on=TODAY)) == 1
        assert signed_in.post(f"{address}clear/", {"day": "2199-12-01"}).status_code == 409

    @pytest.mark.parametrize(
        ("given", "status", "said"),
        [
            ({"morning_to_1": ""}, 422, "một bên"),
            ({"morning_to_1": "07:00"}, 422, "kết thúc trước"),
            ({"morning_to_1": "07:30"}, 422, "kết thúc trước"),
            ({"afternoon_from_1": "11:00", "afternoon_to_1": "12:00"}, 422, "Buổi chiều bắt đầu"),
            (
                {f"morning_{edge}_{day}": "" for edge in ("from", "to") for day in range(5)},
                400,
                "không ngày nào làm việc",
            ),
            ({"morning_from_1": "25:00"}, 422, "morning_from_1"),
            ({"cut_off": ""}, 422, "id_cut_off_error"),
            ({"valid_from": "9999-12-31"}, 422, "id_valid_from_error"),
            ({"reason": " "}, 422, "id_reason_error"),
            ({"reason": "x" * 10_000}, 422, "id_reason_error"),
        ],
    )
    def test_impossible_weeks_are_refused_and_what_was_typed_stays(
        self, signed_in: Client, admin: Viewer, given: dict[str, str], status: int, said: str
    ) -> None:
        page = signed_in.post("/administration/calendar/hours/set/", week_of(**given))
        assert page.status_code == status
        assert said in page.content.decode()
        assert 'value="11:00"' in page.content.decode() or "cut_off" in given
        assert len(hours_of_agency(admin, on=TODAY)) == 1

    def test_one_stretch_after_noon_is_shown_as_an_afternoon(self, admin: Viewer) -> None:
        form = HoursForm.showing(Hours(((Session(840, 1200),), *((),) * 6)))
        assert [form.initial.get(f"{half}_from_0") for half in ("morning", "afternoon")] == [None, time(14)]


class TestAuditPage:
    @pytest.fixture
    def auditor(self, client: Client) -> Viewer:
        account = official_in(agency(), Role.AUDITOR, Role.ADMINISTRATOR)
        client.force_login(account)
        return acting_viewer(account, at=NOON)

    def test_shows_the_own_agency_only(self, client: Client, auditor: Viewer, admin: Viewer) -> None:
        for viewer in (auditor, admin):
            title = f"Chức vụ của {viewer.agency_code}"
            actions.create_post(viewer=viewer, title=title, division_id=None, at=NOON)
        page = client.get("/audit/").content.decode()
        assert f"Chức vụ của {auditor.agency_code}" in page
        assert f"Chức vụ của {admin.agency_code}" not in page

    def test_filters_by_act_day_and_person(self, client: Client, auditor: Viewer) -> None:
        actions.create_post(viewer=auditor, title="Chánh văn phòng", division_id=None, at=NOON)
        for query, shown in {
            "verb=post.add": True,
            "verb=post": True,
            "verb=account": False,
            "since=2026-03-02&until=2026-03-02": True,
            "since=2026-03-03": False,
            "until=2026-03-01": False,
            f"actor={auditor.official_id}": True,
            "actor=0": False,
        }.items():
            assert ("Chánh văn phòng" in client.get(f"/audit/?{query}").content.decode()) is shown, query

    def test_has_pages(self, client: Client, auditor: Viewer) -> None:
        for number in range(60):
            at = NOON + timedelta(seconds=number)
            actions.create_post(viewer=auditor, title=f"P{number}", division_id=None, at=at)
        first = client.get("/audit/?verb=post")
        assert first.context["page"].next
        second = client.get(f"/audit/?verb=post&cursor={first.context['page'].next}")
        assert len(first.context["page"].rows) + len(second.context["page"].rows) == 60

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ("verb=DROP TABLE", 422),
            ("since=yesterday", 422),
            ("since=9999-12-31", 422),
            ("until=9999-12-31", 422),
            ("since=0001-01-01", 422),
            ("actor=abc", 422),
            ("cursor=damaged", 400),
            ("verb=" + "x" * 10_000, 422),
            ("verb=%00", 422),
        ],
    )
    def test_says_what_is_wrong_with_a_filter(
        self, client: Client, auditor: Viewer, query: str, status: int
    ) -> None:
        assert client.get(f"/audit/?{query}").status_code == status
