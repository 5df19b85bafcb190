"""Who may call what the authorities serve; without an authority, 404 is the answer to everyone."""

from __future__ import annotations

from tests.architecture.routes import Route, World


def _authority(world: World) -> dict[str, object]:
    return {"authority": "root"}


def _question(world: World) -> dict[str, object]:
    return {"encoded": "MA=="}


POST = ("POST",)
ROUTES = {
    "signing:ocsp": Route(roles=None, methods=POST, shared=True, personal=True),
    "signing:ocsp-in-address": Route(roles=None, kwargs=_question, shared=True, personal=True),
    "signing:crl": Route(roles=None, kwargs=_authority, shared=True, personal=True),
    "signing:certificate": Route(roles=None, kwargs=_authority, shared=True, personal=True),
    "signing:timestamp": Route(roles=None, methods=POST, shared=True, personal=True),
}
