"""Registers the app with Django."""

from django.apps import AppConfig


class SigningConfig(AppConfig):
    name = "lienthong.signing"
    label = "signing"
