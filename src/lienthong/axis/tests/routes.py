"""Who may call each route of the axis (see tests/architecture/routes.py)."""

from __future__ import annotations

from tests.architecture.routes import Route, World, api, only, public

from lienthong.axis.models import Serves
from lienthong.axis.tests.factories import agency, stored_packet, system_for
from lienthong.identity.public import Role


def _packet(world: World) -> dict[str, object]:
    """A stored packet; operators and auditors watch over all agencies, so it is nobody's own."""
    return {"packet_id": stored_packet(agency("T98"), agency("T99")).pk}


def _delivery(world: World) -> dict[str, object]:
    packet = stored_packet(agency("T96"), agency("T97"))
    return {"delivery_id": packet.deliveries.get().pk}


def _system(world: World) -> dict[str, object]:
    return {"system_id": system_for(world.ours, Serves.AGENCY).pk}


def _anything(world: World) -> dict[str, object]:
    return {"packet_id": "018f0000-0000-7000-8000-000000000000"}


def _any_delivery(world: World) -> dict[str, object]:
    return {"delivery_id": "018f0000-0000-7000-8000-000000000000"}


WATCHERS = (Role.OPERATOR, Role.AUDITOR)
V1 = "axis:axis-api"
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
    "axis:stuck": only(*WATCHERS),
    "axis:systems": only(*WATCHERS),
    "axis:connect": only(Role.OPERATOR, methods=("POST",)),
    "axis:disable": only(Role.OPERATOR, kwargs=_system, shared=True, methods=("POST",)),
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
    f"{V1}:missing": NOTHING_THERE,
}
