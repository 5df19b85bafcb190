"""A portal in memory that checks sessions and every field, and fails on demand; `portal.py` serves it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Any

from lienthong.dossiers.national import wire
from lienthong.dossiers.national.contracts import DossierRecord, PortalAccess, Progress
from lienthong.dossiers.national.ports import PortalAway, PortalRefused

LOST, FORGET, CODE = "lost", "session", "code"
BROKEN = ("500", "slow", "not-json", "wrong-type", "too-large", LOST)
FAILURES = (*BROKEN, FORGET, CODE)
NO_SESSION, NO_SERVICE, BAD_FIELD, UNKNOWN_DOSSIER, BUSY = "11", "12", "21", "22", "99"
AWAY = {"500": "http", LOST: "http", "wrong-type": "wrong-answer"}


@dataclass(frozen=True)
class Field:
    """What a field must look like: a pattern it matches whole; empty only if it is not `needed`."""

    pattern: str = r".{0,500}"
    needed: bool = False


DATE = r"20\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d[0-5]\d"
STATE = Field(r"[1-9]|10", needed=True)
RECORD_FIELDS = {
    "MaHoSo": Field(r"[0-9A-Z.]+-\d{6}(\d\d)?-\d{4,7}", needed=True),
    "MaTTHC": Field(r"\S{1,60}", needed=True),
    "TenTTHC": Field(r".{1,1000}", needed=True),
    "MaLinhVuc": Field(r"\S{1,60}", needed=True),
    "TenLinhVuc": Field(needed=True),
    "ChuHoSo": Field(needed=True),
    "LoaiDoiTuong": Field(r"[0-3]", needed=True),
    "MaDoiTuong": Field(r"\d{12}|\d{10}(-\d{3})?"),
    "ThongTinKhac": Field(),
    "Email": Field(r"[^@\s]+@[^@\s]+"),
    "Fax": Field(),
    "SoDienThoai": Field(r"[+\d .()-]{6,30}"),
    "TrichYeuHoSo": Field(needed=True),
    "NgayTiepNhan": Field(DATE, needed=True),
    "NgayHenTra": Field(DATE),
    "TrangThaiHoSo": STATE,
    "NgayTra": Field(DATE),
    "ThongTinTra": Field(),
    "HinhThuc": Field(r"\d", needed=True),
    "NgayKetThucXuLy": Field(DATE),
    "DonViXuLy": Field(needed=True),
    "GhiChu": Field(),
}
# Of each list the fields that an item has.
RECORD_LISTS = {
    "TaiLieuNop": {
        "TepDinhKemId": Field(needed=True),
        "TenTepDinhKem": Field(needed=True),
        "IsDeleted": Field(r"[01]", needed=True),
        "MaThanhPhanHoSo": Field(),
        "DuongDanTaiTepTin": Field(),
    },
    "DanhSachLePhi": {
        "TenPhiLePhi": Field(needed=True),
        "MaPhiLePhi": Field(r"\S{1,60}", needed=True),
        "HinhThucThu": Field(r"[124]", needed=True),
        "Gia": Field(r"\d{1,13}", needed=True),
        "LoaiPhiLePhi": Field(r"[1-3]", needed=True),
    },
    "DanhSachTepDinhKemKhac": {
        "TenGiayTo": Field(needed=True),
        "SoLuong": Field(r"[1-9]\d{0,4}", needed=True),
        "LoaiGiayTo": Field(needed=True),
    },
    "DanhSachHoSoBoSung": {
        "HoSoBoSungId": Field(needed=True),
        "NguoiYeuCauBoSung": Field(needed=True),
        "NoiDungBoSung": Field(needed=True),
        "NgayBoSung": Field(DATE, needed=True),
        "NguoiTiepNhanBoSung": Field(),
        "ThongTinTiepNhan": Field(),
        "NgayTiepNhanBoSung": Field(DATE),
        "TrangThaiBoSung": Field(r"[01]", needed=True),
        "NgayHenTraTruoc": Field(DATE),
        "NgayHenTraMoi": Field(DATE),
    },
    "DanhSachGiayToKetQua": {
        "TenGiayTo": Field(needed=True),
        "MaThanhPhanHoSo": Field(),
        "GiayToId": Field(needed=True),
        "DuongDanTepTinKetQua": Field(),
        "MaGiayToKetQua": Field(),
    },
}
INNER_LISTS = {"DanhSachHoSoBoSung": {"DanhSachGiayToBoSung", "DanhSachLePhiBoSung"}}
PROGRESS_FIELDS = {
    "MaHoSo": RECORD_FIELDS["MaHoSo"],
    "NguoiXuLy": Field(needed=True),
    "ChucDanh": Field(),
    "ThoiDiemXuLy": Field(DATE, needed=True),
    "PhongBanXuLy": Field(needed=True),
    "NoiDungXuLy": Field(needed=True),
    "TrangThai": STATE,
    "NgayBatDau": Field(DATE, needed=True),
    "NgayKetThucTheoQuyDinh": Field(DATE),
}
# What must be there once a dossier is in a state.
NEEDED_IN = {
    "2": ("NgayHenTra",),
    "9": ("NgayHenTra", "NgayKetThucXuLy"),
    "10": ("NgayHenTra", "NgayKetThucXuLy", "NgayTra"),
}


class _No(Exception):
    """An error code and its text."""


@dataclass
class FakePortal:
    """The portal itself: `log_in` and `call` answer as the real one does, in dictionaries.

    `failing` lists how the next calls fail, one each, in order; the names are in `FAILURES`.
    """

    user: str = "so-tphcm"
    password: str = field(default="only-for-tests", repr=False)
    unit: str = "000.00.00.H01"
    failing: list[str] = field(default_factory=list)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    steps: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    sessions: set[str] = field(default_factory=set)

    def log_in(self, said: Any) -> dict[str, Any]:
        """A session for who knows the password."""
        self.calls[wire.LOGIN] += 1
        if not isinstance(said, dict) or said != {"username": self.user, "password": self.password}:
            return {"error_code": NO_SESSION, "message": "Sai tên đăng nhập hoặc mật khẩu"}
        session = token_hex(16)
        self.sessions.add(session)
        return {"error_code": "0", "session": session}

    def call(self, said: Any) -> dict[str, Any]:
        """Take all items of a call or none."""
        failure = self.next_failure(FORGET, CODE)
        if failure == FORGET:
            self.sessions.clear()
        try:
            if not isinstance(said, dict) or said.get("session") not in self.sessions:
                raise _No(NO_SESSION, "Phiên làm việc không hợp lệ hoặc đã hết hạn")
            self.calls[str(said.get("service"))] += 1
            if failure == CODE:
                raise _No(BUSY, "Hệ thống đang bận\x00, thử lại sau")
            self._take(said)
        except _No as no:
            return {"error_code": no.args[0], "message": no.args[1]}
        return {"error_code": "00", "message": "Thành công"}

    def next_failure(self, *among: str) -> str:
        """How the next call fails, if that is one of these; it is then used up."""
        return self.failing.pop(0) if self.failing and self.failing[0] in among else ""

    def _take(self, said: Mapping[str, Any]) -> None:
        takers: dict[str, Callable[[dict[str, Any]], None]] = {
            wire.RECORDS: self._take_record,
            wire.PROGRESS: self._take_step,
        }
        service, items = said.get("service"), said.get("data")
        if said.get("madonvi") != self.unit or service not in takers:
            raise _No(NO_SERVICE, "Đơn vị hoặc dịch vụ không tồn tại")
        if not isinstance(items, list) or not 0 < len(items) <= 500:
            raise _No(BAD_FIELD, "data")
        for item in items:
            self._check(service, item)
        for item in items:
            takers[service](item)

    def _check(self, service: str, item: Any) -> None:
        lists = RECORD_LISTS if service == wire.RECORDS else {}
        _check_fields(item, RECORD_FIELDS if service == wire.RECORDS else PROGRESS_FIELDS, set(lists))
        for name, fields in lists.items():
            if not isinstance(item[name], list):
                raise _No(BAD_FIELD, f"{name} không hợp lệ")
            for each in item[name]:
                _check_fields(each, fields, INNER_LISTS.get(name, set()))
        for name in NEEDED_IN.get(item.get("TrangThaiHoSo", ""), ()):
            if not item[name]:
                raise _No(BAD_FIELD, f"{name} không được để trống")
        if service == wire.PROGRESS and item["MaHoSo"] not in self.records:
            raise _No(UNKNOWN_DOSSIER, f"Không tìm thấy hồ sơ {item['MaHoSo']}")

    def _take_record(self, item: dict[str, Any]) -> None:
        self.records[item["MaHoSo"]] = item

    def _take_step(self, item: dict[str, Any]) -> None:
        """What comes twice counts once: a step is known by its dossier and all it says."""
        steps = self.steps.setdefault(item["MaHoSo"], [])
        if item not in steps:
            steps.append(item)


def _check_fields(item: Any, fields: Mapping[str, Field], lists: set[str]) -> None:
    if not isinstance(item, dict) or set(item) != set(fields) | lists:
        raise _No(BAD_FIELD, "Thiếu hoặc thừa trường dữ liệu")
    for name, rule in fields.items():
        value = item[name]
        fits = isinstance(value, str) and (re.fullmatch(rule.pattern, value) if value else not rule.needed)
        if not fits:
            raise _No(BAD_FIELD, f"{name} không hợp lệ")


@dataclass
class FakeNational:
    """Fulfils `NationalPort` with a portal in memory and no net."""

    access: PortalAccess
    portal: FakePortal = field(default_factory=FakePortal)
    _session: str = ""
    _since: datetime | None = None

    def tell_records(self, records: Sequence[DossierRecord], *, at: datetime) -> None:
        """As the portal takes it."""
        self._tell(wire.RECORDS, [wire.record_as_data(one, self.access) for one in records], at)

    def tell_progress(self, steps: Sequence[Progress], *, at: datetime) -> None:
        """As the portal takes it."""
        self._tell(wire.PROGRESS, [wire.progress_as_data(one) for one in steps], at)

    def _tell(self, service: str, items: list[dict[str, Any]], at: datetime) -> None:
        for fresh in (False, True):
            if fresh or not self._session:
                answer = self.portal.log_in({"username": self.access.user, "password": self.access.password})
                if "session" not in answer:
                    raise PortalAway("login", f"{answer['error_code']} {answer['message']}")
                self._session, self._since = str(answer["session"]), at
            failure = self.portal.next_failure(*BROKEN)
            if failure and failure != LOST:
                raise PortalAway(AWAY.get(failure, failure))
            said = {"session": self._session, "madonvi": self.access.unit, "service": service, "data": items}
            answer = self.portal.call(said)
            if failure:
                raise PortalAway(AWAY[failure])
            if answer["error_code"] in wire.SUCCESS:
                return
            if self._since == at:
                break
        raise PortalRefused(str(answer["error_code"]), wire.plain(str(answer["message"])))
