"""Where the agency's money goes, for its administrator."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lienthong.identity.public import Role, needs, viewer_of
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.payments import queries
from lienthong.payments.actions.accounts import set_account
from lienthong.payments.forms import BankForm, MerchantForm
from lienthong.payments.models import CollectingAccount
from lienthong.payments.providers import page_address
from lienthong.payments.states import PROVIDER_LABELS, Provider

FORMS: dict[str, type[BankForm] | type[MerchantForm]] = {
    Provider.VIETQR: BankForm,
    Provider.PAGE: MerchantForm,
}


@needs(Role.ADMINISTRATOR)
@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """The accounts as they are."""
    return _page(request)


@needs(Role.ADMINISTRATOR)
@require_POST
def account(request: HttpRequest, provider: str) -> HttpResponse:
    """Set one of them."""
    if provider not in FORMS:
        raise Http404
    form = FORMS[provider](request.POST, auto_id=f"{provider}_%s")
    if form.is_valid():
        try:
            set_account(
                viewer=viewer_of(request),
                provider=provider,
                account=form.account(),
                active=form.cleaned_data["active"],
                at=now(),
            )
        except Refusal as refusal:
            if refusal.field not in form.fields:
                raise
            form.add_error(refusal.field, refusal.say())
        else:
            messages.success(request, _("Saved. Payments that begin from now on go there."))
            return redirect("payments:accounts")
    return _page(request, bound={provider: form}, status=422)


def _page(request: HttpRequest, *, bound: dict[str, Form] | None = None, status: int = 200) -> HttpResponse:
    found = queries.accounts_of(viewer_of(request))
    forms = [
        (
            provider,
            PROVIDER_LABELS[provider],
            (bound or {}).get(provider) or _form(provider, found.get(provider)),
        )
        for provider in FORMS
    ]
    context = {"forms": forms, "found": found, "page_is_set_up": bool(page_address())}
    return render(request, "payments/accounts.html", context, status=status)


def _form(provider: str, row: CollectingAccount | None) -> Form:
    kind = FORMS[provider]
    initial: dict[str, Any] = {name: getattr(row, name) for name in kind.base_fields} if row else {}
    return kind(initial=initial, auto_id=f"{provider}_%s")
