"""How signing in behaves here: nobody signs up, every sign-in and every failure is recorded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from lienthong.identity.access import address_of
from lienthong.identity.adapters.allauth import INCORRECT_CODE
from lienthong.identity.contracts import NOBODY, Viewer
from lienthong.identity.models import Account
from lienthong.identity.queries.acting import acting_viewer
from lienthong.kernel.clock import now
from lienthong.ledger.public import Actor, Subject, record


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Officials' accounts are made by their administrator; nobody signs up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account has been disabled. Ask the administrator of your agency."),
        "incorrect_code": INCORRECT_CODE,
        "incorrect_password": _(
            "The password is wrong. Check the keyboard's language and Caps Lock, then try again."
        ),
        "enter_current_password": _("The current password is wrong. Type the password you signed in with."),
        "username_password_mismatch": _(
            "The user name or the password is wrong. Check both and try again; "
            "if you have forgotten the password, ask the administrator of your agency for a new one."
        ),
        "too_many_login_attempts": _(
            "There were too many failed sign-ins, so this account is closed to attempts for five minutes. "
            "Wait, then try again."
        ),
        "rate_limited": _("There were too many attempts in a short time. Wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address behind the trusted proxies; a Unix socket has none and counts as one address."""
        return address_of(request, trusted=settings.TRUSTED_PROXIES) or "local"

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Store the password the official chose; an initial one has now served."""
        assert isinstance(user, Account)
        user.must_change_password = False
        with transaction.atomic():
            super().set_password(user, password)
            _record(user, "account.change_password", source=self.get_client_ip(self.request))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is sent: these acts are in the ledger, and official mail is not set up here."""

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        """Record the sign-in."""
        assert isinstance(user, Account)
        with transaction.atomic():
            _record(user, "account.sign_in", source=self.get_client_ip(request))
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record the failure with the user name that was tried, for the agency whose account it is."""
        username = str(credentials.get("username", ""))[:150]
        account = Account.objects.filter(username=username.lower()).first()
        with transaction.atomic():
            _record(account, "account.sign_in_failed", source=self.get_client_ip(request), tried=username)


def _record(account: Account | None, verb: str, *, source: str, tried: str = "") -> None:
    at = now()
    viewer = acting_viewer(account, at=at) if account else NOBODY
    subject = Subject("identity.account", str(account.pk)) if account else Subject("identity.username", tried)
    data = {"username": tried} if tried else None
    record(
        actor=_actor(viewer, source=source, failed=bool(tried)), verb=verb, subject=subject, at=at, data=data
    )


def _actor(viewer: Viewer, *, source: str, failed: bool) -> Actor:
    """Who signed in; after a failure nobody knows who it was, only which agency's account was tried."""
    if failed:
        return Actor("public", "", "", "", viewer.agency_id, viewer.agency_code, source)
    return replace(viewer.actor(), source=source)
