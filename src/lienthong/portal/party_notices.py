"""What parties are told of the applications that they began."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lienthong.notifications.public import NoticeKind, Place, register_notice

DRAFT_EXPIRING = register_notice(
    NoticeKind(
        "portal.draft-expiring",
        _("An application will be deleted"),
        (
            Place("procedure", _("Name of the procedure"), "Đăng ký khai sinh"),
            Place("due", _("When it will be deleted"), "01:17 09/03/2026", short=True),
        ),
        title=_("Your application will be deleted soon"),
        text=_(
            "You began an application for “{procedure}” and have not sent it. It will be deleted at {due}."
        ),
        todo=_("Open it and send it, or save a page of it to keep it longer."),
        sms=_("An application that you began online will be deleted at {due}. Open your page to send it."),
        urgent=True,
    )
)
