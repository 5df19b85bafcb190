"""Registers the app with Django, and its pages with the navigation."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lienthong.ui.public import NavItem, register


class DirectoryConfig(AppConfig):
    name = "lienthong.directory"
    label = "directory"

    def ready(self) -> None:
        """Put the directory into the navigation."""
        register(NavItem("directory:tree", _("Directory"), order=60, icon="tree", public=True))
