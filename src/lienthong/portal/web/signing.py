"""Several sign: the applicant names them and passes codes on; each reads the application and confirms."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lienthong.identity.public import address_of, visitor_of
from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.portal.actions.signing import ask_signer, confirm, drop_signer
from lienthong.portal.applying import queries
from lienthong.portal.applying.keys import plain, spelled
from lienthong.portal.applying.throttling import count_try
from lienthong.portal.models import Signer
from lienthong.portal.web.applying import WHY
from lienthong.portal.web.holding import holder_of
from lienthong.portal.web.parts import REVIEWED, reviewed
from lienthong.portal.web.sheets import Sheet

MOST_TRIES, MINUTES = 20, 10


@public_page(WHY)
@never_cache
@require_http_methods(["GET", "POST"])
def signers(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Who signs with the applicant: named, taken out; the code of a new one is shown once."""
    at = now()
    draft = queries.find_draft(holder_of(request), draft_id, at=at)
    if draft.dossier_id is not None:
        return redirect("portal:receipt", draft.pk)
    secret, added, refused = "", None, ""
    if request.method == "POST":
        taken_out = request.POST.get("drop", "")
        if taken_out.isascii() and taken_out.isdigit() and len(taken_out) < 18:
            drop_signer(draft=draft, signer_id=int(taken_out))
        else:
            try:
                added, secret = ask_signer(draft=draft, name=request.POST.get("name", "")[:300])
            except Refusal as refusal:
                refused = refusal.say()
    context = {
        "draft": draft,
        "procedure": draft.version.procedure,
        "signers": draft.signers.order_by("pk"),
        "added": added,
        "secret": spelled(secret),
        "sign_url": settings.BASE_URL + reverse("portal:co_sign"),
        "refused": refused,
    }
    return render(request, "portal/apply/signers.html", context, status=422 if refused else 200)


@public_page("whoever was given the code reads and confirms the application; codes are not guessed")
@never_cache
@require_http_methods(["GET", "POST"])
def co_sign(request: HttpRequest) -> HttpResponse:
    """Type the code, read the application, confirm it."""
    if request.method != "POST":
        return render(request, "portal/apply/co_sign.html", {})
    at, code = now(), plain(request.POST.get("code", "")[:100])
    source = address_of(request, trusted=settings.TRUSTED_PROXIES)
    signer, refused = None, ""
    try:
        count_try("sign", source, most=MOST_TRIES, minutes=MINUTES, at=at)
        signer = queries.find_signer(code, at=at)
        if request.POST.get("confirm"):
            done = _confirm(request, signer)
            return render(request, "portal/apply/co_signed.html", {"signer": done})
    except Refusal as refusal:
        refused = refusal.say()
    context: dict[str, Any] = {"refused": refused, "code": code}
    if signer is not None:
        signer.draft.refresh_from_db(fields=["lock_version"])
        sheet = Sheet(request, signer.draft, "review", at)
        context |= {"signer": signer, "draft": signer.draft, "procedure": signer.draft.version.procedure}
        context |= {name: value for name, value in reviewed(sheet).items() if name in REVIEWED}
    return render(request, "portal/apply/co_sign.html", context, status=422 if refused else 200)


def _confirm(request: HttpRequest, signer: Signer) -> Signer:
    seen = request.POST.get("seen", "")
    return confirm(
        signer=signer,
        name=request.POST.get("name", "")[:300],
        number=request.POST.get("number", "").replace(" ", "")[:20],
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else -1,
        visitor=visitor_of(request),
        at=now(),
    )
