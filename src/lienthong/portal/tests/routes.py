"""Who may call the routes of the portal."""

from __future__ import annotations

from tests.architecture.routes import Route, public

from lienthong.portal.tests import routes_applying, routes_finding, routes_following, routes_opening

ROUTES: dict[str, Route] = {
    "portal:home": public(),
    **routes_applying.ROUTES,
    **routes_finding.ROUTES,
    **routes_following.ROUTES,
    **routes_opening.ROUTES,
}
