"""Who may call the pages that watch the installation."""

from tests.architecture.routes import public

ROUTES = {"healthz": public(), "readyz": public(), "metrics": public()}
