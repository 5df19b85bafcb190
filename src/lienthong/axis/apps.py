"""Registers the app with Django, and its pages with the navigation."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lienthong.ui.public import NavItem, register

WATCHERS = frozenset({"operator", "auditor"})


class AxisConfig(AppConfig):
    name = "lienthong.axis"
    label = "axis"

    def ready(self) -> None:
        """Put the operator's pages into the navigation."""
        register(NavItem("axis:console", _("Console"), roles=WATCHERS, order=38, icon="bell"))
        register(NavItem("axis:packets", _("Packets"), roles=WATCHERS, order=40, icon="swap"))
        register(NavItem("axis:stuck", _("Stuck deliveries"), roles=WATCHERS, order=42, icon="clock"))
        register(NavItem("axis:systems", _("Connected systems"), roles=WATCHERS, order=44, icon="server"))
