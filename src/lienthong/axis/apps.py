"""Registers the app with Django, and its pages with the navigation."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lienthong.ui.public import NavItem, register

WATCHERS = frozenset({"operator", "auditor"})


class AxisConfig(AppConfig):
    name = "lienthong.axis"
    label = "axis"

    def import_models(self) -> None:
        """Also those that stand in a file of their own."""
        super().import_models()
        import_module("lienthong.axis.onboarding")

    def ready(self) -> None:
        """Put the operator's pages into the navigation and listen to events; models are there only by now."""
        import_module("lienthong.axis.handlers")
        register(NavItem("axis:console", _("Console"), roles=WATCHERS, order=38, icon="bell"))
        register(NavItem("axis:packets", _("Packets"), roles=WATCHERS, order=40, icon="swap"))
        register(NavItem("axis:stuck", _("Stuck deliveries"), roles=WATCHERS, order=42, icon="clock"))
        register(NavItem("axis:dead_letters", _("Dead letters"), roles=WATCHERS, order=43, icon="alert"))
        register(
            NavItem(
                "axis:mine",
                _("Systems and certificates"),
                roles=frozenset({"administrator"}),
                order=62,
                icon="key",
            )
        )
        register(NavItem("axis:systems", _("Connected systems"), roles=WATCHERS, order=44, icon="server"))
