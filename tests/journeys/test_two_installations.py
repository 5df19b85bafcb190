"""Two installations interchange through a third that is only a hub: three processes, databases, authorities.

The Government Office has an installation of its own, the province of Thái Nguyên another. They trust each
other's authority for the agencies it may name; the hub trusts both. Everything is set up with the commands of
docs/operations/hub.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from lienthong.axis.public import AxisClient, AxisRefused, Packet, edxml
from lienthong.directory.public import Agency
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import PASSWORD, official_in
from lienthong.kernel.clock import now
from lienthong.office.public import IncomingDocument
from lienthong.signing.public import sign_packet

from .conftest import PageAt, Site, installed, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OFFICE, PROVINCE = "G22", "H55"
SUBJECT = "liên thông văn bản giữa hai hệ thống"


@dataclass(frozen=True)
class Country:
    """The hub, and the installation of each of the two agencies."""

    hub: Site
    office: Site
    province: Site


@pytest.fixture(scope="module")
def country(
    django_test_environment: None, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[Country]:
    """All three, connected and served."""
    with ExitStack() as held:

        def made(name: str, **settings: str) -> Site:
            var = tmp_path_factory.mktemp(name)
            roots = var / "trusted"
            roots.mkdir()
            here = installed(name, django_db_blocker, var, trusted_roots=str(roots), **settings)
            site = held.enter_context(here)
            _settle(site)
            return site

        hub = made("hub", profile="hub")
        distant = {"axis_adapter": "http", "axis_url": hub.url}
        all_three = Country(hub, made("office", **distant), made("province", **distant))
        hub.run("authority", "--root", f"{_var(hub)}/root.pem")
        _join(all_three.office, OFFICE, hub)
        _join(all_three.province, PROVINCE, hub)
        for trusting, other, code in (
            (hub, all_three.office, OFFICE),
            (hub, all_three.province, PROVINCE),
            (all_three.province, all_three.office, OFFICE),
            (all_three.office, all_three.province, PROVINCE),
        ):
            _trust(trusting, other, code)
        for site in (hub, all_three.office, all_three.province):
            held.enter_context(serving(site))
        yield all_three


def _var(site: Site) -> Path:
    return Path(site.environment["LIENTHONG_VAR"])


def _settle(site: Site) -> None:
    """The same two agencies are in every directory; people only where their agency is at home."""
    with site.data(), transaction.atomic():
        for code, name, kind, short in (
            (OFFICE, "Văn phòng Chính phủ", "ministry", "VPCP"),
            (PROVINCE, "Ủy ban nhân dân tỉnh Thái Nguyên", "province", "UBND"),
        ):
            Agency.objects.create(
                code=code,
                old_code=f"000.00.00.{code}",
                name=name,
                short_name=short,
                kind=kind,
                valid_from=now().date().replace(year=2020, day=1),
            )


def _join(site: Site, code: str, hub: Site) -> None:
    """Give the agency certificates of its own installation, and its installation an account at the hub."""
    with site.data(), transaction.atomic():
        place = Agency.objects.get(code=code)
        for role, name in ((Role.SPECIALIST, "chuyenvien"), (Role.LEADER, "lanhdao"), (Role.CLERK, "vanthu")):
            official_in(place, role, name=f"Nguyễn {name.title()}", username=f"{code.lower()}.{name}")
    site.run("issue-certificates", code)
    site.run("authority", "--root", f"{_var(site)}/root.pem")
    file = _var(site) / "credentials"
    hub.run("register-system", code, "--name", f"Văn phòng điện tử {code}", "--credentials", str(file))
    given = dict(line.split("=", 1) for line in file.read_text().splitlines())
    site.environment["LIENTHONG_AXIS_CLIENT_ID"] = given["client_id"]
    site.environment["LIENTHONG_AXIS_CLIENT_SECRET"] = given["client_secret"]


def _trust(site: Site, other: Site, code: str) -> None:
    """Believe the other's authority for that agency, as an operator does with a file."""
    folder = _var(site) / "trusted" / "agencies" / code
    folder.mkdir(parents=True)
    (folder / "root.pem").write_bytes((_var(other) / "root.pem").read_bytes())


def _work(site: Site, *jobs: str) -> None:
    """Enqueue what the minute would, and let the real worker do it."""
    for job in jobs:
        name, _, arguments = job.partition(" ")
        site.manage("procrastinate", "defer", name, arguments or "{}")
    site.manage("procrastinate", "worker", "--one-shot")


def _sign_in(page: Page, username: str) -> Page:
    page.goto("/accounts/login/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Đăng nhập", exact=True).click()
    expect(page).not_to_have_url(re.compile("/accounts/login/"))
    return page


def _send(leader: Page) -> str:
    """Draft, sign and send a document to the province; the address of its page."""
    leader.goto("/office/compose/")
    leader.get_by_label("Loại văn bản").select_option("CV")
    leader.get_by_label("Trích yếu").fill(SUBJECT)
    leader.get_by_label("Địa danh").fill("Hà Nội")
    leader.get_by_label("Tất cả Ủy ban nhân dân tỉnh, thành phố").check()
    leader.locator("#id_body").fill("Đề nghị phối hợp thực hiện.\n\nTrân trọng./.")
    leader.get_by_role("button", name="Lưu dự thảo").click()
    expect(leader.get_by_text("1 nơi nhận", exact=True)).to_be_visible()
    leader.locator("summary").filter(has_text="Ký và gửi").click()
    leader.get_by_role("button", name="Ký và gửi ngay").click()
    expect(leader.get_by_text(re.compile("Đã ký, ban hành số 01/VPCP và gửi đi"))).to_be_visible()
    return leader.url


def test_a_document_travels_between_two_installations_through_the_hub(
    country: Country, page_on: PageAt
) -> None:
    leader = _sign_in(page_on(country.office), "g22.lanhdao")
    address = _send(leader)
    expect(leader.get_by_role("link", name=re.compile("^Chưa nhận: 1"))).to_be_visible()
    with country.hub.data():
        [packet] = Packet.objects.select_related("sender")
        assert (packet.sender.code, packet.recipient_count) == (OFFICE, 1)

    _work(country.province, "office.collect_inbox")
    clerk = _sign_in(page_on(country.province), "h55.vanthu")
    clerk.goto("/office/incoming/")
    clerk.get_by_role("link", name=SUBJECT).click()
    expect(clerk.get_by_text("Chữ ký hợp lệ")).to_be_visible()
    expect(clerk.get_by_role("button", name="Vào sổ rồi sang văn bản kế tiếp")).to_be_focused()
    clerk.keyboard.press("Enter")
    expect(clerk.get_by_text("Đã vào sổ với số đến 1.")).to_be_visible()
    with country.province.data():
        [document] = IncomingDocument.objects.all()
        signers = {signer["agency_code"] for signer in document.verdict["signers"]}
        assert (document.authentic, signers) == (True, {OFFICE})

    _work(country.province)
    _work(country.office, 'office.refresh_recipients {"timestamp": 0}')
    leader.goto(address)
    row = leader.get_by_role("row").filter(has_text="Thái Nguyên")
    expect(row).to_contain_text("Đã vào sổ")
    for office in (country.office, country.province):
        with office.data():
            assert not Packet.objects.exists(), "only the hub is an axis here"
    _nobody_sends_in_the_name_of_another(country)


def _nobody_sends_in_the_name_of_another(country: Country) -> None:
    """The province signs as the Government Office, and tries the hub with either system."""
    today, code = now().date(), "99/VPCP"
    packet = edxml.EdxmlPacket(
        sender=edxml.Party(organ_id=OFFICE),
        recipients=(edxml.Party(organ_id=PROVINCE),),
        number="99",
        notation="VPCP",
        promulgated_on=today,
        subject=SUBJECT,
        document_id=edxml.document_id_of(OFFICE, today, code),
        type_name="Công văn",
    )
    with country.province.data():
        province = Agency.objects.get(code=PROVINCE)
        xml = sign_packet(edxml.build_packet(packet), agency_id=province.pk, at=now())
    for site, refused in (
        (country.province, "sender-not-served"),
        (country.office, "signature-of-another-agency"),
    ):
        given = [site.environment[f"LIENTHONG_AXIS_CLIENT_{part}"] for part in ("ID", "SECRET")]
        with AxisClient(country.hub.url, *given) as client, pytest.raises(AxisRefused) as caught:
            client.submit_packet(xml)
        assert caught.value.code == refused


def test_the_hub_has_no_office(
    country: Country,
    page_on: PageAt,
    assert_accessible: Callable[[Page], None],
    assert_no_sideways_scrolling: Callable[[Page], None],
) -> None:
    for width, language in ((360, "vi"), (1280, "en")):
        page = page_on(country.hub, width, "light", language)
        page.goto("/")
        said = "Hệ thống này là trục trung tâm" if language == "vi" else "This installation is a hub"
        expect(page.get_by_role("heading", name=said)).to_be_visible()
        assert_accessible(page)
        assert_no_sideways_scrolling(page)
    for path in ("office/incoming/", "office/compose/"):
        assert httpx.get(f"{country.hub.url}/{path}", trust_env=False).status_code == 404
    tasks = country.hub.manage("shell", "-c", _TASKS)
    assert "axis." in tasks
    assert "office." not in tasks
    _the_menu_has_no_office(country.hub, page_on)


def _the_menu_has_no_office(hub: Site, page_on: PageAt) -> None:
    hub.run("first-administrator", OFFICE, "--name", "Vũ Lâm", "--username", "hub.admin", "--operator")
    with hub.data(), transaction.atomic():
        operator = official_in(Agency.objects.get(code=OFFICE), Role.OPERATOR, username="hub.vanhanh")
    page = _sign_in(page_on(hub), operator.username)
    expect(page).to_have_url(re.compile("/axis/$"))
    expect(page.get_by_role("navigation").first.get_by_role("link", name="Gói tin")).to_be_visible()
    expect(page.get_by_role("link", name="Văn bản đến")).to_have_count(0)


_TASKS = "from procrastinate.contrib.django import app; app.perform_import_paths(); print(sorted(app.tasks))"


def test_a_step_of_a_dossier_is_settled_in_the_other_installation(country: Country) -> None:
    sent = _side(country.province, f"hand_over({PROVINCE!r})")
    assert sent["state"] == "sent"
    there = _side(country.office, f"settle({OFFICE!r}, 'g22.lanhdao')")
    assert (there["agency"], there["scans"]) == (OFFICE, [sent["scan"]])
    assert there["documents"] == 0, "what is the one-stop's is not the office's"
    assert there["code"].startswith(f"{OFFICE}-")
    heard = _side(country.province, f"hear({sent['code']!r})")
    assert heard == {
        "far": ["finished", there["code"], "Đồng ý"],
        "step": "done",
        "open": ["hand_out"],
        "result": there["result"],
        "pdf": "%PDF-",
    }


def _side(site: Site, call: str) -> dict[str, Any]:
    """Run a function of `across_sides` in a process of the installation; what it said."""
    said = site.manage("shell", "-c", f"from tests.journeys import across_sides; across_sides.{call}")
    answer: dict[str, Any] = json.loads(said.splitlines()[-1])
    return answer
