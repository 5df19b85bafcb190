"""Addresses of the catalogue."""

app_name = "procedures"
urlpatterns: list[object] = []
