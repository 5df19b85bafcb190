"""Invented people and the posts they fill, by kind of agency. The names are common ones, drawn by a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

from lienthong.directory.contracts import Duty

FAMILY = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Phan",
    "Vũ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Đinh",
    "Đoàn",
    "Lương",
    "Trịnh",
    "Nông",
    "Ma",
    "Triệu",
    "Hà",
    "Tạ",
    "Mai",
]
WOMEN_MIDDLE = ["Thị", "Thu", "Ngọc", "Minh", "Thanh", "Phương", "Bích", "Kim", "Diệu", "Hồng"]
MEN_MIDDLE = ["Văn", "Đức", "Minh", "Quang", "Hữu", "Xuân", "Đình", "Công", "Anh", "Ngọc", "Thành", "Quốc"]
WOMEN = [
    "Lan",
    "Hoa",
    "Hương",
    "Mai",
    "Thảo",
    "Linh",
    "Trang",
    "Hạnh",
    "Yến",
    "Nga",
    "Oanh",
    "Thúy",
    "Hiền",
    "Loan",
    "Vân",
    "Dung",
    "Nhung",
    "Quỳnh",
    "Tuyết",
    "Ánh",
]
MEN = [
    "Hùng",
    "Dũng",
    "Tuấn",
    "Nam",
    "Long",
    "Sơn",
    "Hải",
    "Khánh",
    "Phong",
    "Thắng",
    "Bình",
    "Cường",
    "Đạt",
    "Hiếu",
    "Kiên",
    "Lâm",
    "Mạnh",
    "Phúc",
    "Tiến",
    "Việt",
]


@dataclass(frozen=True)
class Seat:
    """A post to be made: its title, what for, and the division it stands in (empty: the agency itself)."""

    title: str
    duty: Duty
    division: str = ""


LEADERS = {
    "G19": ("Thống đốc", "Phó Thống đốc"),
    "G20": ("Tổng Thanh tra", "Phó Tổng Thanh tra"),
    "G21": ("Bộ trưởng, Chủ nhiệm", "Thứ trưởng, Phó Chủ nhiệm"),
    "G22": ("Bộ trưởng, Chủ nhiệm", "Phó Chủ nhiệm"),
    "G24": ("Tổng Giám đốc", "Phó Tổng Giám đốc"),
    "G27": ("Tổng Giám đốc", "Phó Tổng Giám đốc"),
    "G28": ("Tổng Giám đốc", "Phó Tổng Giám đốc"),
    "G30": ("Tổng Giám đốc", "Phó Tổng Giám đốc"),
    "G34": ("Chủ tịch", "Phó Chủ tịch"),
    "G36": ("Chủ tịch", "Phó Chủ tịch"),
    "VP": ("Chánh Văn phòng", "Phó Chánh Văn phòng"),
    "TTr": ("Chánh Thanh tra", "Phó Chánh Thanh tra"),
    "BDT": ("Trưởng ban", "Phó Trưởng ban"),
    "BQLKCN": ("Trưởng ban", "Phó Trưởng ban"),
    "ministry": ("Bộ trưởng", "Thứ trưởng"),
    "province": ("Chủ tịch", "Phó Chủ tịch"),
    "district": ("Chủ tịch", "Phó Chủ tịch"),
    "commune": ("Chủ tịch", "Phó Chủ tịch"),
    "department": ("Giám đốc", "Phó Giám đốc"),
    "subdepartment": ("Chi cục trưởng", "Phó Chi cục trưởng"),
    "office": ("Trưởng phòng", "Phó Trưởng phòng"),
    "school": ("Hiệu trưởng", "Phó Hiệu trưởng"),
    "clinic": ("Trạm trưởng", "Phó Trạm trưởng"),
}
OTHER_LEADERS = ("Giám đốc", "Phó Giám đốc")

CLERKS, EXPERTS = "Văn phòng", "Phòng Tổng hợp"
DIVISIONS = {
    "ministry": ((CLERKS, "VP"), (EXPERTS, "TH"), ("Vụ Pháp chế", "PC")),
    "province": (
        (CLERKS, "VP"),
        (EXPERTS, "TH"),
        ("Phòng Kinh tế", "KT"),
        ("Phòng Khoa giáo - Văn xã", "KGVX"),
    ),
    "department": ((CLERKS, "VP"), (EXPERTS, "TH")),
    "district": ((CLERKS, "VP"), (EXPERTS, "TH")),
    "commune": ((CLERKS, "VP"), (EXPERTS, "TH")),
}
HEADED = ("Phòng Kinh tế",)  # with a head: drafts of other divisions go to the leader at once
SMALL: tuple[tuple[str, str], ...] = ((EXPERTS, "TH"),)


def divisions_of(kind: str) -> tuple[tuple[str, str], ...]:
    """Names and notations of the divisions in an agency of the kind."""
    return DIVISIONS.get(kind, SMALL)


def seats_of(code: str, short_name: str, kind: str) -> tuple[Seat, ...]:
    """The posts of an agency: head, deputy, clerk, a specialist per division, administrator."""
    head, deputy = LEADERS.get(code) or LEADERS.get(short_name) or LEADERS.get(kind) or OTHER_LEADERS
    names = [name for name, _short in divisions_of(kind)]
    clerks = CLERKS if CLERKS in names else EXPERTS
    experts = [Seat("Chuyên viên", Duty.SPECIALIST, name) for name in names if name != CLERKS]
    return (
        Seat(head, Duty.LEADER),
        Seat(deputy, Duty.DEPUTY),
        Seat("Văn thư", Duty.CLERK, clerks),
        *experts,
        Seat("Quản trị hệ thống", Duty.ADMINISTRATOR, clerks),
        *(Seat("Trưởng phòng", Duty.HEAD, name) for name in names if name in HEADED),
    )


def duty_of(title: str, seats: tuple[Seat, ...]) -> Duty | None:
    """What the post of that title is for, if it is one of the seats."""
    return next((seat.duty for seat in seats if seat.title == title), None)


def invented_name(chance: random.Random) -> str:
    """A person's full name that nobody was asked for."""
    woman = chance.random() < 0.5
    middle, given = (WOMEN_MIDDLE, WOMEN) if woman else (MEN_MIDDLE, MEN)
    return f"{chance.choice(FAMILY)} {chance.choice(middle)} {chance.choice(given)}"
