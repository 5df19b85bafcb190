"""A sender's own feedback: followed by its code without an account, or as whoever is signed in."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienthong.identity.public import NotFound, citizens, visitor_of
from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.participation import policies, queries
from lienthong.participation.actions import returning
from lienthong.participation.forms import CodeForm, ReasonForm
from lienthong.participation.models import Feedback
from lienthong.participation.states import INSIDE, SAID_OUTSIDE, STATE_COLORS, STATE_LABELS, State
from lienthong.participation.web.showing import image_answer, known, remember, shown_refusal

_BY_CODE = "whoever has the secret code sent it; without it, or signed in as its sender, there is nothing"


@public_page(_BY_CODE)
@never_cache
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for the code, and go to what it opens."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            visitor, code = visitor_of(request), form.cleaned_data["code"]
            feedback = returning.open_by_code(code=code, visitor=visitor, at=now())
        except Refusal as refusal:
            shown_refusal(refusal, form, "code")
            return render(request, "participation/follow.html", {"form": form}, status=refusal.status)
        remember(request, feedback.pk)
        return redirect("participation:own", feedback.pk)
    return render(request, "participation/follow.html", {"form": form}, status=422 if form.errors else 200)


@citizens
@never_cache
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """What was sent for the party the visitor acts for."""
    page = queries.own_feedback(visitor_of(request), cursor=request.GET.get("cursor", ""))
    rows = [(feedback, *_said(feedback)) for feedback in page.rows]
    return render(request, "participation/mine.html", {"page": page, "rows": rows})


@public_page(_BY_CODE)
@never_cache
@require_GET
def own(request: HttpRequest, feedback_id: UUID) -> HttpResponse:
    """One's own feedback: where it lies, until when, what was answered."""
    return _own(request, feedback_id)


@public_page(_BY_CODE)
@never_cache
@require_GET
def own_photo(request: HttpRequest, feedback_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """A photo of one's own feedback."""
    feedback = queries.find_own(visitor_of(request), known(request), feedback_id)
    photo = feedback.photos.filter(pk=photo_id).select_related("blob").first()
    if photo is None:
        raise NotFound
    return image_answer(photo)


@public_page(_BY_CODE)
@require_POST
def reopen(request: HttpRequest, feedback_id: UUID) -> HttpResponse:
    """Say that the answer answers nothing."""
    feedback = queries.find_own(visitor_of(request), known(request), feedback_id)
    form = ReasonForm(request.POST, feedback=feedback)
    if form.is_valid():
        returning.reopen(
            feedback_id=feedback.pk,
            reason=form.cleaned_data["reason"],
            visitor=visitor_of(request),
            known=known(request),
            at=now(),
        )
        messages.success(request, _("It lies with the body again, with a new deadline."))
        return redirect("participation:own", feedback.pk)
    return _own(request, feedback_id, form)


@public_page(_BY_CODE)
@require_POST
def accept(request: HttpRequest, feedback_id: UUID) -> HttpResponse:
    """Close it, content."""
    visitor, keys = visitor_of(request), known(request)
    returning.accept(feedback_id=feedback_id, visitor=visitor, known=keys, at=now())
    messages.success(request, _("Thank you. It is closed."))
    return redirect("participation:own", feedback_id)


def _own(request: HttpRequest, feedback_id: UUID, form: ReasonForm | None = None) -> HttpResponse:
    at = now()
    feedback = queries.find_own(visitor_of(request), known(request), feedback_id)
    label, color = _said(feedback)
    answered = feedback.answered_at is not None and feedback.state != State.DRAFTED
    context = {
        "feedback": feedback,
        "label": label,
        "color": color,
        "answered": answered and bool(feedback.answer) and not feedback.is_open,
        "photos": list(feedback.photos.all()),
        "actions": {move.verb for move in policies.sender_actions(feedback, at=at)},
        "form": form or ReasonForm(feedback=feedback),
        "late": feedback.is_open and feedback.due_at is not None and feedback.due_at < at,
        "timeline": [
            {
                "title": step.verb_label,
                "at": step.at,
                "actor": step.agency.name if step.agency and step.verb not in {"send", "reopen"} else "",
                "detail": step.text,
            }
            for step in feedback.steps.select_related("agency")
            if step.verb not in INSIDE
        ],
    }
    return render(request, "participation/own.html", context, status=422 if form is not None else 200)


def _said(feedback: Feedback) -> tuple[object, str]:
    """The state as it is told outside the body, and its colour."""
    state = SAID_OUTSIDE.get(feedback.state, feedback.state)
    return STATE_LABELS[state], STATE_COLORS[state]
