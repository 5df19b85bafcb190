"""Registers the app with Django."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "lienthong.directory"
    label = "directory"
