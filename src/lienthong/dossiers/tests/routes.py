"""Who may call the routes of dossiers."""

from __future__ import annotations

from tests.architecture.routes import Route, World, only

from lienthong.dossiers.policies import READERS
from lienthong.dossiers.tests.factories import offered, received


def _id(world: World) -> dict[str, object]:
    return {"dossier_id": received(offered(at_agency=world.ours), at=world.at).pk}


def _slip(world: World) -> dict[str, object]:
    dossier = received(offered(at_agency=world.ours), at=world.at)
    return {"slip_id": dossier.slips.get().pk}


ROUTES: dict[str, Route] = {
    "dossiers:slip": only(*READERS, kwargs=_slip),
    "dossiers:control_slip": only(*READERS, kwargs=_id),
}
