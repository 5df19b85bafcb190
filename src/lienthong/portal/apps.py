"""Registers the app with Django and its pages with the navigation."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lienthong.ui.public import NavItem, register


class PortalConfig(AppConfig):
    name = "lienthong.portal"
    label = "portal"

    def ready(self) -> None:
        """Listen, and put the pages into the navigation for citizens."""
        import_module("lienthong.portal.handlers")
        register(
            NavItem(
                "portal:home",
                _("Home page"),
                order=10,
                icon="search",
                public=True,
                place="citizen",
                exact=True,
            )
        )
        register(
            NavItem("portal:drafts", _("Applications you have begun"), order=20, icon="paper", place="own")
        )
