"""Addresses of the pages for citizens and businesses."""

from django.urls import path

from lienthong.portal.web import arms, bodies, finding, home, places, services, sites

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("services/", finding.services, name="services"),
    path("services/suggest/", finding.suggest, name="suggest"),
    path("services/at/<int:offer_id>/", services.offer, name="offer"),
    path("services/samples/<int:sample_id>/", services.sample, name="sample"),
    path("services/<str:code>/", services.service, name="service"),
    path("events/<slug:key>/", finding.event, name="event"),
    path("bodies/", bodies.bodies, name="bodies"),
    path("bodies/<str:code>/", bodies.body, name="body"),
    path("place/", places.place, name="place"),
    path("arms/<str:sha256>.png", arms.arms, name="arms"),
    path("portal/settings/", sites.settings, name="site"),
]
