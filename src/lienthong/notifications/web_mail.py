"""The operator's pages of mails and messages that could not be sent, and of the demonstration's texts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.notifications import party_queries, queries
from lienthong.notifications.actions import mailing, sending_parties
from lienthong.notifications.channels import fake_allowed


@needs(Role.OPERATOR, Role.AUDITOR)
@require_safe
def dead_mails(request: HttpRequest) -> HttpResponse:
    """Which mails are dead, and why."""
    viewer = viewer_of(request)
    page = queries.dead_mails(viewer, cursor=request.GET.get("cursor", ""))
    context = {"page": page, "may_operate": viewer.has(Role.OPERATOR), "tabs": _tabs(request)}
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


@needs(Role.OPERATOR, Role.AUDITOR)
@require_safe
def dead_messages(request: HttpRequest) -> HttpResponse:
    """Which messages to citizens and businesses are dead, and why; not who they are."""
    viewer = viewer_of(request)
    page = party_queries.dead_messages(viewer, cursor=request.GET.get("cursor", ""))
    context = {"page": page, "may_operate": viewer.has(Role.OPERATOR), "tabs": _tabs(request)}
    return render(request, "notifications/dead_messages.html", context)


@needs(Role.OPERATOR)
@require_POST
def send_message_again(request: HttpRequest, message_id: int) -> HttpResponse:
    """Try the message anew."""
    sending_parties.send_message_again(viewer_of(request), message_id, at=now())
    messages.success(request, _("The message waits to be sent again."))
    return redirect("notifications:dead_messages")


@needs(Role.OPERATOR)
@require_POST
def give_message_up(request: HttpRequest, message_id: int) -> HttpResponse:
    """Take the message from the list."""
    sending_parties.give_message_up(viewer_of(request), message_id, at=now())
    messages.success(request, _("The message was given up."))
    return redirect("notifications:dead_messages")


@needs(Role.OPERATOR)
@require_safe
def demo_texts(request: HttpRequest) -> HttpResponse:
    """What the demonstration would have sent to telephones; nothing where texts are really sent."""
    rows = party_queries.demo_texts(viewer_of(request))
    return render(request, "notifications/demo_texts.html", {"rows": rows, "fake": fake_allowed()})


def _tabs(request: HttpRequest) -> list[dict[str, object]]:
    named = (
        ("notifications:dead_mails", _("To officials")),
        ("notifications:dead_messages", _("To citizens and businesses")),
    )
    return [
        {"url": reverse(name), "label": label, "current": request.path == reverse(name)}
        for name, label in named
    ]
