"""Registers the app with Django and its pages with the navigation."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lienthong.ui.public import NavItem, register

LEARNERS = frozenset({"cataloguer", "administrator", "leader"})
EDITORS = frozenset({"administrator"})
PAGES = (
    NavItem("portal:home", _("Home"), order=10, icon="home", public=True, place="citizen", exact=True),
    NavItem("portal:services", _("All services"), order=20, icon="paper", public=True, place="citizen"),
    NavItem("portal:follow", _("Follow a dossier"), order=30, icon="clock", public=True, place="citizen"),
    NavItem("portal:bodies", _("By body"), order=40, icon="building", public=True, place="citizen"),
    NavItem("portal:figures", _("Public figures"), order=80, icon="filter", public=True, place="citizen"),
    NavItem("portal:mine", _("My dossiers"), order=10, icon="inbox", place="own"),
    NavItem("portal:drafts", _("Applications you have begun"), order=15, icon="pen", place="own"),
    NavItem("portal:documents", _("My documents"), order=20, icon="paper", place="own"),
    NavItem("portal:site", _("Portal of the agency"), EDITORS, order=64, icon="globe", place="account"),
    NavItem("portal:uses", _("Use of online services"), LEARNERS, order=65, place="account"),
)


class PortalConfig(AppConfig):
    name = "lienthong.portal"
    label = "portal"

    def ready(self) -> None:
        """Listen, and put the pages into the navigation; models are there only by now."""
        import_module("lienthong.portal.handlers")
        import_module("lienthong.portal.party_notices")
        for page in PAGES:
            register(page)
