"""Registers the app with Django and its pages with the navigation."""

from importlib import import_module

from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "lienthong.dossiers"
    label = "dossiers"

    def ready(self) -> None:
        """Listen to what happens below; models are there only by now."""
        import_module("lienthong.dossiers.handlers")
