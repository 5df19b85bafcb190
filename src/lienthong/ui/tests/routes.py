"""Who may call the common pages."""

from tests.architecture.routes import public

ROUTES = {
    "home": public(),
    "about": public(),
    "set_language": public(methods=("POST",)),
    "scheme": public(methods=("POST",)),
}
