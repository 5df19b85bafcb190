"""The pages of the directory."""

from django.urls import path

from lienthong.directory import web

app_name = "directory"
urlpatterns = [
    path("", web.tree, name="tree"),
    path("agencies/<int:key>/", web.agency, name="agency"),
]
