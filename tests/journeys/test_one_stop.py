"""The one-stop in a real browser: a birth from the counter to the signed result, a permit whose clock stands
over a holiday, and an apology before a deadline passes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from lienthong.directory.public import (
    Agency,
    CalendarDay,
    WorkingCalendar,
    add_working_minutes,
    calendar_of,
    sessions_of,
)
from lienthong.dossiers.actions.apologising import draft_apologies
from lienthong.dossiers.actions.stepping import finish_step
from lienthong.dossiers.actions.supplements import ask_supplement
from lienthong.dossiers.clock import due_again
from lienthong.dossiers.contracts import StepDone, Supplement
from lienthong.dossiers.models import CompetentBody
from lienthong.dossiers.tests.factories import applicant, offered, open_task, received
from lienthong.dossiers.tests.processes import BIRTH, LANES
from lienthong.dossiers.tests.results import signing_offer
from lienthong.identity.public import Account, Role, acting_viewer
from lienthong.identity.tests.factories import PASSWORD, agency, official_in, official_of
from lienthong.kernel.clock import VIETNAM, now
from lienthong.procedures.public import ServiceField
from lienthong.procedures.tests.factories import definition, procedure, published
from lienthong.procedures.tests.processes import node, process, task, way
from lienthong.signing.public import ensure_official_certificates

from .conftest import PageAt, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DAY, HOURS = 480, 4
MOTHER, FATHER, CHILD = "Trần Thị Mẹ", "Lê Văn Cha", "Lê Bé Gái"
BUILDER, WAITING = "Phạm Văn Xây", "Đỗ Thị Chờ"
MISSING = "Bản vẽ mặt bằng định vị"
EXCUSE = "Hồ sơ cần xác minh thêm tại nơi sinh."
# The department examines beside the commune, and the commune's leader signs when both have.
BUILDING = process(
    task("receive", 15, "desk", name="Tiếp nhận"),
    node("ask", "fork"),
    task("plan", DAY, "department", name="Thẩm định quy hoạch", name_en="Examine the plan"),
    task("site", 240, name="Kiểm tra thực địa"),
    node("answered", "join"),
    task("sign", 120, "leader", name="Ký giấy phép"),
    task("hand_out", 15, "desk", effects=["result"], name="Trả kết quả"),
    ways=[
        *(way(path) for path in ("begin>receive", "receive>ask", "ask>plan", "ask>site", "plan>answered")),
        *(way(path) for path in ("site>answered", "answered>sign", "sign>hand_out", "hand_out>end")),
    ],
    lanes=LANES,
)
Check = Callable[[Page], None]


@pytest.fixture
def look(assert_accessible: Check, assert_no_sideways_scrolling: Check) -> Check:
    """What every page must pass."""

    def check(page: Page) -> None:
        expect(page.locator("h1")).to_be_visible()
        assert_accessible(page)
        assert_no_sideways_scrolling(page)

    return check


def _sign_in(page: Page, account: Account, address: str) -> Page:
    page.goto(f"/accounts/login/?next={address}")
    page.get_by_label("Tên đăng nhập").or_(page.get_by_label("Username")).fill(account.username)
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    return page


def _said(page: Page, words: str) -> None:
    """The page says what came of it."""
    expect(page.locator("[data-color=success]").filter(has_text=words).first).to_be_visible()


def _instants(page: Page, term: str) -> list[datetime]:
    """What the page writes beside the term, as instants."""
    times = page.locator("dt", has_text=re.compile(f"^{term}$")).locator(
        "xpath=following-sibling::dd[1]/time"
    )
    found = [times.nth(place).get_attribute("datetime") for place in range(times.count())]
    return [datetime.fromisoformat(one or "") for one in found]


def _slip(page: Page, name: str) -> str:
    """The words of the slip that the page links to."""
    address = page.get_by_role("link", name=name).get_attribute("href")
    answer = page.request.get(address or "")
    assert answer.ok, answer.status
    pages = PdfReader(io.BytesIO(answer.body())).pages
    return " ".join(" ".join(one.extract_text() for one in pages).split())


# A birth


@dataclass(frozen=True)
class Commune:
    """Who works on a birth, and the name of the procedure."""

    desk: Account
    specialist: Account
    leader: Account
    procedure: str


@pytest.fixture
def commune(site: Site) -> Commune:
    """A commune that registers births and signs the result."""
    with site.data(), transaction.atomic():
        ours = agency(name="Ủy ban nhân dân xã Phú Lộc")
        offer = signing_offer(ours, at=now())
        leader = official_in(ours, Role.LEADER, name="Lý Văn Chủ", title="Chủ tịch")
        ensure_official_certificates([official_of(leader).pk], at=now())
        return Commune(
            desk=official_in(ours, Role.RECEPTIONIST, name="Vi Thị Cửa", title="Công chức một cửa"),
            specialist=official_in(ours, Role.SPECIALIST, name="Hà Văn Tịch", title="Công chức hộ tịch"),
            leader=leader,
            procedure=offer.version.procedure.name,
        )


def _receive(desk: Page, of: Commune, look: Check) -> None:
    """The procedure is chosen, form and checklist are filled in, and the receipt is there."""
    look(desk)
    desk.get_by_role("link", name=of.procedure).click()
    look(desk)
    desk.get_by_label("Số định danh hoặc mã số thuế").first.fill("019090004711")
    desk.get_by_label("Họ và tên").first.fill(MOTHER)
    desk.get_by_label("Điện thoại").first.fill("0912345678")
    desk.locator("[name=answer-child_name]").fill(CHILD)
    desk.locator("[name=answer-child_sex][value=female]").check()
    desk.locator("[name=answer-born_on]").fill(f"{now() - timedelta(days=20):%Y-%m-%d}")
    desk.locator("[name=answer-married][value=no]").check()
    desk.locator("[name=answer-father_name]").fill(FATHER)
    # What the questions ask next comes meanwhile, and takes nothing away of what was filled in.
    expect(desk.locator("output#answer-age")).to_have_text("0")
    expect(desk.locator("[name=answer-married][value=no]")).to_be_checked()
    expect(desk.locator("[name=answer-father_name]")).to_have_value(FATHER)
    expect(desk.locator("[name=originals-birth_paper]")).to_have_value("1")
    desk.get_by_role("button", name="Tiếp nhận hồ sơ này").click()
    _said(desk, "Đã tiếp nhận với mã")
    look(desk)


def _examine(specialist: Page, look: Check) -> None:
    """The result is written from the facts, and the step finished."""
    look(specialist)
    specialist.get_by_role("link", name=MOTHER).click()
    look(specialist)
    dossier = specialist.url
    specialist.get_by_role("link", name="Soạn kết quả").click()
    expect(specialist.get_by_label(re.compile("^Nội dung"))).to_have_value(re.compile(CHILD))
    specialist.get_by_label("Kết quả giải quyết hồ sơ").select_option(label="Giấy khai sinh")
    expect(specialist.get_by_label("Địa danh")).to_have_value("Phú Lộc")
    look(specialist)
    specialist.get_by_role("button", name="Lưu dự thảo").click()
    _said(specialist, "Đã lưu dự thảo")
    expect(specialist.get_by_role("img", name="Trang 1 của dự thảo")).to_be_visible()
    look(specialist)
    specialist.goto(dossier)
    specialist.get_by_role("button", name="Hoàn thành bước").click()
    _said(specialist, "Đã thực hiện: Hoàn thành bước.")


def _sign(leader: Page, look: Check) -> None:
    """The leader, in English, reads the draft and signs it with a real key."""
    look(leader)
    row = leader.get_by_role("row").filter(has_text=MOTHER)
    leader.goto(row.get_by_role("link").first.get_attribute("href") or "")
    look(leader)
    leader.get_by_role("button", name="Sign the result").click()
    _said(leader, "Signed as")
    expect(leader.get_by_role("heading", name="Signature valid")).to_be_visible()
    expect(leader.locator(".signers")).to_contain_text("Lý Văn Chủ")
    look(leader)


def test_a_birth_goes_from_the_counter_to_the_signed_result_and_into_the_mothers_hands(
    commune: Commune, page_at: PageAt, look: Check
) -> None:
    desk = _sign_in(page_at(), commune.desk, "/dossiers/receive/")
    _receive(desk, commune, look)
    assert MOTHER in _slip(desk, "01 Giấy tiếp nhận")
    _examine(_sign_in(page_at(360), commune.specialist, "/dossiers/"), look)
    _sign(_sign_in(page_at(1280, "light", "en"), commune.leader, "/dossiers/results/"), look)

    desk.reload()
    results = desk.get_by_role("region", name="Kết quả giải quyết hồ sơ")
    expect(results).to_contain_text("Đã ký")
    desk.locator("summary").filter(has_text="Trả kết quả").click()
    look(desk)
    expect(desk.get_by_role("radio", name=MOTHER)).to_be_checked()
    desk.locator("details[open]").get_by_role("button", name="Trả kết quả").click()
    _said(desk, "Đã thực hiện: Trả kết quả.")
    expect(desk.locator(".page-head")).to_contain_text("Đã trả kết quả")
    expect(results).to_contain_text(MOTHER)
    look(desk)
    pdf = desk.request.get(results.get_by_role("link", name="Tải xuống").get_attribute("href") or "")
    assert CHILD in PdfReader(io.BytesIO(pdf.body())).pages[0].extract_text()


# A permit


@dataclass(frozen=True)
class Permit:
    """A permit whose clock stands: who works on it, where it is, and the calendar of its owner."""

    desk: Account
    department: Account
    leader: Account
    address: str
    asked_at: datetime
    due_at: datetime
    holiday: date
    calendar: WorkingCalendar


@pytest.fixture
def permit(site: Site) -> Iterator[Permit]:
    """A permit of a commune whose province has a department; afterwards the province is one no more, since
    other journeys write to all provinces there are.
    """
    with site.data(), transaction.atomic():
        province = agency(name="Ủy ban nhân dân tỉnh Thử")
        Agency.objects.filter(pk=province.pk).update(kind="province")
        department, ours = agency(name="Sở Xây dựng tỉnh Thử"), agency(name="Ủy ban nhân dân xã Tân Cương")
        Agency.objects.filter(pk=department.pk).update(parent=province)
        Agency.objects.filter(pk=ours.pk).update(parent=province, kind="commune")
        ours.refresh_from_db()
        made = _standing(province, department, ours)
    yield made
    with site.data():
        Agency.objects.filter(pk=province.pk).update(kind="department")


def _standing(province: Agency, department: Agency, ours: Agency) -> Permit:
    """Received on the morning of a working day weeks ago; in the afternoon the department asked for a
    drawing, and the next working day was a holiday of the province.
    """
    today = now().astimezone(VIETNAM).date()
    years = range(today.year - 1, today.year + 2)
    days = [today - timedelta(days=back) for back in range(28, 0, -1)]
    country = calendar_of(ours.pk, years=years)
    first, holiday = [day for day in days if sessions_of(country, day)][:2]
    CalendarDay.objects.create(agency=province, day=holiday, name="Ngày truyền thống của tỉnh")
    field, _made = ServiceField.objects.get_or_create(code="construction", defaults={"name": "Xây dựng"})
    CompetentBody.objects.create(province=province, field=field.code, agency=department)
    says = definition(process=BUILDING, limit_minutes=5 * DAY)
    offer = offered(published(procedure(name="Cấp giấy phép xây dựng nhà ở", field=field), says), ours)
    expert = official_in(department, Role.SPECIALIST, name="Ngô Thị Thẩm", title="Chuyên viên")
    dossier = received(offer, at=_at(first, 9), applicant=applicant(name=BUILDER))
    asked_at, due_at = _at(first, 15), dossier.due_at
    assert due_at is not None
    surveyor = acting_viewer(official_in(ours, Role.SPECIALIST, name="Lâm Văn Địa"), at=asked_at)
    finish_step(done=StepDone(open_task(dossier, "site").pk), viewer=surveyor, at=_at(first, 11))
    asked = Supplement((MISSING,), "Chưa thể hiện khoảng lùi.")
    viewer = acting_viewer(expert, at=asked_at)
    ask_supplement(dossier_id=dossier.pk, asked=asked, viewer=viewer, at=asked_at)
    return Permit(
        desk=official_in(ours, Role.RECEPTIONIST, name="Đàm Thị Cửa"),
        department=expert,
        leader=official_in(ours, Role.LEADER, name="Bế Văn Trưởng", title="Chủ tịch"),
        address=f"/dossiers/{dossier.pk}/",
        asked_at=asked_at,
        due_at=due_at,
        holiday=holiday,
        calendar=calendar_of(ours.pk, years=years),
    )


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), VIETNAM)


def _worked(of: WorkingCalendar, start: datetime, end: datetime) -> int:
    """Working minutes one by one, that the count of the platform is held against."""
    total, at = 0, start
    while at < end:
        minute = at.hour * 60 + at.minute
        total += any(one.starts <= minute < one.ends for one in sessions_of(of, at.date()))
        at += timedelta(minutes=1)
    return total


def _supply(desk: Page, permit: Permit, look: Check) -> None:
    """The supplement is there: the deadline moves by exactly the working time that the clock stood."""
    expect(desk.get_by_role("region", name="Tạm dừng tính thời hạn")).to_be_visible()
    expect(desk.get_by_role("region", name="Nội dung yêu cầu bổ sung")).to_contain_text(MISSING)
    assert _instants(desk, "Hạn xử lý") == []
    look(desk)
    assert MISSING in _slip(desk, "02 Phiếu yêu cầu bổ sung")
    desk.get_by_role("button", name="Nhận bổ sung").click()
    _said(desk, "Đã thực hiện: Nhận bổ sung.")
    expect(desk.get_by_role("region", name="Tạm dừng tính thời hạn")).to_have_count(0)
    (due_at,), (began, ended) = _instants(desk, "Hạn xử lý"), _instants(desk, "Đã tạm dừng thời hạn")
    ended = ended.replace(second=0)  # a minute that has begun is not counted
    assert began == permit.asked_at
    assert began.date() < permit.holiday < ended.date()
    assert sessions_of(permit.calendar, permit.holiday) == ()
    # By hand: of five days 09:00 to 11:30 and 13:30 to 15:00 had passed.
    assert _worked(permit.calendar, ended, due_at) == 5 * DAY - 240
    stood = _worked(permit.calendar, began, ended)
    assert _worked(permit.calendar, permit.due_at.astimezone(VIETNAM), due_at) == stood
    look(desk)


def test_a_permit_crosses_three_bodies_and_its_clock_stands_over_a_holiday(
    permit: Permit, page_at: PageAt, look: Check
) -> None:
    _supply(_sign_in(page_at(), permit.desk, permit.address), permit, look)

    department = _sign_in(page_at(360, "light", "en"), permit.department, "/dossiers/")
    look(department)
    department.get_by_role("link", name=BUILDER).click()
    look(department)
    department.get_by_label("Note").fill("Phù hợp quy hoạch.")
    department.get_by_role("button", name="Finish the step").click()
    _said(department, "Done: Finish the step.")

    leader = _sign_in(page_at(360), permit.leader, permit.address)
    leader.get_by_role("button", name="Hoàn thành bước").click()
    _said(leader, "Đã thực hiện: Hoàn thành bước.")
    steps = leader.get_by_role("table", name="Các bước")
    for step, body, person in (
        ("Thẩm định quy hoạch", "Sở Xây dựng tỉnh Thử", "Ngô Thị Thẩm"),
        ("Kiểm tra thực địa", "xã Tân Cương", "Lâm Văn Địa"),
        ("Ký giấy phép", "xã Tân Cương", "Bế Văn Trưởng"),
        ("Trả kết quả", "xã Tân Cương", "đang thực hiện"),
    ):
        row = steps.get_by_role("row").filter(has_text=step)
        expect(row).to_contain_text(body)
        expect(row).to_contain_text(person)
    look(leader)


# A delay


def test_an_apology_drafted_by_the_job_is_confirmed_and_the_new_date_stands_on_page_and_slip(
    site: Site, page_at: PageAt, look: Check
) -> None:
    with site.data(), transaction.atomic():
        ours = agency(name="Ủy ban nhân dân xã Chậm Rãi")
        says = definition(process=BIRTH, limit_minutes=2 * DAY)
        offer = offered(published(procedure(name="Xác nhận tình trạng hôn nhân"), says), ours)
        leader = official_in(ours, Role.LEADER, name="Âu Thị Hứa", title="Chủ tịch")
        at = now()
        calendar = calendar_of(ours.pk, years=range(at.year - 1, at.year + 2))
        # An hour of the two days is left.
        begun = due_again(calendar, minutes=60 - 2 * DAY, at=at)
        dossier = received(offer, at=begun, applicant=applicant(name=WAITING))
        draft_apologies(hours=HOURS, at=at)
        assert dossier.due_at is not None
        until = add_working_minutes(calendar, dossier.due_at, DAY)

    page = _sign_in(page_at(360), leader, "/dossiers/apologies/")
    apology = page.locator("section").filter(has_text=WAITING)
    expect(apology.get_by_label("Ngày hẹn trả mới")).to_have_value(f"{until:%Y-%m-%dT%H:%M}")
    expect(apology.get_by_label("Lý do")).to_have_value(
        re.compile("Examine.* tại Ủy ban nhân dân xã Chậm Rãi")
    )
    look(page)
    apology.get_by_label("Lý do").fill(EXCUSE)
    apology.get_by_label("Gửi phiếu xin lỗi này").check()
    page.get_by_role("button", name="Gửi phiếu xin lỗi đã chọn").click()
    expect(page.get_by_text("Không có hồ sơ nào sắp quá hạn")).to_be_visible()
    look(page)
    page.goto(f"/dossiers/{dossier.pk}/")
    assert _instants(page, "Hẹn lại") == [until]
    assert _instants(page, "Hạn xử lý") == [dossier.due_at], "the deadline of the law stays"
    look(page)
    slip = _slip(page, "04 Phiếu xin lỗi")
    assert f"{until:%H:%M} ngày {until:%d/%m/%Y}" in slip
    assert EXCUSE in slip
