"""Registers the app with Django, and its public page with the navigation."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from lienthong.ui.public import NavItem, register


class DocumentsConfig(AppConfig):
    name = "lienthong.documents"
    label = "documents"

    def ready(self) -> None:
        """Put the page of verification into the navigation; register the checks."""
        import_module("lienthong.documents.health")
        register(NavItem("verify", _("Verify a document"), public=True, order=70, icon="shield"))
