"""Addresses of the pages for citizens and businesses."""

from django.urls import path

from lienthong.portal.web import figures, home

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("figures/", figures.figures, name="figures"),
    path("figures/late/", figures.late, name="late"),
    path("open-data/", figures.open_data, name="open_data"),
    path("open-data/catalogue.jsonld", figures.open_catalogue, name="open_catalogue"),
    path("open-data/<slug:key>.<slug:kind>", figures.dataset, name="dataset"),
]
