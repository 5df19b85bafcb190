"""The operator's pages of webhooks: one system with its own, and the dead letters of all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lienthong.axis.actions import dead_letters as letters
from lienthong.axis.actions.webhooks import remove_webhook, rotate_secret, send_test, set_webhook
from lienthong.axis.contracts import WebhookSecret
from lienthong.axis.forms import SERVES_LABELS, ReasonForm, WebhookForm
from lienthong.axis.models import ConnectedSystem, Serves, WebhookMessage
from lienthong.axis.policies import can_operate, require_can_operate
from lienthong.axis.ports import Taken
from lienthong.axis.queries import webhooks as queries
from lienthong.axis.queries.fetching import failed_fetches
from lienthong.axis.queries.systems import find_system
from lienthong.axis.webhook_problems import PROBLEMS
from lienthong.identity.public import Role, Viewer, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal


@needs(Role.OPERATOR, Role.AUDITOR)
@require_safe
def system(request: HttpRequest, system_id: int) -> HttpResponse:
    """One connected system: its facts and its webhook."""
    found = find_system(viewer_of(request), system_id)
    return render(request, "axis/system.html", _system_facts(request, found))


@needs(Role.OPERATOR)
@require_POST
@never_cache
def set_address(request: HttpRequest, system_id: int) -> HttpResponse:
    """Set or change the address; the first time its secret is shown, this once."""
    viewer, found = _operated(request, system_id)
    form = WebhookForm(request.POST)
    if form.is_valid():
        try:
            made = set_webhook(found, address=form.cleaned_data["address"], actor=viewer.actor(), at=now())
        except Refusal as refusal:
            form.add_error("address", refusal.say())
        else:
            if made:
                return _secret_page(request, found, made)
            messages.success(request, _("The address was changed; the secret stays the same."))
            return redirect("axis:system", system_id)
    return render(request, "axis/system.html", _system_facts(request, found, form), status=422)


@needs(Role.OPERATOR)
@require_POST
@never_cache
def rotate(request: HttpRequest, system_id: int) -> HttpResponse:
    """Give the webhook a new secret and show it, this once."""
    viewer, found = _operated(request, system_id)
    return _secret_page(request, found, rotate_secret(found, actor=viewer.actor(), at=now()))


@needs(Role.OPERATOR)
@require_POST
def test(request: HttpRequest, system_id: int) -> HttpResponse:
    """Send a test message at once and say what the receiver answered."""
    viewer, found = _operated(request, system_id)
    answer = send_test(found, actor=viewer.actor(), at=now())
    if isinstance(answer, Taken):
        messages.success(
            request, _("The receiver took the test message (HTTP %(status)s).") % {"status": answer.status}
        )
    else:
        sentence = _("The receiver did not take the test message. %(problem)s (%(detail)s)")
        facts = {"problem": PROBLEMS[answer.problem], "detail": answer.detail or answer.problem}
        messages.error(request, sentence % facts)
    return redirect("axis:system", system_id)


@needs(Role.OPERATOR)
@require_POST
def remove(request: HttpRequest, system_id: int) -> HttpResponse:
    """Tell the system of deliveries no more."""
    viewer, found = _operated(request, system_id)
    remove_webhook(found, actor=viewer.actor(), at=now())
    messages.success(
        request, _("The webhook was removed. The system collects its deliveries from the inbox.")
    )
    return redirect("axis:system", system_id)


@needs(Role.OPERATOR, Role.AUDITOR)
@require_safe
def dead_letters(request: HttpRequest) -> HttpResponse:
    """Messages no attempt is made for any more, newest first, and what the operator may do with each."""
    return render(request, "axis/dead_letters.html", _letters_facts(request))


@needs(Role.OPERATOR)
@require_POST
def send_again(request: HttpRequest, message_id: int) -> HttpResponse:
    """Begin the attempts anew, with a reason."""
    return _decide(request, message_id, letters.send_again, _("The message is sent again."))


@needs(Role.OPERATOR)
@require_POST
def give_up(request: HttpRequest, message_id: int) -> HttpResponse:
    """Make no attempt any more, with a reason."""
    sentence = _("The message was given up. The delivery still waits in the inbox.")
    return _decide(request, message_id, letters.give_up, sentence)


Act = Callable[..., WebhookMessage]


def _decide(request: HttpRequest, message_id: int, act: Act, sentence: str) -> HttpResponse:
    viewer, at = viewer_of(request), now()
    require_can_operate(viewer)
    form = _reason_form(message_id, request.POST)
    if not form.is_valid():
        return render(
            request, "axis/dead_letters.html", _letters_facts(request, form, message_id), status=422
        )
    act(message_id, viewer=viewer, reason=form.cleaned_data["reason"], at=at)
    messages.success(request, sentence)
    return redirect("axis:dead_letters")


def _operated(request: HttpRequest, system_id: int) -> tuple[Viewer, ConnectedSystem]:
    """The operator who asks, and the system."""
    viewer = viewer_of(request)
    require_can_operate(viewer)
    return viewer, find_system(viewer, system_id)


def _secret_page(request: HttpRequest, found: ConnectedSystem, made: WebhookSecret) -> HttpResponse:
    return render(request, "axis/webhook_secret.html", {"system": found, "webhook": made})


def _system_facts(
    request: HttpRequest, found: ConnectedSystem, form: WebhookForm | None = None
) -> dict[str, Any]:
    at = now()
    try:
        webhook = queries.webhook_facts(found)
    except queries.NoWebhook:
        webhook = None
    return {
        "system": found,
        "serves": SERVES_LABELS[Serves(found.serves)],
        "webhook": webhook,
        "overlap": _overlap(webhook.previous_until if webhook else None, at),
        "form": form or WebhookForm(initial={"address": webhook.address if webhook else ""}),
        "may_operate": can_operate(viewer_of(request)) and found.disabled_at is None,
    }


def _overlap(until: datetime | None, at: datetime) -> datetime | None:
    """Until when the secret before still signs; None if it does not."""
    return until if until and until > at else None


def _letters_facts(
    request: HttpRequest, faulty: ReasonForm | None = None, message_id: int | None = None
) -> dict[str, Any]:
    viewer = viewer_of(request)
    page = queries.dead_letters(viewer, cursor=request.GET.get("cursor", ""))
    return {
        "page": page,
        "unfetched": failed_fetches(viewer),
        "rows": [
            (row, PROBLEMS[row.problem], faulty if row.pk == message_id else _reason_form(row.pk))
            for row in page.rows
        ],
        "may_operate": can_operate(viewer),
        "faulty": message_id,
    }


def _reason_form(message_id: int, data: Any = None) -> ReasonForm:
    """A form whose ids differ from those of the other rows."""
    return ReasonForm(data, auto_id=f"letter_{message_id}_%s")
