"""An application begins: what is needed for it, and the first page; the list of what was begun."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienthong.documents.public import qr_svg
from lienthong.identity.public import address_of
from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now
from lienthong.kernel.downloads import file_answer
from lienthong.kernel.errors import Refusal
from lienthong.portal.actions.drafting import discard_draft, start_draft
from lienthong.portal.actions.noticing import note_use
from lienthong.portal.applying import queries
from lienthong.portal.applying.keys import hash_of, new_secret, plain, spelled
from lienthong.portal.applying.throttling import count_try
from lienthong.portal.models import UseEvent
from lienthong.portal.web.holding import holder_of, keep_secret
from lienthong.procedures.public import WORKING_DAY, definition_of, samples_of

WHY = "one may begin without an account; a draft opens only to its owner or the holder of its secret"
MOST_BEGUN, MOST_CODES, MINUTES = 600, 10, 10  # many people share the address of a mobile network


@public_page(WHY)
@never_cache
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest, offer_id: int) -> HttpResponse:
    """What is needed, how long it takes and what it costs; sent, the application begins."""
    offer, holder, at = queries.find_online_offer(offer_id), holder_of(request), now()
    definition = definition_of(offer.version)
    if definition.process.waits_for_parts:
        return render(request, "portal/apply/group.html", {"offer": offer}, status=409)
    if request.method == "POST":
        count_try("begin", _source(request), most=MOST_BEGUN, minutes=MINUTES, at=at)
        secret = "" if holder.visitor.signed_in else new_secret()
        draft = start_draft(offer=offer, visitor=holder.visitor, secret=secret, at=at)
        note_use(offer.version.procedure_id, UseEvent.STARTED, at=at)
        answer = redirect("portal:draft", draft.pk)
        if secret:
            keep_secret(request, answer, secret)
        return answer
    samples = samples_of(offer.version)
    context = {
        "offer": offer,
        "procedure": offer.version.procedure,
        "definition": definition,
        "papers": [(one, samples.get(one.key, ())) for one in definition.papers if not one.held_by_state],
        "held_by_state": [one for one in definition.papers if one.held_by_state],
        "days": (definition.limit_minutes or 0) / WORKING_DAY,
        "begun": [one for one in queries.my_drafts(holder, at=at) if one.offer_id == offer.pk][:3],
    }
    return render(request, "portal/apply/start.html", context)


@public_page(WHY)
@never_cache
@require_GET
def drafts(request: HttpRequest) -> HttpResponse:
    """What was begun and not sent, by this person or in this browser."""
    at, holder = now(), holder_of(request)
    soon, kept = (
        at + timedelta(days=settings.ENV.draft_warning_days),
        {hash_of(one): one for one in holder.secrets},
    )
    context = {
        "rows": [
            {"draft": one, "soon": one.expires_at < soon, **_handover(kept.get(one.secret_hash, ""))}
            for one in queries.my_drafts(holder, at=at)
        ],
        "resume_url": settings.BASE_URL + reverse("portal:resume"),
    }
    return render(request, "portal/apply/drafts.html", context)


@public_page(WHY)
@never_cache
@require_http_methods(["GET", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """Go on with an application that was begun without an account, by its code, on any device."""
    refused, code = "", plain(request.POST.get("code", "")[:100])
    if request.method == "POST":
        at = now()
        try:
            count_try("resume", _source(request), most=MOST_CODES, minutes=MINUTES, at=at)
            draft = queries.find_by_secret(code, at=at)
        except Refusal as refusal:
            refused = refusal.say()
        else:
            answer = redirect("portal:draft", draft.pk)
            keep_secret(request, answer, code)
            return answer
    return render(request, "portal/apply/resume.html", {"refused": refused}, status=422 if refused else 200)


@public_page(WHY)
@require_POST
def discard(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Throw an application away."""
    at = now()
    discard_draft(draft=queries.find_draft(holder_of(request), draft_id, at=at), at=at)
    messages.success(request, _("Your application and its files were deleted."))
    return redirect("portal:drafts")


@public_page(WHY)
@never_cache
@require_GET
def draft_file(request: HttpRequest, draft_id: UUID, file_id: int) -> HttpResponseBase:
    """A file that was sent for the draft."""
    found = queries.find_file(queries.find_draft(holder_of(request), draft_id, at=now()), file_id)
    return file_answer(found.blob, found.name, inline=True)


def _handover(secret: str) -> dict[str, str]:
    """The code of a draft to write down, and as a picture: behind "#", so that no server or log sees it."""
    if not secret:
        return {"secret": "", "qr": ""}
    link = f"{settings.BASE_URL}{reverse('portal:resume')}#{secret}"
    return {"secret": spelled(secret), "qr": SafeString(qr_svg(link))}  # drawn here from our own text


def _source(request: HttpRequest) -> str:
    return address_of(request, trusted=settings.TRUSTED_PROXIES)
