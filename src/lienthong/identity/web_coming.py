"""Pages on which citizens come in: by a code, a passkey or the national sign-on; and open an account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.identity.access import address_of
from lienthong.identity.actions.citizens import enter_code, note_sign_in
from lienthong.identity.actions.codes import ask_to_open, ask_to_sign_in, code_to_send
from lienthong.identity.actions.national import sign_on
from lienthong.identity.adapters.allauth import begin_key_sign_in
from lienthong.identity.adapters.national import begin, finish, is_offered
from lienthong.identity.citizen_forms import CodeForm, OpeningForm, SignInForm
from lienthong.identity.contact import masked
from lienthong.identity.contracts import Purpose
from lienthong.identity.models import Account
from lienthong.identity.policies import codes_are_shown
from lienthong.identity.sign_in_forms import PasskeyForm
from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal

COMING, FRESH_AT = "coming", "signed_in_at"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PAGE = require_http_methods(["GET", "HEAD", "POST"])


@public_page("where citizens come in")
@PAGE
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for number and mail address or telephone, and send a code there if there is such an account."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            code_id = ask_to_sign_in(
                number=said["number"], contact=said["contact"], at=now(), **asker_of(request)
            )
        except Refusal as refusal:
            return _page(request, "sign_in", refused(form, refusal), status=refusal.status)
        return code_asked(request, code_id, said["contact"], Purpose.SIGN_IN, way_on(request))
    return _page(request, "sign_in", form, status=422 if form.is_bound else 200)


@public_page("where citizens open an account")
@PAGE
def open_account(request: HttpRequest) -> HttpResponse:
    """Ask who the person is, and have a code sent; the account is made once it comes back."""
    form = OpeningForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        opening = form.opening()
        try:
            code_id = ask_to_open(opening=opening, at=now(), **asker_of(request))
        except Refusal as refusal:
            return _page(request, "open", refused(form, refusal), status=refusal.status)
        return code_asked(request, code_id, opening.contact, Purpose.OPEN, way_on(request))
    return _page(request, "open", form, status=422 if form.is_bound else 200)


@public_page("where the code that was sent is typed")
@PAGE
def enter(request: HttpRequest) -> HttpResponse:
    """Take the code; the session knows which one was asked for, so that no address names it."""
    coming = request.session.get(COMING)
    if not isinstance(coming, dict):
        return redirect("citizen_sign_in")
    form, at, status = CodeForm(request.POST or None), now(), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                account = enter_code(
                    code_id=UUID(coming["code"]),
                    typed=form.cleaned_data["code"],
                    source=asker_of(request)["source"],
                    at=at,
                )
            except Refusal as refusal:
                refused(form, refusal)
                status = refusal.status
            else:
                return _entered(request, account, coming, at=at)
    facts = {
        "form": form,
        "to": coming["to"],
        "opening": coming["for"] != Purpose.SIGN_IN,
        "shown": _shown(coming),
    }
    return render(request, "identity/citizen/code.html", facts, status=status)


@public_page("the way to the national sign-on")
@require_GET
def national(request: HttpRequest) -> HttpResponse:
    """Go to the national sign-on."""
    if not is_offered():
        return redirect("citizen_sign_in")
    request.session[COMING] = {"next": way_on(request)}
    back = f"{settings.BASE_URL}{reverse('citizen_national_back')}"
    return _or_back(request, lambda: begin(request, back=back))


@public_page("the way back from the national sign-on")
@require_GET
def national_back(request: HttpRequest) -> HttpResponse:
    """Take in who comes back from the national sign-on."""
    if not is_offered():
        return redirect("citizen_sign_in")

    def enter_by_claims() -> HttpResponse:
        at = now()
        account = sign_on(claims=finish(request), language=get_language() or "vi", at=at)
        target = (request.session.pop(COMING, None) or {}).get("next", "")
        let_in(request, account, "national", at=at)
        return HttpResponseRedirect(target or reverse("home"))

    return _or_back(request, enter_by_claims)


@public_page("where citizens come in by a passkey")
@PAGE
def passkey(request: HttpRequest) -> HttpResponse:
    """What the device is asked (GET), and its answer, which lets in the account of a citizen alone."""
    if request.method != "POST":
        return JsonResponse({"request_options": begin_key_sign_in()})
    form = PasskeyForm(request.POST)
    key = form.cleaned_data["credential"] if form.is_valid() else None
    account = (
        Account.objects.filter(pk=key.user_id, is_active=True).exclude(number="").first() if key else None
    )
    if key is None or account is None:
        messages.error(request, _("This passkey did not open an account of a citizen. Sign in with a code."))
        return redirect("citizen_sign_in")
    key.record_usage()
    let_in(request, account, "passkey", at=now())
    return HttpResponseRedirect(way_on(request) or reverse("home"))


def let_in(request: HttpRequest, account: Account, way: str, *, at: datetime) -> None:
    """Open the session, and record it; a session of another account ends."""
    login(request, account, backend=BACKEND)
    request.session[FRESH_AT] = at.timestamp()
    note_sign_in(account=account, way=way, source=asker_of(request)["source"], at=at)


def code_asked(
    request: HttpRequest, code_id: UUID, contact: str, purpose: Purpose, target: str
) -> HttpResponse:
    """Remember which code this browser asked for, and go to where it is typed."""
    request.session[COMING] = {
        "code": str(code_id),
        "to": masked(contact),
        "for": purpose.value,
        "next": target,
    }
    return redirect("citizen_code")


def asker_of(request: HttpRequest) -> dict[str, str]:
    """Where the asker comes from and the language they read."""
    source = address_of(request, trusted=settings.TRUSTED_PROXIES) or "local"
    return {"source": source, "language": (get_language() or "vi")[:2]}


def way_on(request: HttpRequest) -> str:
    """Where to go afterwards, if it is a page of this installation."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) else ""


def refused(form: forms.Form, refusal: Refusal) -> forms.Form:
    """The form with the refusal beside the field at fault."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.say())
    return form


def _entered(request: HttpRequest, account: Account, coming: dict[str, str], *, at: datetime) -> HttpResponse:
    request.session.pop(COMING, None)
    if coming["for"] == Purpose.CONTACT:
        messages.success(
            request, _("Changed. From now on codes are sent to %(contact)s.") % {"contact": coming["to"]}
        )
        return redirect("citizen_me")
    let_in(request, account, "code", at=at)
    if coming["for"] == Purpose.OPEN:
        messages.success(request, _("Your account is open."))
    home = reverse("citizen_me" if coming["for"] == Purpose.OPEN else "home")
    return HttpResponseRedirect(coming["next"] or home)


def _shown(coming: dict[str, str]) -> str:
    """In the demonstration, whose mails nobody gets, the code itself."""
    if not codes_are_shown():
        return ""
    waiting = code_to_send(UUID(coming["code"]), at=now())
    return waiting.code if waiting else ""


def _or_back(request: HttpRequest, go: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return go()
    except Refusal as refusal:
        messages.error(request, refusal.say())
        return redirect("citizen_sign_in")


def _page(request: HttpRequest, name: str, form: forms.Form, *, status: int) -> HttpResponse:
    target = way_on(request)
    facts = {"form": form, "next": target, "query": f"?{urlencode({'next': target})}" if target else ""}
    facts["national"] = is_offered()
    return render(request, f"identity/citizen/{name}.html", facts, status=status)
