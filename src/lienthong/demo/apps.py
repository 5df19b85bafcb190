"""Registers the app with Django."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "lienthong.demo"
    label = "demo"
