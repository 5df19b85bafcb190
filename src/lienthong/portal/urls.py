"""Addresses of the pages for citizens and businesses."""

from django.urls import path

from lienthong.portal.web import home

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
]
