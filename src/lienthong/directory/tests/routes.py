"""Who may call the pages of the directory."""

from __future__ import annotations

from tests.architecture.routes import World, public


def _agency(world: World) -> dict[str, object]:
    return {"key": world.ours.pk}


ROUTES = {"directory:tree": public(), "directory:agency": public(kwargs=_agency)}
