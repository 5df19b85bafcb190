"""Who may call the routes of public figures, and of how services are used."""

from __future__ import annotations

from tests.architecture.routes import Route, World, only, public

from lienthong.identity.public import Role
from lienthong.procedures.tests.factories import published

LEARNERS = (Role.CATALOGUER, Role.ADMINISTRATOR, Role.LEADER)


def _code(world: World) -> dict[str, object]:
    return {"code": published().procedure.code}


ROUTES: dict[str, Route] = {
    "portal:figures": public(),
    "portal:late": public(),
    "portal:open_data": public(),
    "portal:open_catalogue": public(),
    "portal:dataset": public(kwargs=lambda world: {"key": "services", "kind": "csv"}),
    "portal:uses": only(*LEARNERS),
    "portal:way": only(*LEARNERS, kwargs=_code, shared=True),
}
