"""Addresses of notifications."""

from __future__ import annotations

from django.urls import path

from lienthong.notifications import web, web_citizen, web_mail

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
    path("notices/", web_citizen.list_page, name="citizen"),
    path("notices/read/", web_citizen.mark, name="citizen_mark"),
    path("notices/contact/", web_citizen.contact_page, name="contact"),
    path("notices/<int:notice_id>/", web_citizen.notice, name="notice"),
    path("calendar/<str:token>.ics", web.feed, name="feed"),
]
