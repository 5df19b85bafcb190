"""The operator's page of mails that could not be sent."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.notifications import queries
from lienthong.notifications.actions import mailing


@needs(Role.OPERATOR, Role.AUDITOR)
@require_safe
def dead_mails(request: HttpRequest) -> HttpResponse:
    """Which mails are dead, and why."""
    viewer = viewer_of(request)
    page = queries.dead_mails(viewer, cursor=request.GET.get("cursor", ""))
    context = {"page": page, "may_operate": viewer.has(Role.OPERATOR)}
    return render(request, "notifications/dead_mails.html", context)


@needs(Role.OPERATOR)
@require_POST
def send_again(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Try the mail anew."""
    mailing.send_again(viewer_of(request), mail_id, at=now())
    messages.success(request, _("The mail waits to be sent again."))
    return redirect("notifications:dead_mails")


@needs(Role.OPERATOR)
@require_POST
def give_up(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Take the mail from the list."""
    mailing.give_up(viewer_of(request), mail_id, at=now())
    messages.success(request, _("The mail was given up."))
    return redirect("notifications:dead_mails")
