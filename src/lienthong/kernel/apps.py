"""Registers the app with Django."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "lienthong.kernel"
    label = "kernel"
