"""Who may call the routes of identity."""

from __future__ import annotations

from datetime import timedelta

from tests.architecture.routes import Route, World, citizens, only, public, signed_in

from lienthong.identity.public import Role, delegate
from lienthong.identity.tests.factories import (
    a_citizen,
    a_key,
    a_mandate,
    a_representation,
    official_in,
    official_of,
    post_in,
    post_of,
)

ADMINISTRATOR = Role.ADMINISTRATOR
BOTH = ("GET", "POST")
POST = ("POST",)


def _official(world: World) -> dict[str, object]:
    return {"official_id": official_of(official_in(world.ours, Role.CLERK)).pk}


def _holding(world: World) -> dict[str, object]:
    holding = official_of(official_in(world.ours, Role.CLERK)).holdings.get()
    return {"holding_id": holding.pk}


def _post(world: World) -> dict[str, object]:
    return {"post_id": post_in(world.ours, Role.CLERK).pk}


def _delegation(world: World) -> dict[str, object]:
    colleague = official_in(world.ours)
    delegation = delegate(
        viewer=world.viewer(Role.LEADER),
        post_id=post_of(world.account(Role.LEADER)).pk,
        delegate_id=official_of(colleague).pk,
        starts_at=world.at,
        ends_at=world.at + timedelta(days=1),
        reason="Đi công tác",
        at=world.at,
    )
    return {"delegation_id": delegation.pk}


def _key(world: World) -> dict[str, object]:
    return {"key_id": a_key(world.citizen)}


def _represented(world: World) -> dict[str, object]:
    return {"representation_id": a_representation(world.citizen).pk}


def _offered(world: World) -> dict[str, object]:
    return {"mandate_id": a_mandate(a_citizen()[0], world.citizen, at=world.at).pk}


ROUTES: dict[str, Route] = {
    "account_login": public(methods=BOTH),
    "account_logout": public(methods=BOTH),
    "account_inactive": public(),
    "account_reauthenticate": signed_in(),
    "account_change_password": signed_in(methods=BOTH),
    "account_set_password": signed_in(methods=BOTH),
    "mfa_authenticate": public(methods=BOTH),
    "mfa_login_webauthn": public(methods=BOTH),
    "mfa_index": signed_in(),
    "mfa_reauthenticate": signed_in(methods=BOTH),
    "mfa_activate_totp": signed_in(methods=BOTH),
    "mfa_deactivate_totp": signed_in(methods=BOTH, personal=True),
    "mfa_view_recovery_codes": signed_in(personal=True),
    "mfa_generate_recovery_codes": signed_in(methods=BOTH),
    "mfa_download_recovery_codes": signed_in(personal=True),
    "mfa_list_webauthn": signed_in(),
    "mfa_add_webauthn": signed_in(methods=BOTH),
    "mfa_reauthenticate_webauthn": signed_in(methods=BOTH),
    "mfa_remove_webauthn": signed_in(methods=BOTH, kwargs=lambda world: {"pk": 1}, personal=True),
    "mfa_edit_webauthn": signed_in(methods=BOTH, kwargs=lambda world: {"pk": 1}, personal=True),
    "citizen_sign_in": public(methods=BOTH),
    "citizen_open": public(methods=BOTH),
    "citizen_code": public(methods=BOTH),
    "citizen_passkey": public(methods=BOTH),
    "citizen_national": public(),
    "citizen_national_back": public(),
    "citizen_me": citizens(),
    "citizen_contact": citizens(methods=BOTH),
    "citizen_new_key": citizens(methods=BOTH),
    "citizen_drop_key": citizens(methods=POST, kwargs=_key),
    "citizen_leave_everywhere": citizens(methods=POST),
    "citizen_act_for": citizens(methods=BOTH),
    "citizen_drop_representation": citizens(methods=POST, kwargs=_represented),
    "citizen_mandates": citizens(),
    "citizen_new_mandate": citizens(methods=BOTH),
    "citizen_accept_mandate": citizens(methods=POST, kwargs=_offered),
    "citizen_end_mandate": citizens(methods=POST, kwargs=_offered),
    "citizens:confirm": only(Role.RECEPTIONIST, methods=BOTH, shared=True),
    "citizens:represent": only(Role.RECEPTIONIST, methods=BOTH, shared=True),
    "citizens:end_representation": only(Role.RECEPTIONIST, methods=POST, kwargs=_represented, shared=True),
    "identity:acting": signed_in(),
    "identity:delegate": signed_in(methods=POST),
    "identity:switch": signed_in(methods=POST),
    "identity:end_delegation": signed_in(methods=POST, kwargs=_delegation, personal=True),
    "administration:officials": only(ADMINISTRATOR),
    "administration:engage": only(ADMINISTRATOR, methods=BOTH),
    "administration:official": only(ADMINISTRATOR, kwargs=_official),
    "administration:appoint": only(ADMINISTRATOR, kwargs=_official, methods=POST),
    "administration:change_account": only(
        ADMINISTRATOR,
        kwargs=_official,
        methods=POST,
        data=lambda world: {"action": "disable_account", "reason": "Nghỉ việc"},
    ),
    "administration:end_appointment": only(
        ADMINISTRATOR, kwargs=_holding, methods=POST, data=lambda world: {"reason": "Nghỉ việc"}
    ),
    "administration:calendar": only(ADMINISTRATOR),
    "administration:set_day": only(ADMINISTRATOR, methods=POST),
    "administration:clear_day": only(ADMINISTRATOR, methods=POST),
    "administration:hours": only(ADMINISTRATOR),
    "administration:set_hours": only(ADMINISTRATOR, methods=POST),
    "administration:clear_hours": only(ADMINISTRATOR, methods=POST),
    "administration:posts": only(ADMINISTRATOR),
    "administration:create_post": only(ADMINISTRATOR, methods=POST),
    "administration:change_role": only(
        ADMINISTRATOR, kwargs=_post, methods=POST, data=lambda world: {"action": "grant", "role": "leader"}
    ),
    "audit": only(Role.AUDITOR),
}
