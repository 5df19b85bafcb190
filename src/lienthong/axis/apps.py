"""Registers the app with Django."""

from django.apps import AppConfig


class AxisConfig(AppConfig):
    name = "lienthong.axis"
    label = "axis"
