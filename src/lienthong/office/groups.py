"""Whole groups of recipients, named at once: all provinces, all ministries, an agency's own subordinates."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency


class Group(StrEnum):
    """A group that a document can go to."""

    PROVINCES = "provinces"
    MINISTRIES = "ministries"
    SUBORDINATES = "subordinates"


GROUP_LABELS: dict[str, Promise] = {
    Group.PROVINCES: _("All provincial people's committees"),
    Group.MINISTRIES: _("All ministries and central bodies"),
    Group.SUBORDINATES: _("All agencies directly under mine"),
}

# As a document printed in Vietnamese addresses them.
ADDRESSES: dict[str, str] = {
    Group.PROVINCES: "Ủy ban nhân dân các tỉnh, thành phố trực thuộc Trung ương",
    Group.MINISTRIES: "Các bộ, cơ quan ngang bộ, cơ quan thuộc Chính phủ",
    Group.SUBORDINATES: "Các cơ quan, đơn vị trực thuộc",
}


def members_of(group: str, *, agency_id: int, on: date) -> set[int]:
    """The ids of a group's agencies that exist on the day, without the asker's own: one query."""
    agencies = Agency.objects.valid(on).exclude(id=agency_id)
    if group == Group.SUBORDINATES:
        agencies = agencies.filter(parent_id=agency_id)
    elif group == Group.PROVINCES:
        agencies = agencies.filter(parent=None, kind="province")
    else:
        agencies = agencies.filter(parent=None, kind="ministry")
    return set(agencies.values_list("id", flat=True))
