"""An agency's administrator joins in a real browser, and the operator sets the system live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from playwright.sync_api import Page, expect

from lienthong.axis.actions.reports import accept_report
from lienthong.axis.conformance import CASES, Kit, Outcome, Report
from lienthong.axis.models import ConnectedSystem
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.clock import now
from lienthong.signing.public import ensure_agency_certificates

from .conftest import PageAt, Site
from .test_identity import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LOOKS = [(360, "light", "vi"), (1280, "dark", "en"), (360, "dark", "en"), (1280, "light", "vi")]
Check = Callable[[Page], None]


@dataclass(frozen=True)
class People:
    """Who works in the agency that joins: its administrator, and the operator of the axis."""

    administrator: str
    operator: str
    agency_id: int


@pytest.fixture(scope="module")
def people(site: Site) -> People:
    with site.data():
        ours = agency(name="Sở Kết nối")
        ensure_agency_certificates([ours.pk], at=now())
        return People(
            official_in(ours, Role.ADMINISTRATOR, name="Trần Quản Trị").username,
            official_in(ours, Role.OPERATOR, name="Lê Vận Hành").username,
            ours.pk,
        )


def speak(page: Page, language: str) -> None:
    """Switch the page to the language, which the button in it offers."""
    if language == "en":
        page.get_by_role("button", name="English").first.click()


def a_failed_report(site: Site, name: str) -> int:
    """Let the system have reported a run with one failure; its id."""
    with site.data():
        system = ConnectedSystem.objects.select_related("agency").get(name=name)
        outcomes = tuple(Outcome(case.id, case.id != "clock", "612 s", 0.1) for case in CASES)
        at = now()
        report = Report("http://axis", system.client_id, at - timedelta(seconds=3), at, outcomes)
        accept_report(system, report, at=at)
        return system.pk


def test_an_administrator_joins_and_an_operator_sets_the_system_live(
    site: Site, people: People, page_at: PageAt, assert_accessible: Check, tmp_path: Path
) -> None:
    page = page_at(1280)
    sign_in(page, people.administrator)
    page.goto("/axis/mine/")
    page.get_by_label("Tên hệ thống").fill("Phần mềm văn bản")
    page.get_by_role("button", name="Đăng ký hệ thống này").click()
    expect(page.get_by_role("heading", name="Phần mềm văn bản")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Tôi đã sao chép").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải tệp của bộ kiểm tra").click()
    assert Kit.from_json(Path(download.value.path()).read_bytes()).recipient == "SBX.02"
    page.goto("/axis/mine/")
    request = tmp_path / "request.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    made = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    request.write_bytes(made.public_bytes(Encoding.PEM))
    page.locator("input[type=file]").set_input_files(request)
    page.get_by_role("button", name="Lấy chứng thư").click()
    expect(page.get_by_text("do hệ thống của bạn giữ").first).to_be_visible()
    operator = page_at(1280)
    sign_in(operator, people.operator)
    operator.goto("/axis/systems/")
    operator.get_by_label("Đưa vào hoạt động: Phần mềm văn bản").click()
    operator.get_by_label("Lý do").first.fill("Đã kiểm tra trực tiếp")
    assert_accessible(operator)
    operator.get_by_role("button", name="Xác nhận đưa vào hoạt động").first.click()
    expect(operator.get_by_text("Hệ thống “Phần mềm văn bản” đã hoạt động.")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_the_pages_of_joining_are_accessible_and_fit(
    width: int,
    scheme: str,
    language: str,
    site: Site,
    people: People,
    page_at: PageAt,
    assert_accessible: Check,
    assert_no_sideways_scrolling: Check,
) -> None:
    name = f"Hệ thống {width} {language}"
    page = page_at(width, scheme)
    sign_in(page, people.administrator)
    page.goto("/axis/mine/")
    page.get_by_label("Tên hệ thống").fill(name)
    page.get_by_role("button", name="Đăng ký hệ thống này").click()
    system_id = a_failed_report(site, name)
    page.goto("/axis/mine/")
    speak(page, language)
    for address in ("/axis/mine/", f"/axis/mine/{system_id}/"):
        page.goto(address)
        for summary in page.locator("main details.confirm summary").all()[:2]:
            summary.click()
        assert_accessible(page)
        assert_no_sideways_scrolling(page)
    operator = page_at(width, scheme)
    sign_in(operator, people.operator)
    speak(operator, language)
    operator.goto("/axis/systems/")
    assert_accessible(operator)
    assert_no_sideways_scrolling(operator)
