"""Who may call the routes of the catalogue."""

from __future__ import annotations

from tests.architecture.routes import Route, World, only, signed_in

from lienthong.identity.public import Role
from lienthong.procedures.tests.factories import draft, offer, procedure, published

CATALOGUER, LEADER = Role.CATALOGUER, Role.LEADER
BOTH = ("GET", "POST")


def _procedure(world: World) -> dict[str, object]:
    return {"procedure_id": published(procedure(world.ours), at=world.at).procedure_id}


def _published(world: World) -> dict[str, object]:
    return {"version_id": published(procedure(world.ours), at=world.at).pk}


def _draft(world: World) -> dict[str, object]:
    return {"version_id": draft(procedure(world.ours), at=world.at).pk}


def _part(world: World) -> dict[str, object]:
    return _draft(world) | {"part": "about"}


def _page(world: World) -> dict[str, object]:
    return _draft(world) | {"page": "parents"}


def _group(world: World) -> dict[str, object]:
    return _page(world) | {"group": "siblings"}


def _sample(world: World) -> dict[str, object]:
    return {"sample_id": published(procedure(world.ours), samples=1, at=world.at).samples.get().pk}


def _reason(world: World) -> dict[str, object]:
    return {"reason": "Bãi bỏ"}


def _offered(world: World) -> dict[str, object]:
    version = published(procedure(world.ours), at=world.at)
    offer(version, world.ours)
    return {"procedure_id": version.procedure_id}


def _own_amount(world: World) -> dict[str, object]:
    return {"fee": "late", "amount": "5000", "law": "NQ 12", "reason": "x", "valid_from": "2099-01-01"}


ROUTES: dict[str, Route] = {
    "procedures:procedures": signed_in(),
    "procedures:procedures_export": signed_in(),
    "procedures:procedure_detail": signed_in(kwargs=_procedure),
    "procedures:version_detail": signed_in(kwargs=_published),
    "procedures:differences": signed_in(kwargs=_published),
    "procedures:bpmn": signed_in(kwargs=_published),
    "procedures:json": signed_in(kwargs=_published),
    "procedures:rehearse": signed_in(kwargs=_published),
    "procedures:preview": signed_in(methods=BOTH, kwargs=_published),
    "procedures:places": signed_in(),
    "procedures:offer_fees": only(Role.ADMINISTRATOR, shared=True),
    "procedures:offer_fee": only(Role.ADMINISTRATOR, methods=BOTH, kwargs=_offered, data=_own_amount),
    "procedures:start": only(CATALOGUER, methods=("POST",), kwargs=_procedure),
    "procedures:edit": only(CATALOGUER, methods=BOTH, kwargs=_part),
    "procedures:edit_page": only(CATALOGUER, methods=BOTH, kwargs=_page),
    "procedures:edit_group": only(CATALOGUER, methods=BOTH, kwargs=_group),
    "procedures:sample": signed_in(kwargs=_sample),
    "procedures:read_file": only(CATALOGUER, methods=("POST",), kwargs=_draft),
    "procedures:publish": only(LEADER, methods=("POST",), kwargs=_draft),
    "procedures:discard": only(CATALOGUER, methods=("POST",), kwargs=_draft),
    "procedures:withdraw": only(LEADER, methods=("POST",), kwargs=_published, data=_reason),
}
