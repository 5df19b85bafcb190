"""Addresses of the common pages."""

from django.urls import path

from lienthong.ui import web

urlpatterns = [
    path("", web.home, name="home"),
    path("about/", web.about, name="about"),
    path("i18n/setlang/", web.set_language, name="set_language"),
    path("i18n/scheme/", web.set_scheme, name="scheme"),
]
