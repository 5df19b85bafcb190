"""Registers the app with Django."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "lienthong.ui"
    label = "ui"
