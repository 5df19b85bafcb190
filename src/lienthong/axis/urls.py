"""The addresses of the axis: the API for connected systems, the pages for its operator."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from lienthong.axis import web, web_joining
from lienthong.axis.rest.api import api_urls

app_name = "axis"
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", api_urls()),
    path("packets/", web.packets, name="packets"),
    path("packets/<uuid:packet_id>/", web.packet, name="packet"),
    path("packets/<uuid:packet_id>/progress/", web.packet_progress, name="packet_progress"),
    path("stuck/", web.stuck, name="stuck"),
    path("systems/", web.systems, name="systems"),
    path("systems/connect/", web.connect, name="connect"),
    path("systems/<int:system_id>/disable/", web.disable, name="disable"),
    path("systems/<int:system_id>/live/", web_joining.live, name="live"),
    path("mine/", web_joining.mine, name="mine"),
    path("mine/register/", web_joining.register, name="register"),
    path("mine/<int:system_id>/", web_joining.system, name="my_system"),
    path("mine/<int:system_id>/rotate/", web_joining.rotate, name="rotate"),
    path("mine/<int:system_id>/kit/", web_joining.kit, name="kit"),
    path("mine/<int:system_id>/disable/", web_joining.disable, name="disable_mine"),
    path("mine/certificates/request/", web_joining.request_one, name="request_certificate"),
    path("mine/certificates/issue/", web_joining.issue_one, name="issue_certificate"),
    path("mine/certificates/<slug:sha256>/", web_joining.certificate, name="certificate"),
    path("mine/certificates/<slug:sha256>/revoke/", web_joining.revoke, name="revoke_certificate"),
]
