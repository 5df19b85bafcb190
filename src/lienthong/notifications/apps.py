"""Registers the app with Django, and its pages with the navigation."""

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from lienthong.ui.public import NavItem, register


class NotificationsConfig(AppConfig):
    name = "lienthong.notifications"
    label = "notifications"

    def ready(self) -> None:
        """Put the bell, the choices and the operator's page into the navigation; models are there by now."""
        import_module("lienthong.notifications.handlers")
        import_module("lienthong.notifications.health")
        queries = import_module("lienthong.notifications.queries")
        watchers = frozenset({"operator", "auditor"})
        register(
            NavItem(
                "notifications:list",
                _("Notifications"),
                place="tools",
                icon="bell",
                count=queries.unread_count,
                live_name="notifications:count",
            )
        )
        register(
            NavItem("notifications:choices", _("Reminders and mail"), order=15, place="account", icon="bell")
        )
        parties = import_module("lienthong.notifications.actions.telling_parties")
        register(
            NavItem(
                "notifications:citizen",
                _("My notices"),
                place="own_tools",
                icon="bell",
                count=parties.unread_of,
            )
        )
        register(NavItem("notifications:citizen", _("My notices"), place="own", order=30, icon="bell"))
        register(NavItem("notifications:contact", _("How and when I am told"), place="own", order=31))
        register(
            NavItem("notifications:templates", _("Words of notices"), watchers, order=47, place="account")
        )
        if settings.ENV.text_fake:
            shown = _("Texts of the demonstration")
            operators = frozenset({"operator"})
            register(NavItem("notifications:demo_texts", shown, operators, order=48, place="account"))
        register(NavItem("notifications:dead_mails", _("Dead mails"), watchers, order=46, icon="alert"))
