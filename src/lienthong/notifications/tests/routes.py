"""Who may call the routes of notifications."""

from __future__ import annotations

from tests.architecture.routes import Route, World, only, public, signed_in

from lienthong.identity.public import Role
from lienthong.notifications.actions.choosing import make_feed
from lienthong.notifications.tests.factories import dead_mail, told

POST = ("POST",)
OPERATOR, AUDITOR = Role.OPERATOR, Role.AUDITOR


def _own(world: World) -> dict[str, object]:
    official = world.viewer(Role.CLERK).official_id
    assert official is not None
    return {"notification_id": told(official, at=world.at).pk}


def _dead(world: World) -> dict[str, object]:
    official = world.viewer(Role.CLERK).official_id
    assert official is not None
    return {"mail_id": dead_mail(official, world.at).pk}


def _feed(world: World) -> dict[str, object]:
    return {"token": make_feed(world.viewer(Role.CLERK), at=world.at)}


ROUTES: dict[str, Route] = {
    "notifications:list": signed_in(),
    "notifications:count": signed_in(),
    "notifications:mark": signed_in(methods=POST),
    "notifications:undo": signed_in(methods=POST),
    "notifications:open": signed_in(kwargs=_own, personal=True),
    "notifications:choices": signed_in(methods=("GET", "POST")),
    "notifications:new_feed": signed_in(methods=POST),
    "notifications:revoke_feed": signed_in(methods=POST),
    "notifications:dead_mails": only(OPERATOR, AUDITOR, shared=True),
    "notifications:send_again": only(OPERATOR, methods=POST, kwargs=_dead, shared=True),
    "notifications:give_up": only(OPERATOR, methods=POST, kwargs=_dead, shared=True),
    "notifications:feed": public(kwargs=_feed),
}
