"""Addresses of notifications."""

from __future__ import annotations

from django.urls import path

from lienthong.notifications import web, web_citizen, web_mail, web_templates

app_name = "notifications"
urlpatterns = [
    path("notifications/", web.list_page, name="list"),
    path("notifications/count/", web.count, name="count"),
    path("notifications/read/", web.mark, name="mark"),
    path("notifications/unread/", web.undo, name="undo"),
    path("notifications/<int:notification_id>/open/", web.open_one, name="open"),
    path("notifications/choices/", web.choices, name="choices"),
    path("notifications/calendar/", web.new_feed, name="new_feed"),
    path("notifications/calendar/revoke/", web.revoke_feed, name="revoke_feed"),
    path("notifications/dead-mails/", web_mail.dead_mails, name="dead_mails"),
    path("notifications/dead-mails/<int:mail_id>/again/", web_mail.send_again, name="send_again"),
    path("notifications/dead-mails/<int:mail_id>/give-up/", web_mail.give_up, name="give_up"),
    path("notifications/dead-messages/", web_mail.dead_messages, name="dead_messages"),
    path(
        "notifications/dead-messages/<int:message_id>/again/",
        web_mail.send_message_again,
        name="send_message_again",
    ),
    path(
        "notifications/dead-messages/<int:message_id>/give-up/",
        web_mail.give_message_up,
        name="give_message_up",
    ),
    path("notifications/demo-texts/", web_mail.demo_texts, name="demo_texts"),
    path("notifications/words/", web_templates.templates, name="templates"),
    path(
        "notifications/words/<str:kind>/<str:language>/<str:wording>/",
        web_templates.template,
        name="template",
    ),
    path(
        "notifications/words/<str:kind>/<str:language>/<str:wording>/save/",
        web_templates.save,
        name="template_save",
    ),
    path(
        "notifications/words/<str:kind>/<str:language>/<str:wording>/decide/",
        web_templates.decide,
        name="template_decide",
    ),
    path(
        "notifications/words/<str:kind>/<str:language>/<str:wording>/restore/",
        web_templates.restore,
        name="template_restore",
    ),
    path("notices/", web_citizen.list_page, name="citizen"),
    path("notices/read/", web_citizen.mark, name="citizen_mark"),
    path("notices/contact/", web_citizen.contact_page, name="contact"),
    path("notices/<int:notice_id>/", web_citizen.notice, name="notice"),
    path("calendar/<str:token>.ics", web.feed, name="feed"),
]
