"""Who may call each route of the axis (see tests/architecture/routes.py)."""

from __future__ import annotations

from tests.architecture.routes import Route, World, api, only, public

from lienthong.axis.models import Serves
from lienthong.axis.tests.factories import agency, dead_letter, stored_packet, system_for, webhook_for
from lienthong.identity.public import Role
from lienthong.signing.public import RevocationReason, certificates_of, ensure_agency_certificates


def _packet(world: World) -> dict[str, object]:
    """A stored packet; operators and auditors watch over all agencies, so it is nobody's own."""
    return {"packet_id": stored_packet(agency("T98"), agency("T99")).pk}


def _delivery(world: World) -> dict[str, object]:
    packet = stored_packet(agency("T96"), agency("T97"))
    return {"delivery_id": packet.deliveries.get().pk}


def _system(world: World) -> dict[str, object]:
    return {"system_id": system_for(world.ours, Serves.AGENCY).pk}


def _hooked(world: World) -> dict[str, object]:
    """A system whose webhook no connection can be made to: nothing listens on port 9 of this machine."""
    system = system_for(world.ours, Serves.AGENCY)
    webhook_for(system, address="http://127.0.0.1:9/")
    return {"system_id": system.pk}


def _anything(world: World) -> dict[str, object]:
    return {"packet_id": "018f0000-0000-7000-8000-000000000000"}


def _any_delivery(world: World) -> dict[str, object]:
    return {"delivery_id": "018f0000-0000-7000-8000-000000000000"}


def _any_upload(world: World) -> dict[str, object]:
    return {"upload_id": "018f0000-0000-7000-8000-000000000000"}


def _letter(world: World) -> dict[str, object]:
    return {"message_id": dead_letter(agency("T97"), agency("T96")).pk}


def _sandbox_system(world: World) -> dict[str, object]:
    return {"system_id": system_for(world.ours, Serves.AGENCY, sandbox=True).pk}


def _reason(world: World) -> dict[str, object]:
    return {"reason": "Đã kiểm tra xong"}


def _overlap(world: World) -> dict[str, object]:
    return {"overlap": "8"}


def _revocation(world: World) -> dict[str, object]:
    return {"reason": RevocationReason.CEASED.value}


def _certificate(world: World) -> dict[str, object]:
    """One issued a moment ago: the route that revokes it is called several times."""
    ensure_agency_certificates([world.ours.pk], at=world.at)
    return {"sha256": certificates_of(agency_id=world.ours.pk, at=world.at)[0].sha256}


WATCHERS = (Role.OPERATOR, Role.AUDITOR)
V1 = "axis:axis-api"
LGSP = "lgsp:lgsp-api"
NOTHING_THERE = Route(roles=None, shared=True, personal=True)  # 404 for everyone
ROUTES = {
    "axis:console": only(*WATCHERS),
    "axis:console_figures": only(*WATCHERS),
    "axis:health": only(*WATCHERS),
    "axis:packets_csv": only(*WATCHERS),
    "axis:recipients_csv": only(*WATCHERS, kwargs=_packet, shared=True),
    "axis:replay": only(Role.OPERATOR, kwargs=_delivery, shared=True),
    "axis:packets": only(*WATCHERS),
    "axis:packet": only(*WATCHERS, kwargs=_packet, shared=True),
    "axis:packet_progress": only(*WATCHERS, kwargs=_packet, shared=True),
    "axis:packet_evidence": only(*WATCHERS, kwargs=_packet, shared=True),
    "axis:stuck": only(*WATCHERS),
    "axis:systems": only(*WATCHERS),
    "axis:connect": only(Role.OPERATOR, methods=("POST",)),
    "axis:disable": only(Role.OPERATOR, kwargs=_system, shared=True, methods=("POST",)),
    "axis:system": only(*WATCHERS, kwargs=_system, shared=True),
    "axis:webhook_set": only(Role.OPERATOR, kwargs=_system, shared=True, methods=("POST",)),
    "axis:webhook_rotate": only(Role.OPERATOR, kwargs=_hooked, shared=True, methods=("POST",)),
    "axis:webhook_test": only(Role.OPERATOR, kwargs=_hooked, shared=True, methods=("POST",)),
    "axis:webhook_remove": only(Role.OPERATOR, kwargs=_hooked, shared=True, methods=("POST",)),
    "axis:dead_letters": only(*WATCHERS),
    "axis:dead_letter_send": only(Role.OPERATOR, kwargs=_letter, shared=True, methods=("POST",)),
    "axis:dead_letter_give_up": only(Role.OPERATOR, kwargs=_letter, shared=True, methods=("POST",)),
    "axis:live": only(Role.OPERATOR, kwargs=_sandbox_system, data=_reason, shared=True, methods=("POST",)),
    "axis:mine": only(Role.ADMINISTRATOR, shared=True),
    "axis:register": only(Role.ADMINISTRATOR, shared=True, methods=("POST",)),
    "axis:my_system": only(Role.ADMINISTRATOR, kwargs=_sandbox_system),
    "axis:rotate": only(Role.ADMINISTRATOR, kwargs=_sandbox_system, data=_overlap, methods=("POST",)),
    "axis:kit": only(Role.ADMINISTRATOR, kwargs=_sandbox_system, methods=("POST",)),
    "axis:disable_mine": only(Role.ADMINISTRATOR, kwargs=_sandbox_system, methods=("POST",)),
    "axis:request_certificate": only(Role.ADMINISTRATOR, shared=True, methods=("POST",)),
    "axis:issue_certificate": only(Role.ADMINISTRATOR, shared=True, methods=("POST",)),
    "axis:certificate": only(Role.ADMINISTRATOR, kwargs=_certificate),
    "axis:revoke_certificate": only(
        Role.ADMINISTRATOR, kwargs=_certificate, data=_revocation, methods=("POST",)
    ),
    f"{V1}:openapi-json": public(),
    f"{V1}:api-root": NOTHING_THERE,
    f"{V1}:create_token": public(methods=("POST",)),
    f"{V1}:send_packet": api(methods=("POST",)),
    f"{V1}:send_packets": api(methods=("POST",)),
    f"{V1}:read_packet_state": api(kwargs=_anything),
    f"{V1}:read_evidence": api(kwargs=_anything),
    f"{V1}:take_packet_back": api(kwargs=_anything, methods=("POST",)),
    f"{V1}:read_inbox": api(),
    f"{V1}:read_changes": api(),
    f"{V1}:collect_packet": api(kwargs=_any_delivery),
    f"{V1}:send_status": api(kwargs=_any_delivery, methods=("POST",)),
    f"{V1}:send_statuses": api(methods=("POST",)),
    f"{V1}:list_agencies": api(),
    f"{V1}:read_certificates": api(),
    f"{V1}:claim_inbox": api(methods=("POST",)),
    f"{V1}:release_lease": api(kwargs=_any_delivery, methods=("POST",)),
    f"{V1}:read_notices": api(),
    f"{V1}:read_webhook": api(),
    f"{V1}:put_webhook": api(methods=("PUT",)),
    f"{V1}:delete_webhook": api(methods=("DELETE",)),
    f"{V1}:change_webhook_secret": api(methods=("POST",)),
    f"{V1}:send_report": api(methods=("POST",)),
    f"{V1}:create_upload": api(methods=("POST",)),
    f"{V1}:read_upload_options": api(methods=("OPTIONS",)),
    f"{V1}:read_upload": api(kwargs=_any_upload, methods=("HEAD",)),
    f"{V1}:write_upload": api(kwargs=_any_upload, methods=("PATCH",)),
    f"{V1}:delete_upload": api(kwargs=_any_upload, methods=("DELETE",)),
    f"{V1}:send_uploaded_packet": api(kwargs=_any_upload, methods=("POST",)),
    f"{V1}:missing": NOTHING_THERE,
    f"{LGSP}:openapi-json": public(),
    f"{LGSP}:api-root": NOTHING_THERE,
    f"{LGSP}:login": api(methods=("POST",)),
    f"{LGSP}:send_edoc": api(methods=("POST",)),
    f"{LGSP}:list_received": api(),
    f"{LGSP}:get_edoc": api(),
    f"{LGSP}:update_status": api(methods=("POST",)),
    f"{LGSP}:list_agencies": api(),
    f"{LGSP}:missing": NOTHING_THERE,
}
