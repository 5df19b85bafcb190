"""The portal's own words: services, fields, dates, codes, and how its answers are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lienthong.dossiers.national.contracts import (
    DossierRecord,
    PaperTold,
    PortalAccess,
    Progress,
    SupplementTold,
)
from lienthong.dossiers.national.ports import PortalAway, PortalRefused
from lienthong.kernel.clock import VIETNAM

LOGIN, RECORDS, PROGRESS = "Login", "DongBoHoSoMC", "CapNhatTienDoHoSoMC"
DATE = "%Y%m%d%H%M%S"
SUCCESS = frozenset({"0", "00"})
MOST_TEXT, MOST_CODE, MOST_SESSION = 500, 40, 1000
ORIGINAL, COPY = "Bản chính", "Bản sao"
AT_RECEPTION, USUAL_FEE = "1", "1"  # of HinhThucThu (2 with a supplement, 4 with the result), LoaiPhiLePhi
ANSWERED = {True: "1", False: "0"}


def spell_time(at: datetime | None) -> str:
    """yyyyMMddHHmmss at +07:00; empty without a time."""
    return at.astimezone(VIETNAM).strftime(DATE) if at else ""


def record_as_data(record: DossierRecord, access: PortalAccess) -> dict[str, Any]:
    """An item of `DongBoHoSoMC`."""
    return {
        "MaHoSo": record.code,
        "MaTTHC": record.procedure_code,
        "TenTTHC": record.procedure_name,
        "MaLinhVuc": record.field_code,
        "TenLinhVuc": record.field_name,
        "ChuHoSo": record.applicant_name,
        "LoaiDoiTuong": dict(access.kinds).get(record.applicant_kind, ""),
        "MaDoiTuong": record.applicant_number,
        "ThongTinKhac": "",
        "Email": record.email,
        "Fax": "",
        "SoDienThoai": record.telephone,
        "TrichYeuHoSo": record.summary,
        "NgayTiepNhan": spell_time(record.received_at),
        "NgayHenTra": spell_time(record.due_at),
        "TrangThaiHoSo": str(record.state),
        "NgayTra": spell_time(record.handed_out_at),
        "ThongTinTra": record.outcome,
        "HinhThuc": dict(access.channels).get(record.channel, ""),
        "NgayKetThucXuLy": spell_time(record.finished_at),
        "DonViXuLy": record.agency_name,
        "GhiChu": "",
        "TaiLieuNop": [
            {
                "TepDinhKemId": each.file_key,
                "TenTepDinhKem": each.name,
                "IsDeleted": "0",
                "MaThanhPhanHoSo": each.key,
                "DuongDanTaiTepTin": "",
            }
            for each in record.papers
            if each.file_key
        ],
        "DanhSachLePhi": [
            {
                "TenPhiLePhi": each.name,
                "MaPhiLePhi": each.key,
                "HinhThucThu": AT_RECEPTION,
                "Gia": str(each.amount),
                "LoaiPhiLePhi": USUAL_FEE,
            }
            for each in record.fees
        ],
        "DanhSachTepDinhKemKhac": _on_paper(record.papers),
        "DanhSachHoSoBoSung": [_supplement_as_data(each) for each in record.supplements],
        "DanhSachGiayToKetQua": [
            {
                "TenGiayTo": each.name,
                "MaThanhPhanHoSo": each.key,
                "GiayToId": each.id,
                "DuongDanTepTinKetQua": "",
                "MaGiayToKetQua": each.number,
            }
            for each in record.results
        ],
    }


def _supplement_as_data(asked: SupplementTold) -> dict[str, Any]:
    return {
        "HoSoBoSungId": asked.id,
        "NguoiYeuCauBoSung": asked.asked_by,
        "NoiDungBoSung": asked.words,
        "NgayBoSung": spell_time(asked.asked_at),
        "NguoiTiepNhanBoSung": "",
        "ThongTinTiepNhan": "",
        "NgayTiepNhanBoSung": spell_time(asked.answered_at),
        "TrangThaiBoSung": ANSWERED[asked.answered_at is not None],
        "DanhSachGiayToBoSung": [
            {"TenGiayTo": each.name, "MaThanhPhanHoSo": each.key} for each in asked.papers
        ],
        "DanhSachLePhiBoSung": [],
        "NgayHenTraTruoc": "",
        "NgayHenTraMoi": spell_time(asked.new_due_at),
    }


def _on_paper(papers: tuple[PaperTold, ...]) -> list[dict[str, str]]:
    """What was handed in on paper, originals and copies apart."""
    counted = [(each, kind, number) for each in papers for kind, number in _kinds(each) if number]
    return [
        {"TenGiayTo": each.name, "SoLuong": str(number), "LoaiGiayTo": kind} for each, kind, number in counted
    ]


def _kinds(paper: PaperTold) -> tuple[tuple[str, int], ...]:
    return (ORIGINAL, paper.originals), (COPY, paper.copies)


def progress_as_data(step: Progress) -> dict[str, Any]:
    """An item of `CapNhatTienDoHoSoMC`."""
    return {
        "MaHoSo": step.code,
        "NguoiXuLy": step.staff,
        "ChucDanh": step.post_title,
        "ThoiDiemXuLy": spell_time(step.at),
        "PhongBanXuLy": step.unit,
        "NoiDungXuLy": step.words,
        "TrangThai": str(step.state),
        "NgayBatDau": spell_time(step.received_at),
        "NgayKetThucTheoQuyDinh": spell_time(step.due_at),
    }


def read_answer(body: bytes) -> Mapping[str, Any]:
    """The portal's answer to a call it took.

    Raises:
        PortalRefused: it has an error code. PortalAway: it is not an answer at all.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise PortalAway("not-json", plain(body[:200].decode(errors="replace"))) from error
    code = answer.get("error_code") if isinstance(answer, dict) else None
    if isinstance(code, bool) or not isinstance(code, str | int) or not str(code).strip():
        raise PortalAway("wrong-answer")
    if str(code).strip() not in SUCCESS:
        said = answer.get("message")
        raise PortalRefused(plain(str(code))[:MOST_CODE], plain(said) if isinstance(said, str) else "")
    return dict(answer)


def read_session(body: bytes) -> str:
    """The session of an answer to a login; raises `PortalAway`: whoever may not log in can tell nothing."""
    try:
        session = read_answer(body).get("session")
    except PortalRefused as refused:
        raise PortalAway("login", f"{refused.code} {refused.text}".strip()) from refused
    if not isinstance(session, str) or not 0 < len(session) <= MOST_SESSION:
        raise PortalAway("wrong-answer")
    return session


def plain(text: str) -> str:
    """Words from outside as they may be kept and shown: printable, on one line, not too long."""
    kept = "".join(sign if sign.isprintable() else " " for sign in text[: MOST_TEXT * 2])
    return " ".join(kept.split())[:MOST_TEXT]
