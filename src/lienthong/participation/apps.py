"""Registers the app with Django and its pages with the navigation."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lienthong.ui.public import NavItem, register

READERS = frozenset({"specialist", "clerk", "receptionist", "leader", "auditor"})


class ParticipationConfig(AppConfig):
    name = "lienthong.participation"
    label = "participation"

    def ready(self) -> None:
        """Put the pages into the navigation of citizens and of officials; say what is due."""
        import_module("lienthong.participation.handlers")
        register(
            NavItem("participation:public", _("Feedback"), order=40, icon="pen", public=True, place="citizen")
        )
        register(NavItem("participation:mine", _("My feedback"), order=40, icon="pen", place="own"))
        register(NavItem("participation:desk", _("Citizens' feedback"), READERS, order=29, icon="user"))
        register(
            NavItem(
                "participation:competence",
                _("Who answers feedback"),
                frozenset({"administrator"}),
                order=65,
                place="account",
            )
        )
        register(
            NavItem(
                "participation:clients",
                _("Applications for feedback (Open311)"),
                frozenset({"operator"}),
                order=66,
                place="account",
            )
        )
