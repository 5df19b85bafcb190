"""Who may call the routes of the portal."""

from __future__ import annotations

from tests.architecture.routes import Route, World, citizens, public

from lienthong.dossiers.public import Dossier
from lienthong.dossiers.tests.factories import decided
from lienthong.portal.tests.factories import asked_of, own_dossier, scanned

BOTH = ("GET", "POST")


def _dossier(world: World) -> Dossier:
    return own_dossier(world.citizen, at=world.at)


def _id(world: World) -> dict[str, object]:
    return {"dossier_id": _dossier(world).pk}


def _asked(world: World) -> dict[str, object]:
    return {"dossier_id": asked_of(_dossier(world), at=world.at).pk}


def _slip(world: World) -> dict[str, object]:
    return {"slip_id": _dossier(world).slips.get().pk}


def _paper(world: World) -> dict[str, object]:
    dossier = own_dossier(world.citizen, at=world.at, files=(scanned(at=world.at),))
    return {"paper_id": dossier.papers.get(held__isnull=False).pk}


def _document(world: World) -> dict[str, object]:
    dossier = own_dossier(world.citizen, at=world.at, files=(scanned(at=world.at),))
    return {"held_id": dossier.papers.get(held__isnull=False).held_id}


def _result(world: World) -> dict[str, object]:
    return {"result_id": decided(_dossier(world), at=world.at).pk}


ROUTES: dict[str, Route] = {
    "portal:home": public(),
    "portal:follow": public(),
    "portal:mine": citizens(),
    "portal:documents": citizens(),
    "portal:dossier": citizens(kwargs=_id),
    "portal:opened": citizens(kwargs=_id),
    "portal:supplement": citizens(methods=BOTH, kwargs=_asked),
    "portal:withdraw": citizens(methods=BOTH, kwargs=_id),
    "portal:pay_dossier": citizens(methods=BOTH, kwargs=_id),
    "portal:slip": citizens(kwargs=_slip),
    "portal:paper": citizens(kwargs=_paper),
    "portal:result": citizens(kwargs=_result),
    "portal:document": citizens(kwargs=_document),
}
