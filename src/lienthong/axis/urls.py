"""The addresses of the axis: the API for connected systems, the pages for its operator."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from lienthong.axis import web, web_console
from lienthong.axis.rest.api import api_urls

app_name = "axis"
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", api_urls()),
    path("", web_console.console, name="console"),
    path("figures/", web_console.console_figures, name="console_figures"),
    path("health/", web_console.health, name="health"),
    path("packets/", web.packets, name="packets"),
    path("packets/export.csv", web_console.packets_csv, name="packets_csv"),
    path("packets/<uuid:packet_id>/recipients.csv", web_console.recipients_csv, name="recipients_csv"),
    path("deliveries/<uuid:delivery_id>/replay/", web_console.replay, name="replay"),
    path("packets/<uuid:packet_id>/", web.packet, name="packet"),
    path("packets/<uuid:packet_id>/progress/", web.packet_progress, name="packet_progress"),
    path("stuck/", web.stuck, name="stuck"),
    path("systems/", web.systems, name="systems"),
    path("systems/connect/", web.connect, name="connect"),
    path("systems/<int:system_id>/disable/", web.disable, name="disable"),
]
