"""Registers the app with Django and its pages with the navigation."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lienthong.ui.public import NavItem, register


class PortalConfig(AppConfig):
    name = "lienthong.portal"
    label = "portal"

    def ready(self) -> None:
        """Put the pages into the navigation for citizens."""
        register(
            NavItem(
                "portal:home",
                _("Home page"),
                order=10,
                icon="home",
                public=True,
                place="citizen",
                exact=True,
            )
        )
        register(
            NavItem(
                "portal:figures", _("Public figures"), order=80, icon="filter", public=True, place="citizen"
            )
        )
        register(
            NavItem(
                "portal:follow", _("Follow a dossier"), order=30, icon="clock", public=True, place="citizen"
            )
        )
        register(NavItem("portal:mine", _("My dossiers"), order=10, icon="inbox", place="own"))
        register(NavItem("portal:documents", _("My documents"), order=20, icon="paper", place="own"))
        register(
            NavItem(
                "portal:services", _("All services"), order=20, icon="paper", public=True, place="citizen"
            )
        )
        register(
            NavItem(
                "portal:bodies", _("By body"), order=30, icon="building", public=True, place="citizen"
            )
        )
        register(
            NavItem(
                "portal:site",
                _("Portal of the agency"),
                frozenset({"administrator"}),
                order=64,
                icon="globe",
                place="account",
            )
        )
