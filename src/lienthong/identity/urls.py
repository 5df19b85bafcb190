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
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from lienthong.identity import (
    web,
    web_administration,
    web_calendar,
    web_coming,
    web_confirming,
    web_hours,
    web_mandates,
    web_own,
)
from lienthong.kernel.access import Access, mark


def _public(route: str, view: Any, name: str, reason: str) -> URLPattern:
    found: URLPattern = path(route, mark(view, Access(public=reason)), name=name)
    return found


def _own(route: str, view: Any, name: str) -> URLPattern:
    """A page on which signed-in officials look after their own account; citizens have pages of their own."""
    found: URLPattern = path(route, mark(view, Access()), name=name)
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

coming = [
    path("", web_coming.sign_in, name="citizen_sign_in"),
    path("new/", web_coming.open_account, name="citizen_open"),
    path("code/", web_coming.enter, name="citizen_code"),
    path("passkey/", web_coming.passkey, name="citizen_passkey"),
    path("national/", web_coming.national, name="citizen_national"),
    path("national/back/", web_coming.national_back, name="citizen_national_back"),
]

own = [
    path("", web_own.me, name="citizen_me"),
    path("contact/", web_own.change_contact, name="citizen_contact"),
    path("passkeys/new/", web_own.new_key, name="citizen_new_key"),
    path("passkeys/<int:key_id>/remove/", web_own.drop_key, name="citizen_drop_key"),
    path("sessions/end/", web_own.leave_everywhere, name="citizen_leave_everywhere"),
    path("act-for/", web_own.act_for, name="citizen_act_for"),
    path(
        "businesses/<int:representation_id>/end/",
        web_own.drop_representation,
        name="citizen_drop_representation",
    ),
    path("mandates/", web_mandates.mandates, name="citizen_mandates"),
    path("mandates/new/", web_mandates.new_mandate, name="citizen_new_mandate"),
    path("mandates/<uuid:mandate_id>/accept/", web_mandates.accept, name="citizen_accept_mandate"),
    path("mandates/<uuid:mandate_id>/end/", web_mandates.end, name="citizen_end_mandate"),
]

counter = [
    path("", web_confirming.confirm, name="confirm"),
    path("representatives/", web_confirming.represent, name="represent"),
    path("representatives/<int:representation_id>/end/", web_confirming.end, name="end_representation"),
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

if settings.ENV.profile != "hub":
    urlpatterns += [
        path("sign-in/", include(coming)),
        path("me/", include(own)),
        path("citizens/", include((counter, "citizens"))),
    ]
