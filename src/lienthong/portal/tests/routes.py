"""Who may call the routes of the portal."""

from __future__ import annotations

from tests.architecture.routes import Route, public

ROUTES: dict[str, Route] = {
    "portal:home": public(),
    "portal:figures": public(),
    "portal:late": public(),
    "portal:open_data": public(),
    "portal:open_catalogue": public(),
    "portal:dataset": public(kwargs=lambda world: {"key": "services", "kind": "csv"}),
}
