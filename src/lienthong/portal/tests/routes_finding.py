"""Who may call the routes of the portal."""

from __future__ import annotations

from tests.architecture.routes import Route, World, only, public

from lienthong.identity.public import Role
from lienthong.portal.models import Site
from lienthong.portal.tests.factories import arms_of
from lienthong.procedures.tests.factories import offer, published


def _offer(world: World) -> dict[str, object]:
    return {"offer_id": offer(published(), world.ours).pk}


def _code(world: World) -> dict[str, object]:
    return {"code": published().procedure.code}


def _sample(world: World) -> dict[str, object]:
    return {"sample_id": published(samples=1).samples.get().pk}


def _arms(world: World) -> dict[str, object]:
    arms = arms_of()
    Site.objects.update_or_create(agency=world.ours, defaults={"slug": "ours", "name": "A", "arms": arms})
    return {"sha256": arms.pk}


ROUTES: dict[str, Route] = {
    "portal:home": public(),
    "portal:services": public(),
    "portal:suggest": public(),
    "portal:service": public(kwargs=_code),
    "portal:offer": public(kwargs=_offer),
    "portal:sample": public(kwargs=_sample),
    "portal:event": public(kwargs=lambda world: {"key": "birth"}),
    "portal:bodies": public(),
    "portal:body": public(kwargs=lambda world: {"code": world.ours.code}),
    "portal:place": public(methods=("GET", "POST")),
    "portal:arms": public(kwargs=_arms),
    "portal:site": only(Role.ADMINISTRATOR, methods=("GET", "POST"), shared=True),
}
