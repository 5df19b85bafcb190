"""Registers the app with Django, its pages with the navigation, and its handlers with the axis' events."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lienthong.ui.public import NavItem, register

BOOK_SEERS = frozenset({"clerk", "administrator", "leader", "auditor"})
READERS = frozenset({"clerk", "specialist", "leader", "auditor"})
DRAFTERS = frozenset({"clerk", "specialist", "leader"})


class OfficeConfig(AppConfig):
    name = "lienthong.office"
    label = "office"

    def ready(self) -> None:
        """Put the pages into the navigation and listen to the axis; models are there only by now."""
        import_module("lienthong.office.archive.models")
        import_module("lienthong.office.archive.retention_models")
        import_module("lienthong.office.handlers")
        import_module("lienthong.office.health")
        register(NavItem("office:desk", _("My desk"), DRAFTERS, order=5, icon="paper", exact=True))
        register(NavItem("office:incoming", _("Incoming"), READERS, order=10, icon="inbox"))
        register(NavItem("office:registers", _("Registers"), BOOK_SEERS, order=15, icon="stamp"))
        register(NavItem("office:outgoing", _("Outgoing"), READERS, order=20, icon="send"))
        register(NavItem("office:to_sign", _("To sign"), frozenset({"leader"}), order=24, icon="pen"))
        register(NavItem("office:reviews", _("Review"), DRAFTERS, order=25, icon="check"))
        register(
            NavItem(
                "office:review_chains",
                _("Order of review"),
                frozenset({"administrator", "clerk"}),
                order=60,
                icon="check",
                place="account",
            )
        )
        seers = frozenset({"clerk", "leader", "auditor"})
        register(
            NavItem("office:statistics", _("Statistics"), seers, order=55, icon="filter", place="account")
        )
        register(NavItem("office:compose", _("Compose"), DRAFTERS, order=30, icon="pen"))
        register(NavItem("office:work_files", _("Work files"), READERS, order=25, icon="file"))
