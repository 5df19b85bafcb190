"""What kinds of agencies there are, in words. An unknown kind is shown as it is written."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KINDS: dict[str, Promise | str] = {
    "ministry": _("Central body"),
    "province": _("Provincial People's Committee"),
    "department": _("Provincial department"),
    "subdepartment": _("Sub-department"),
    "center": _("Public service unit"),
    "health_center": _("Health centre"),
    "hospital": _("Hospital"),
    "district": _("District People's Committee"),
    "office": _("District office"),
    "commune": _("Commune People's Committee"),
    "school": _("School"),
    "clinic": _("Clinic"),
    "sandbox": _("Sandbox"),
}


def kind_in_words(kind: str) -> Promise | str:
    """The label of a kind."""
    return KINDS.get(kind, kind)
