"""The main job in a real browser: a signed document to 63 provinces, and every state coming back.

The Government Office's specialist drafts, its leader signs and sends; Thái Nguyên's clerk registers, its
leader assigns, its specialist works and finishes; the sender watches. The worker is the real one, run between
the steps.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from lienthong.axis.public import ConnectedSystem, Serves, connect_system
from lienthong.directory.public import Agency, Division
from lienthong.identity.public import Account, Role
from lienthong.identity.tests.factories import PASSWORD, official_in, official_of
from lienthong.kernel.clock import now
from lienthong.ledger.public import Actor
from lienthong.signing.public import ensure_agency_certificates, ensure_official_certificates

from .conftest import PageAt, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SUBJECT = "kết nối, liên thông văn bản điện tử"
TAKEN_BACK = "Về việc báo cáo số liệu liên thông văn bản"
BODY = "Đề nghị Ủy ban nhân dân các tỉnh, thành phố thực hiện kết nối, liên thông.\n\nTrân trọng./."
DIRECTIVE = "Giao Văn phòng chủ trì, tham mưu báo cáo đúng hạn."
RESULT = "Đã kết nối 989/989 cơ quan."
PROVINCES = 63
Check = Callable[[Page], None]


@dataclass(frozen=True)
class Cast:
    """User names of the people of the story."""

    specialist: str
    leader: str
    clerk: str
    chief: str
    head: str
    worker: str


@pytest.fixture(scope="module")
def cast(site: Site) -> Cast:
    """The Government Office, 63 provinces with Thái Nguyên among them, their people, keys and connection."""
    with site.data(), transaction.atomic():
        office = _agency("G22", "Văn phòng Chính phủ", "ministry", "VPCP")
        names = {f"H{n:02d}": f"Ủy ban nhân dân tỉnh số {n:02d}" for n in range(1, PROVINCES + 1)}
        names["H55"] = "Ủy ban nhân dân tỉnh Thái Nguyên"
        ours = {code: _agency(code, name, "province") for code, name in names.items()}["H55"]
        room = Division.objects.create(agency=ours, name="Phòng Hành chính", short_name="HC")
        people = {
            "specialist": _person(office, Role.SPECIALIST, "Lê Thu Hà", "Chuyên viên"),
            "leader": _person(office, Role.LEADER, "Hoàng Đức Thiện", "Chủ nhiệm"),
            "clerk": _person(ours, Role.CLERK, "Nông Thị Bích", "Văn thư"),
            "chief": _person(ours, Role.LEADER, "Ma Văn Khải", "Chủ tịch"),
            "head": _person(ours, Role.LEADER, "Hà Thị Nương", "Trưởng phòng", room),
            "worker": _person(ours, Role.SPECIALIST, "Lý Minh Quân", "Chuyên viên", room),
        }
        ensure_agency_certificates([office.id], at=now())
        ensure_official_certificates([official_of(people["leader"]).id], at=now())
        if not ConnectedSystem.objects.filter(serves=Serves.ALL).exists():
            actor = Actor(kind="job", id="test", name="test")
            connect_system(name="Office", agency=office, serves=Serves.ALL, actor=actor, at=now())
        return Cast(**{part: account.username for part, account in people.items()})


def _agency(code: str, name: str, kind: str, short_name: str = "UBND") -> Agency:
    return Agency.objects.create(
        code=code,
        old_code=f"000.00.00.{code}",
        name=name,
        short_name=short_name,
        kind=kind,
        valid_from=now().date().replace(year=2020, day=1),
    )


def _person(place: Agency, role: Role, name: str, title: str, division: Division | None = None) -> Account:
    return official_in(place, role, name=name, title=title, division=division)


def _sign_in(page: Page, username: str) -> Page:
    page.goto("/accounts/login/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Đăng nhập", exact=True).click()
    expect(page).not_to_have_url(re.compile("/accounts/login/"))
    return page


def _work(site: Site) -> None:
    """Let the real worker do what waits: collect, report, send."""
    site.manage("procrastinate", "worker", "--one-shot")


def _compose(page: Page, subject: str = SUBJECT) -> None:
    """Fill the form as a specialist does: type, summary, the group of provinces, the text."""
    page.goto("/office/compose/")
    page.get_by_label("Loại văn bản").select_option("CV")
    page.get_by_label("Trích yếu").fill(subject)
    page.get_by_label("Địa danh").fill("Hà Nội")
    page.get_by_label("Tất cả Ủy ban nhân dân tỉnh, thành phố").check()
    page.locator("#id_body").fill(BODY)


def _direct(chief: Page) -> None:
    """The leader directs on a phone: searches, lets a division lead, wants to see the result."""
    chief.get_by_label("Ý kiến chỉ đạo").fill(DIRECTIVE)
    chief.get_by_label("Tìm cán bộ hoặc phòng, ban").fill("hanh chinh")
    chief.get_by_role("button", name="Tìm", exact=True).click()
    expect(chief.get_by_label("Ý kiến chỉ đạo")).to_have_value(DIRECTIVE)
    chief.get_by_role("radio", name="Chủ trì: Phòng Hành chính").check()
    chief.get_by_label("Thời gian thực hiện").select_option(label="5 ngày làm việc")
    chief.get_by_label("Tôi xem kết quả trước khi kết thúc nhiệm vụ").check()
    chief.get_by_role("button", name="Phân công").click()
    expect(chief.get_by_text("Đã phân công. Người chủ trì")).to_be_visible()


def _hand_on(head: Page, assert_accessible: Check, assert_no_sideways_scrolling: Check) -> None:
    """The head of the division that leads names one of its officials, on a phone."""
    head.goto("/tasks/")
    assert_accessible(head)
    assert_no_sideways_scrolling(head)
    head.get_by_role("link", name=DIRECTIVE).click()
    assert_accessible(head)
    assert_no_sideways_scrolling(head)
    head.locator("summary").filter(has_text="Chuyển tiếp").click()
    head.get_by_label("Người chủ trì mới").select_option(label="Lý Minh Quân – Chuyên viên, Phòng Hành chính")
    head.locator("details[open]").get_by_role("button", name="Chuyển tiếp").click()
    expect(head.get_by_text("Đã chuyển tiếp.")).to_be_visible()


def _finish(worker: Page, assert_accessible: Check) -> None:
    """The official works and reports the product."""
    worker.goto("/tasks/")
    worker.get_by_role("link", name=DIRECTIVE).click()
    expect(worker.locator("blockquote")).to_contain_text(DIRECTIVE)
    worker.get_by_role("button", name="Bắt đầu xử lý").click()
    assert_accessible(worker)
    worker.get_by_label("Kết quả xử lý").fill(RESULT)
    worker.get_by_label("Sản phẩm (tệp)").set_input_files(
        files=[{"name": "bao-cao.txt", "mimeType": "text/plain", "buffer": b"words"}]
    )
    worker.get_by_role("button", name="Báo cáo hoàn thành").click()
    expect(worker.get_by_text("Đã báo cáo hoàn thành. Người giao")).to_be_visible()
    assert_accessible(worker)


def _accept(chief: Page, assert_accessible: Check, assert_no_sideways_scrolling: Check) -> None:
    """The leader looks at the product and accepts it, on a phone."""
    chief.goto("/tasks/")
    chief.get_by_role("link", name=DIRECTIVE).click()
    expect(chief.get_by_role("link", name="bao-cao.txt")).to_be_visible()
    assert_accessible(chief)
    assert_no_sideways_scrolling(chief)
    chief.get_by_role("button", name="Chấp nhận kết quả").click()
    expect(chief.get_by_text("Đã chấp nhận kết quả.").first).to_be_visible()
    assert_accessible(chief)


def test_a_signed_document_reaches_63_provinces_and_every_state_comes_back(
    site: Site,
    page_at: PageAt,
    cast: Cast,
    assert_accessible: Check,
    assert_no_sideways_scrolling: Check,
) -> None:
    drafter = _sign_in(page_at(), cast.specialist)
    _compose(drafter)
    drafter.get_by_role("button", name="Lưu dự thảo").click()
    expect(drafter.get_by_text("Đã lưu dự thảo.")).to_be_visible()
    expect(drafter.get_by_text(f"{PROVINCES} nơi nhận", exact=True)).to_be_visible()
    address = drafter.url

    leader = _sign_in(page_at(), cast.leader)
    leader.goto(address)
    assert_accessible(leader)
    leader.locator("summary").filter(has_text="Ký và gửi").click()
    leader.get_by_role("button", name="Ký và gửi ngay").click()
    expect(leader.get_by_text(re.compile(r"Đã ký, ban hành số 01/VPCP và gửi đi"))).to_be_visible()
    expect(leader.get_by_role("link", name=re.compile(r"^Chưa nhận: 63"))).to_be_visible()

    _work(site)
    clerk = _sign_in(page_at(), cast.clerk)
    clerk.goto("/office/incoming/")
    clerk.get_by_role("link", name=SUBJECT).click()
    expect(clerk.get_by_role("heading", name="Xác thực, toàn vẹn")).to_be_visible()
    expect(clerk.get_by_text("Chữ ký hợp lệ")).to_be_visible()
    assert_accessible(clerk)
    received = clerk.url
    expect(clerk.get_by_role("button", name="Vào sổ rồi sang văn bản kế tiếp")).to_be_focused()
    clerk.keyboard.press("Enter")
    expect(clerk.get_by_text("Đã vào sổ với số đến 1.")).to_be_visible()

    chief = _sign_in(page_at(360), cast.chief)
    chief.goto(received)
    for look in (assert_accessible, assert_no_sideways_scrolling):
        look(chief)
    _direct(chief)
    assert_accessible(chief)
    head = _sign_in(page_at(360), cast.head)
    _hand_on(head, assert_accessible, assert_no_sideways_scrolling)
    worker = _sign_in(page_at(), cast.worker)
    _finish(worker, assert_accessible)
    _accept(chief, assert_accessible, assert_no_sideways_scrolling)

    _work(site)
    leader.goto(f"{address}?status=06")
    expect(leader.get_by_text("63/63 nơi đã nhận").first).to_be_visible()
    row = leader.get_by_role("row").filter(has_text="Thái Nguyên")
    expect(row).to_contain_text("Hoàn thành")
    expect(row).to_contain_text(RESULT)
    assert_accessible(leader)


def test_a_document_taken_back_is_destroyed_at_the_receiver_and_the_sender_told(
    site: Site,
    page_at: PageAt,
    cast: Cast,
    assert_accessible: Check,
    assert_no_sideways_scrolling: Check,
) -> None:
    drafter = _sign_in(page_at(), cast.specialist)
    _compose(drafter, TAKEN_BACK)
    drafter.get_by_role("button", name="Lưu dự thảo").click()
    expect(drafter.get_by_text("Đã lưu dự thảo.")).to_be_visible()
    leader = _sign_in(page_at(), cast.leader)
    leader.goto(drafter.url)
    leader.locator("summary").filter(has_text="Ký và gửi").click()
    leader.get_by_role("button", name="Ký và gửi ngay").click()
    expect(leader.get_by_role("link", name=re.compile(r"^Chưa nhận: 63"))).to_be_visible()
    _work(site)
    clerk = _sign_in(page_at(360), cast.clerk)
    clerk.goto("/office/incoming/")
    clerk.get_by_role("link", name=TAKEN_BACK).click()
    clerk.get_by_role("button", name="Vào sổ", exact=True).click()
    expect(clerk.get_by_text("Đã vào sổ với số đến")).to_be_visible()
    _work(site)

    leader.goto(drafter.url)
    leader.locator("summary").filter(has_text="Lấy lại văn bản").click()
    assert_accessible(leader)
    leader.get_by_label("Lý do").fill("Gửi nhầm phụ lục")
    leader.get_by_role("button", name="Lấy lại ngay").click()
    expect(leader.get_by_text("Đã lấy lại ở nơi chưa nhận")).to_be_visible()
    row = leader.get_by_role("row").filter(has_text="Thái Nguyên")
    expect(row).to_contain_text("Lấy lại: đang yêu cầu")
    assert_accessible(leader)
    assert_no_sideways_scrolling(leader)

    _work(site)
    clerk.goto("/office/incoming/")
    expect(clerk.get_by_text("Yêu cầu thu hồi").first).to_be_visible()
    assert_accessible(clerk)
    assert_no_sideways_scrolling(clerk)
    clerk.get_by_role("link", name=TAKEN_BACK).click()
    expect(clerk.get_by_text("Gửi nhầm phụ lục").first).to_be_visible()
    clerk.locator("summary").filter(has_text="Đồng ý thu hồi").click()
    assert_accessible(clerk)
    assert_no_sideways_scrolling(clerk)
    clerk.get_by_role("button", name="Hủy văn bản tại đây").click()
    expect(clerk.get_by_text("Các tệp đã được hủy. Nơi gửi được báo.")).to_be_visible()
    assert_accessible(clerk)
    assert_no_sideways_scrolling(clerk)

    _work(site)
    leader.goto(f"{drafter.url}?status=WD")
    expect(leader.get_by_role("link", name=re.compile(r"^Đã thu hồi: 63"))).to_be_visible()
    expect(leader.get_by_role("row").filter(has_text="Thái Nguyên")).to_contain_text("Lấy lại: đã đồng ý")
    assert_accessible(leader)
    leader.get_by_role("link", name="Soạn văn bản thay thế").click()
    expect(leader.get_by_text("Thay thế văn bản")).to_be_visible()
    assert_accessible(leader)
    assert_no_sideways_scrolling(leader)


def test_a_phone_without_javascript_composes_too(site: Site, page_at: PageAt, cast: Cast) -> None:
    browser = page_at(360).context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False, base_url=site.url, locale="vi-VN")
    page = _sign_in(context.new_page(), cast.specialist)
    page.goto("/office/compose/")
    page.get_by_label("Trích yếu").fill(SUBJECT)
    page.get_by_label("Địa danh").fill("Hà Nội")
    page.locator("#id_body").fill(BODY)
    page.get_by_label("Tìm cơ quan").fill("thai nguyen")
    page.get_by_role("button", name="Tìm", exact=True).click()
    page.get_by_role("checkbox", name=re.compile("Ủy ban nhân dân tỉnh Thái Nguyên")).check()
    page.get_by_role("button", name="Lưu dự thảo").click()
    expect(page.get_by_text("Đã lưu dự thảo.")).to_be_visible()
    expect(page.get_by_text("1 nơi nhận", exact=True)).to_be_visible()
    context.close()


def test_recipients_are_found_while_typing_and_keep_their_ticks(page_at: PageAt, cast: Cast) -> None:
    page = _sign_in(page_at(), cast.specialist)
    page.goto("/office/compose/")
    page.get_by_label("Tìm cơ quan").fill("H55")
    page.get_by_role("checkbox", name=re.compile("Ủy ban nhân dân tỉnh Thái Nguyên")).check()
    page.get_by_label("Tìm cơ quan").fill("tinh so 07")
    expect(page.locator("#found").get_by_role("checkbox", name=re.compile("tỉnh số 07"))).to_be_visible()
    expect(page.get_by_role("checkbox", name=re.compile("Ủy ban nhân dân tỉnh Thái Nguyên"))).to_be_checked()


@pytest.mark.parametrize(("width", "scheme"), list(product((360, 1280), ("light", "dark"))))
def test_every_page_of_the_office_is_accessible_and_fits(
    page_at: PageAt,
    cast: Cast,
    assert_accessible: Check,
    assert_no_sideways_scrolling: Check,
    width: int,
    scheme: str,
) -> None:
    for username, addresses in (
        (cast.leader, ("/office/incoming/", "/office/outgoing/", "/office/compose/")),
        (cast.clerk, ("/office/incoming/", "/office/incoming/?tab=all", "/office/outgoing/")),
    ):
        page = _sign_in(page_at(width, scheme), username)
        for address in addresses:
            page.goto(address)
            expect(page.locator("h1")).to_be_visible()
            assert_accessible(page)
            assert_no_sideways_scrolling(page)
            if page.locator(".row-title").count() and "compose" not in address:
                page.locator("a.row-title").first.click()
                expect(page.locator("h1")).to_be_visible()
                assert_accessible(page)
                assert_no_sideways_scrolling(page)


def test_a_bad_pdf_is_refused_in_words_and_nothing_else_is_lost(
    page_at: PageAt, cast: Cast, assert_accessible: Check, tmp_path: Path
) -> None:
    page = _sign_in(page_at(errors_meant=True), cast.specialist)
    _compose(page)
    page.get_by_label("Tải lên tệp PDF").check()
    broken = tmp_path / "hong.pdf"
    broken.write_bytes(b"%PDF-1.7\nbroken")
    page.locator("input[type=file]").set_input_files(broken)
    page.get_by_role("button", name="Lưu dự thảo").click()
    expect(page.locator("#id_pdf_error")).to_be_visible()
    expect(page.get_by_label("Trích yếu")).to_have_value(SUBJECT)
    assert_accessible(page)
