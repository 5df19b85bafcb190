"""Addresses of signing in, acting, administering and auditing.

Of allauth only what officials need is served, each with its mark. Signing up, confirming an e-mail address,
resetting a password by mail and signing in by a mailed code are not: accounts are made by administrators.
"""

from __future__ import annotations

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.urls import URLPattern, URLResolver, include, path

from lienthong.identity import web, web_administration, web_calendar, web_hours
from lienthong.kernel.access import Access, mark


def _public(route: str, view: Any, name: str, reason: str) -> URLPattern:
    found: URLPattern = path(route, mark(view, Access(public=reason)), name=name)
    return found


def _own(route: str, view: Any, name: str) -> URLPattern:
    """A page on which whoever is signed in looks after their own account."""
    found: URLPattern = path(route, mark(view, Access(who="account")), name=name)
    return found


sign_in = [
    _public("login/", account.login, "account_login", "where signing in begins"),
    _public("logout/", account.logout, "account_logout", "leaving is open even to a session that just ended"),
    _public("inactive/", account.account_inactive, "account_inactive", "told to those who may not sign in"),
    _public("2fa/authenticate/", mfa.authenticate, "mfa_authenticate", "the second half of signing in"),
    _public("2fa/webauthn/login/", keys.login_webauthn, "mfa_login_webauthn", "signing in with a passkey"),
    _own("reauthenticate/", account.reauthenticate, "account_reauthenticate"),
    _own("password/change/", account.password_change, "account_change_password"),
    _own("password/set/", account.password_set, "account_set_password"),
    _own("2fa/", mfa.index, "mfa_index"),
    _own("2fa/reauthenticate/", mfa.reauthenticate, "mfa_reauthenticate"),
    _own("2fa/totp/activate/", totp.activate_totp, "mfa_activate_totp"),
    _own("2fa/totp/deactivate/", totp.deactivate_totp, "mfa_deactivate_totp"),
    _own("2fa/recovery-codes/", codes.view_recovery_codes, "mfa_view_recovery_codes"),
    _own("2fa/recovery-codes/generate/", codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    _own("2fa/recovery-codes/download/", codes.download_recovery_codes, "mfa_download_recovery_codes"),
    _own("2fa/webauthn/", keys.list_webauthn, "mfa_list_webauthn"),
    _own("2fa/webauthn/add/", keys.add_webauthn, "mfa_add_webauthn"),
    _own("2fa/webauthn/reauthenticate/", keys.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    _own("2fa/webauthn/keys/<int:pk>/remove/", keys.remove_webauthn, "mfa_remove_webauthn"),
    _own("2fa/webauthn/keys/<int:pk>/edit/", keys.edit_webauthn, "mfa_edit_webauthn"),
]

acting = [
    path("", web.acting, name="acting"),
    path("switch/", web.switch, name="switch"),
    path("delegations/", web.create_delegation, name="delegate"),
    path("delegations/<int:delegation_id>/end/", web.stop_delegation, name="end_delegation"),
]

administration = [
    path("", web_administration.officials, name="officials"),
    path("officials/new/", web_administration.engage, name="engage"),
    path("officials/<int:official_id>/", web_administration.official, name="official"),
    path("officials/<int:official_id>/appoint/", web_administration.appoint, name="appoint"),
    path("officials/<int:official_id>/account/", web_administration.change_account, name="change_account"),
    path("appointments/<int:holding_id>/end/", web_administration.stop_appointment, name="end_appointment"),
    path("calendar/", web_calendar.days, name="calendar"),
    path("calendar/set/", web_calendar.change, name="set_day"),
    path("calendar/clear/", web_calendar.restore, name="clear_day"),
    path("calendar/hours/", web_hours.hours, name="hours"),
    path("calendar/hours/set/", web_hours.change, name="set_hours"),
    path("calendar/hours/clear/", web_hours.restore, name="clear_hours"),
    path("posts/", web_administration.posts, name="posts"),
    path("posts/new/", web_administration.new_post, name="create_post"),
    path("posts/<int:post_id>/roles/", web_administration.change_role, name="change_role"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include(sign_in)),
    path("acting/", include((acting, "identity"))),
    path("administration/", include((administration, "administration"))),
    path("audit/", web.audit, name="audit"),
]
