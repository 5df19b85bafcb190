"""Who may call each route of the axis (see tests/architecture/routes.py)."""

from __future__ import annotations

from tests.architecture.routes import Route, World, api, only, public

from lienthong.axis.models import Serves
from lienthong.axis.tests.factories import agency, stored_packet, system_for
from lienthong.identity.public import Role
from lienthong.signing.public import RevocationReason, certificates_of, ensure_agency_certificates


def _packet(world: World) -> dict[str, object]:
    """A stored packet; operators and auditors watch over all agencies, so it is nobody's own."""
    return {"packet_id": stored_packet(agency("T98"), agency("T99")).pk}


def _system(world: World) -> dict[str, object]:
    return {"system_id": system_for(world.ours, Serves.AGENCY).pk}


def _anything(world: World) -> dict[str, object]:
    return {"packet_id": "018f0000-0000-7000-8000-000000000000"}


def _any_delivery(world: World) -> dict[str, object]:
    return {"delivery_id": "018f0000-0000-7000-8000-000000000000"}


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
NOTHING_THERE = Route(roles=None, shared=True, personal=True)  # 404 for everyone
ROUTES = {
    "axis:packets": only(*WATCHERS),
    "axis:packet": only(*WATCHERS, kwargs=_packet, shared=True),
    "axis:packet_progress": only(*WATCHERS, kwargs=_packet, shared=True),
    "axis:stuck": only(*WATCHERS),
    "axis:systems": only(*WATCHERS),
    "axis:connect": only(Role.OPERATOR, methods=("POST",)),
    "axis:disable": only(Role.OPERATOR, kwargs=_system, shared=True, methods=("POST",)),
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
    f"{V1}:read_inbox": api(),
    f"{V1}:collect_packet": api(kwargs=_any_delivery),
    f"{V1}:send_status": api(kwargs=_any_delivery, methods=("POST",)),
    f"{V1}:list_agencies": api(),
    f"{V1}:send_report": api(methods=("POST",)),
    f"{V1}:missing": NOTHING_THERE,
}
