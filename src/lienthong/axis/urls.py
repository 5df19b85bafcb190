"""The addresses of the axis: the API for connected systems, the pages for its operator."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from lienthong.axis import web
from lienthong.axis.rest.api import api_urls

app_name = "axis"
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", api_urls()),
    path("packets/", web.packets, name="packets"),
    path("packets/<uuid:packet_id>/", web.packet, name="packet"),
    path("packets/<uuid:packet_id>/progress/", web.packet_progress, name="packet_progress"),
    path("packets/<uuid:packet_id>/evidence/", web.packet_evidence, name="packet_evidence"),
    path("stuck/", web.stuck, name="stuck"),
    path("systems/", web.systems, name="systems"),
    path("systems/connect/", web.connect, name="connect"),
    path("systems/<int:system_id>/disable/", web.disable, name="disable"),
]
