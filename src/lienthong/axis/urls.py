"""The addresses of the axis: the API for connected systems, the pages for its operator."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from lienthong.axis import web, web_console, web_joining, web_receiving
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
    path("packets/<uuid:packet_id>/evidence/", web.packet_evidence, name="packet_evidence"),
    path("stuck/", web.stuck, name="stuck"),
    path("systems/", web.systems, name="systems"),
    path("systems/connect/", web.connect, name="connect"),
    path("systems/<int:system_id>/", web_receiving.system, name="system"),
    path("systems/<int:system_id>/webhook/", web_receiving.set_address, name="webhook_set"),
    path("systems/<int:system_id>/webhook/secret/", web_receiving.rotate, name="webhook_rotate"),
    path("systems/<int:system_id>/webhook/test/", web_receiving.test, name="webhook_test"),
    path("systems/<int:system_id>/webhook/remove/", web_receiving.remove, name="webhook_remove"),
    path("dead-letters/", web_receiving.dead_letters, name="dead_letters"),
    path("dead-letters/<int:message_id>/send/", web_receiving.send_again, name="dead_letter_send"),
    path("dead-letters/<int:message_id>/give-up/", web_receiving.give_up, name="dead_letter_give_up"),
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
