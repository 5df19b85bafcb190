"""Registers the app with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lienthong.ui.public import NavItem, register


class IdentityConfig(AppConfig):
    name = "lienthong.identity"
    label = "identity"

    def ready(self) -> None:
        """Put the pages into the navigation."""
        roles = frozenset({"administrator"})
        register(NavItem("administration:officials", _("Administration"), roles=roles, order=80, icon="user"))
        auditors = frozenset({"auditor"})
        register(NavItem("audit", _("Audit"), roles=auditors, order=85, icon="history"))
        register(
            NavItem("identity:acting", _("Posts and delegation"), order=10, icon="swap", place="account")
        )
        register(NavItem("mfa_index", _("Signing in safely"), order=20, icon="key", place="account"))
        counter = frozenset({"receptionist"})
        register(NavItem("citizens:confirm", _("Citizens' accounts"), roles=counter, order=46, icon="user"))
        register(NavItem("citizen_act_for", _("Act for"), order=20, icon="swap", place="own"))
        register(NavItem("citizen_mandates", _("Mandates"), order=30, icon="link", place="own"))
        register(NavItem("citizen_me", _("My details"), order=40, icon="user", place="own", exact=True))
