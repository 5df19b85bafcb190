"""Who may call the routes of the portal."""

from __future__ import annotations

from tests.architecture.routes import Route, public

ROUTES: dict[str, Route] = {
    "portal:home": public(),
}
