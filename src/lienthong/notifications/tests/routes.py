"""Who may call the routes of notifications."""

from __future__ import annotations

from tests.architecture.routes import Route, World, citizens, only, public, signed_in

from lienthong.identity.public import Role
from lienthong.notifications.actions.choosing import make_feed
from lienthong.notifications.tests.factories import (
    CALLED_UP,
    dead_mail,
    dead_message,
    draft_words,
    party_of,
    told,
    told_party,
)

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


def _notice(world: World) -> dict[str, object]:
    return {"notice_id": told_party(party_of(world.citizen), at=world.at).pk}


def _message(world: World) -> dict[str, object]:
    return {"message_id": dead_message(world.at).pk}


def _words(world: World) -> dict[str, object]:
    return {"kind": CALLED_UP.code, "language": "vi", "wording": "sms"}


def _written(world: World) -> dict[str, object]:
    return {"text": "Hồ sơ {code}"}


def _drafted(world: World) -> dict[str, object]:
    """Drafted anew for each asker, since whoever is let in publishes it."""
    draft = draft_words(world.viewer(OPERATOR), at=world.at)
    return {"act": "discard", "written_at": draft.written_at.isoformat()}


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
    "notifications:citizen": citizens(),
    "notifications:citizen_mark": citizens(methods=POST),
    "notifications:contact": citizens(methods=("GET", "POST")),
    "notifications:notice": citizens(kwargs=_notice),
    "notifications:dead_messages": only(OPERATOR, AUDITOR, shared=True),
    "notifications:send_message_again": only(OPERATOR, methods=POST, kwargs=_message, shared=True),
    "notifications:give_message_up": only(OPERATOR, methods=POST, kwargs=_message, shared=True),
    "notifications:demo_texts": only(OPERATOR, shared=True),
    "notifications:templates": only(OPERATOR, AUDITOR, shared=True),
    "notifications:template": only(OPERATOR, AUDITOR, kwargs=_words, shared=True),
    "notifications:template_save": only(OPERATOR, methods=POST, kwargs=_words, data=_written, shared=True),
    "notifications:template_decide": only(OPERATOR, methods=POST, kwargs=_words, data=_drafted, shared=True),
    "notifications:template_restore": only(
        OPERATOR, methods=POST, kwargs=_words, data=lambda _world: {"version": 0}, shared=True
    ),
    "notifications:feed": public(kwargs=_feed),
}
