"""What the national portal must do: the one in memory, and the HTTP adapter with one in a second process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from lienthong.dossiers.national.adapters.fake import FakeNational, FakePortal
from lienthong.dossiers.national.adapters.http import HttpNational
from lienthong.dossiers.national.contracts import (
    DossierRecord,
    FeeTold,
    PaperTold,
    PortalAccess,
    Progress,
    ResultTold,
    SupplementTold,
)
from lienthong.dossiers.national.ports import NationalPort, PortalAway, PortalRefused
from lienthong.dossiers.national.wire import read_answer, read_session

AT = datetime(2026, 3, 2, 3, 0, 5, tzinfo=UTC)  # 10:00:05 in Vietnam
LATER = AT + timedelta(minutes=1)
RECORD = DossierRecord(
    code="000.00.12.H55-260302-0001",
    procedure_code="1.001193",
    procedure_name="Đăng ký khai sinh",
    field_code="civil-status",
    field_name="Hộ tịch",
    applicant_name="Trần Thị Người Dân",
    applicant_kind="citizen",
    applicant_number="019000000001",
    email="",
    telephone="0912345678",
    summary="Đăng ký khai sinh cho Trần Bé",
    received_at=AT,
    due_at=AT + timedelta(days=2),
    state=2,
    finished_at=None,
    handed_out_at=None,
    outcome="",
    channel="counter",
    agency_name="UBND xã Tân Cương",
    papers=(PaperTold("Giấy chứng sinh", "birth_paper", "01", originals=1, copies=2),),
    fees=(FeeTold("late", "Lệ phí quá hạn", 8_000),),
    supplements=(SupplementTold("7", "Trần Văn Chuyên", "Bản chính", AT, None),),
    results=(ResultTold("Giấy khai sinh", "certificate", "01/GKS-UBND", "02"),),
)
STEP = Progress(
    code=RECORD.code,
    staff="Lê Văn Tiếp Nhận",
    post_title="Công chức một cửa",
    unit="UBND xã Tân Cương",
    words="Tiếp nhận",
    at=AT,
    state=2,
    received_at=AT,
    due_at=None,
)


@dataclass
class Portal:
    """A portal under test: `fail` says how the next calls fail, `taken` what it took."""

    port: NationalPort
    fail: Callable[..., None]
    taken: Callable[[], dict[str, Any]]
    access: PortalAccess

    def with_password(self, password: str) -> NationalPort:
        """Another client of the same portal."""
        access = replace(self.access, password=password)
        if isinstance(self.port, FakeNational):
            return FakeNational(access, self.port.portal)
        return HttpNational(access, seconds=1.0)


def access(url: str) -> PortalAccess:
    given = FakePortal()
    return PortalAccess(
        url=url,
        user=given.user,
        password=given.password,
        unit=given.unit,
        kinds=(("business", "2"), ("citizen", "1"), ("household", "3")),
        channels=(("counter", "0"),),
    )


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The address of a portal in a process of its own."""
    command = [sys.executable, "-m", "lienthong.dossiers.national.portal"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture(params=["fake", "http"])
def portal(request: pytest.FixtureRequest) -> Portal:
    if request.param == "fake":
        inner = FakePortal()

        def kept() -> dict[str, Any]:
            return {"records": inner.records, "steps": inner.steps, "calls": inner.calls}

        reached = access("https://portal.example")
        return Portal(FakeNational(reached, inner), lambda *how: inner.failing.extend(how), kept, reached)
    reached = access(request.getfixturevalue("served"))
    httpx.post(f"{reached.url}/reset").raise_for_status()

    def fail(*how: str) -> None:
        httpx.post(f"{reached.url}/fail", json=list(how)).raise_for_status()

    def taken() -> dict[str, Any]:
        return dict(httpx.get(f"{reached.url}/taken").json())

    return Portal(HttpNational(reached, seconds=1.0), fail, taken, reached)


def test_dossiers_and_their_progress_are_taken_once_in_one_session(portal: Portal) -> None:
    for at in (AT, LATER):
        portal.port.tell_records([RECORD, replace(RECORD, code="000.00.12.H55-260302-0002")], at=at)
        portal.port.tell_progress([STEP], at=at)
    taken = portal.taken()
    assert taken["calls"] == {"Login": 1, "DongBoHoSoMC": 2, "CapNhatTienDoHoSoMC": 2}
    assert len(taken["records"]) == 2
    assert [len(steps) for steps in taken["steps"].values()] == [1]
    item = taken["records"][RECORD.code]
    assert (item["NgayTiepNhan"], item["LoaiDoiTuong"], item["TrangThaiHoSo"]) == ("20260302100005", "1", "2")
    counted = [(one["SoLuong"], one["LoaiGiayTo"]) for one in item["DanhSachTepDinhKemKhac"]]
    assert counted == [("1", "Bản chính"), ("2", "Bản sao")]
    lists = ("TaiLieuNop", "DanhSachLePhi", "DanhSachHoSoBoSung", "DanhSachGiayToKetQua")
    assert [len(item[name]) for name in lists] == [1, 1, 1, 1]
    portal.port.tell_records([replace(RECORD, state=4, due_at=None)], at=LATER)
    assert portal.taken()["records"][RECORD.code]["TrangThaiHoSo"] == "4"


def test_a_session_that_the_portal_forgot_is_renewed_once(portal: Portal) -> None:
    portal.port.tell_records([RECORD], at=AT)
    portal.fail("session")
    portal.port.tell_progress([STEP], at=LATER)
    assert portal.taken()["calls"]["Login"] == 2
    assert len(portal.taken()["steps"]) == 1
    portal.fail("session", "session")
    with pytest.raises(PortalRefused):
        portal.port.tell_progress([STEP], at=LATER + timedelta(minutes=1))


def test_a_wrong_password_is_no_refusal_of_what_was_to_be_told(portal: Portal) -> None:
    with pytest.raises(PortalAway) as away:
        portal.with_password("another").tell_records([RECORD], at=AT)
    assert (away.value.code, away.value.text[:2]) == ("login", "11")
    assert "another" not in repr(portal.with_password("another"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"state": 11}, "TrangThaiHoSo"),
        ({"applicant_kind": "robot"}, "LoaiDoiTuong"),
        ({"applicant_number": "12"}, "MaDoiTuong"),
        ({"applicant_name": ""}, "ChuHoSo"),
        ({"due_at": None}, "NgayHenTra"),
        ({"code": "không phải mã"}, "MaHoSo"),
        ({"fees": (FeeTold("", "Lệ phí", 1),)}, "MaPhiLePhi"),
        ({"papers": (PaperTold("", file_key="01"),)}, "TenTepDinhKem"),
        ({"supplements": (SupplementTold("7", "", "x", AT, None),)}, "NguoiYeuCauBoSung"),
        ({"results": (ResultTold("", "certificate", "", "02"),)}, "TenGiayTo"),
    ],
)
def test_one_wrong_field_refuses_the_whole_call(portal: Portal, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(PortalRefused) as refused:
        portal.port.tell_records([RECORD, replace(RECORD, **wrong)], at=AT)
    assert refused.value.code == "21"
    assert said in refused.value.text
    assert portal.taken()["records"] == {}
    with pytest.raises(PortalRefused) as unknown:
        portal.port.tell_progress([STEP], at=AT)
    assert unknown.value.code == "22"


def test_an_unknown_error_code_comes_with_its_text_and_nothing_unprintable(portal: Portal) -> None:
    portal.fail("code")
    with pytest.raises(PortalRefused) as refused:
        portal.port.tell_records([RECORD], at=AT)
    assert (refused.value.code, refused.value.text) == ("99", "Hệ thống đang bận , thử lại sau")


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("500", "http"),
        ("slow", "slow"),
        ("not-json", "not-json"),
        ("wrong-type", "wrong-answer"),
        ("too-large", "too-large"),
    ],
)
def test_what_is_no_answer_says_nothing_of_what_was_sent(portal: Portal, how: str, code: str) -> None:
    portal.fail(how)
    with pytest.raises(PortalAway) as away:
        portal.port.tell_records([RECORD], at=AT)
    assert away.value.code == code
    assert portal.taken()["records"] == {}
    portal.port.tell_records([RECORD], at=LATER)


def test_what_was_taken_though_the_answer_was_lost_may_be_told_again(portal: Portal) -> None:
    portal.port.tell_records([RECORD], at=AT)
    portal.fail("lost")
    with pytest.raises(PortalAway):
        portal.port.tell_progress([STEP], at=AT)
    portal.port.tell_progress([STEP], at=LATER)
    assert [len(steps) for steps in portal.taken()["steps"].values()] == [1]


def test_nobody_there_is_away() -> None:
    for url in ("http://127.0.0.1:9", "http://[", "ftp://127.0.0.1"):
        with pytest.raises(PortalAway) as away:
            HttpNational(access(url), seconds=1.0).tell_records([RECORD], at=AT)
        assert away.value.code == "unreachable"


SHAPELESS = (
    b"", b"null", b"[]", b"{}", b'{"error_code": true}', b'{"error_code": null}', b'{"error_code": 0.5}',
    b"[" * 100_000, b"\xff\xfe", b'{"error_code": ""}',
)  # fmt: skip
SESSIONLESS = (
    b'{"error_code": "0", "session": 5}',
    b'{"error_code": 0}',
    b'{"error_code": "0", "session": "%s"}' % (b"x" * 1001),
)


def test_an_answer_of_another_shape_is_none() -> None:
    for body in SHAPELESS:
        with pytest.raises(PortalAway):
            read_answer(body)
    for body in SESSIONLESS:
        read_answer(body)
        with pytest.raises(PortalAway):
            read_session(body)


def test_zero_is_success_however_it_is_spelled() -> None:
    for body in (b'{"error_code": "00"}', b'{"error_code": 0}', b'{"error_code": "0"}'):
        read_answer(body)
    with pytest.raises(PortalRefused):
        read_answer(b'{"error_code": "000", "message": [1]}')
