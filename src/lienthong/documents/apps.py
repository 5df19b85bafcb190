"""Registers the app with Django."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "lienthong.documents"
    label = "documents"
