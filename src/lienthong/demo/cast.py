"""Who can sign in to the demonstration: the holders of the invented posts, and a few more."""

from __future__ import annotations

from lienthong.demo.contracts import Watcher
from lienthong.directory.public import Duty
from lienthong.identity.public import Role

GOVERNMENT_OFFICE = "G22"
JUSTICE = "G15"
THAI_NGUYEN = "H55"
HANOI = "H26"
COMMUNE = "H55.21.13"

# The word for a duty in user names: h55.vanthu is the clerk of H55.
WORDS: dict[Duty, str] = {
    Duty.LEADER: "lanhdao",
    Duty.DEPUTY: "pholanhdao",
    Duty.HEAD: "truongphong",
    Duty.CLERK: "vanthu",
    Duty.SPECIALIST: "chuyenvien",
    Duty.ADMINISTRATOR: "quantri",
}

ROLES: dict[Duty, Role] = {
    Duty.LEADER: Role.LEADER,
    Duty.DEPUTY: Role.LEADER,
    Duty.HEAD: Role.HEAD,
    Duty.CLERK: Role.CLERK,
    Duty.SPECIALIST: Role.SPECIALIST,
    Duty.ADMINISTRATOR: Role.ADMINISTRATOR,
}

WATCHERS = (
    Watcher("truc.vanhanh", "Vận hành trục liên thông", "Vũ Ngọc Lâm", Role.OPERATOR),
    Watcher("g15.thutuc", "Cán bộ kiểm soát thủ tục hành chính", "Hoàng Minh Châu", Role.CATALOGUER, JUSTICE),
    Watcher("xa.motcua", "Cán bộ Bộ phận Một cửa", "Lý Thị Hồng", Role.RECEPTIONIST, COMMUNE),
    Watcher("truc.kiemtra", "Kiểm tra, giám sát", "Bùi Thanh Tùng", Role.AUDITOR),
)

# Shown after the start: the sender's side, the receiver's side, the axis.
SHOWN = (
    "g22.chuyenvien",
    "g22.lanhdao",
    "h55.vanthu",
    "h55.lanhdao",
    "h55.truongphong",
    "h55.chuyenvien",
    "h55.quantri",
    "h26.vanthu",
    "g15.lanhdao",
    *(watcher.username for watcher in WATCHERS),
)
