"""Registers the app with Django and its pages with the navigation."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lienthong.ui.public import NavItem, register

READERS = frozenset({"receptionist", "specialist", "head", "leader", "clerk", "auditor"})
FIGURE_READERS = frozenset({"receptionist", "leader", "clerk", "auditor"})
HALL = frozenset({"caller", "hall_keeper"})
NAMERS = frozenset({"administrator"})
WATCHERS = frozenset({"administrator", "operator"})


class DossiersConfig(AppConfig):
    name = "lienthong.dossiers"
    label = "dossiers"

    def ready(self) -> None:
        """Listen, and put the one-stop into the navigation; models are there only by now."""
        import_module("lienthong.dossiers.handlers")
        import_module("lienthong.dossiers.health")
        register(NavItem("dossiers:inbox", _("Dossiers"), READERS, order=20, icon="paper"))
        register(NavItem("dossiers:queue", _("Queue tickets"), HALL, order=21, icon="user"))
        register(
            NavItem(
                "dossiers:statistics",
                _("Statistics of dossiers"),
                FIGURE_READERS,
                order=56,
                icon="filter",
                place="account",
            )
        )
        register(NavItem("dossiers:competence", _("Competent bodies"), NAMERS, order=61, place="account"))
        register(NavItem("dossiers:across", _("Between installations"), WATCHERS, order=63, place="account"))
        register(NavItem("dossiers:national", _("National portal"), WATCHERS, order=62, place="account"))
