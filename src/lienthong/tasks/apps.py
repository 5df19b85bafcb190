"""Registers the app with Django and its pages with the navigation."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lienthong.ui.public import NavItem, register

READERS = frozenset({"clerk", "specialist", "leader", "auditor"})


class TasksConfig(AppConfig):
    name = "lienthong.tasks"
    label = "tasks"

    def ready(self) -> None:
        """Put the list into the navigation, and tell people of what happens; models are there only by now."""
        import_module("lienthong.tasks.handlers")
        register(NavItem("tasks:tasks", _("Tasks"), READERS, order=15, icon="tree"))
