"""Registers the app with Django and its pages with the navigation."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lienthong.ui.public import NavItem, register

READERS = frozenset({"receptionist", "clerk", "leader", "auditor"})


class PaymentsConfig(AppConfig):
    name = "lienthong.payments"
    label = "payments"

    def ready(self) -> None:
        """Put the fees into the navigation; what `lienthong doctor` asks is there only by now."""
        import_module("lienthong.payments.health")
        register(NavItem("payments:charges", _("Fees"), READERS, order=27, icon="stamp"))
        register(
            NavItem(
                "payments:accounts", _("Ways to pay"), frozenset({"administrator"}), order=60, place="account"
            )
        )
