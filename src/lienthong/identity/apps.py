"""Registers the app with Django."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "lienthong.identity"
    label = "identity"
