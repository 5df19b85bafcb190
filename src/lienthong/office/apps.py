"""Registers the app with Django."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "lienthong.office"
    label = "office"
