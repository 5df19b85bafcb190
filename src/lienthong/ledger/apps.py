"""Registers the app with Django."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "lienthong.ledger"
    label = "ledger"
