"""Registers the app with Django and its pages with the navigation."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lienthong.ui.public import NavItem, register

READERS = frozenset({"clerk", "specialist", "leader", "administrator", "auditor", "cataloguer"})


class ProceduresConfig(AppConfig):
    name = "lienthong.procedures"
    label = "procedures"

    def ready(self) -> None:
        """Put the catalogue into the navigation."""
        register(NavItem("procedures:procedures", _("Procedures"), READERS, order=25, icon="paper"))
        register(
            NavItem(
                "procedures:offer_fees",
                _("Own fees"),
                frozenset({"administrator"}),
                order=61,
                place="account",
            )
        )
