"""Who may call the routes of feedback and ratings."""

from __future__ import annotations

from uuid import uuid4

from tests.architecture.routes import Route, World, citizens, only, public

from lienthong.identity.public import Party, Role, visitor_for
from lienthong.participation.actions.arranging import register_client
from lienthong.participation.actions.rating import rate
from lienthong.participation.models import Competence, Feedback
from lienthong.participation.states import Stage, State
from lienthong.participation.tests.factories import Country, country, finished, in_state, sent, with_photo

READERS = (Role.SPECIALIST, Role.CLERK, Role.RECEPTIONIST, Role.LEADER, Role.AUDITOR)
WORKERS = (Role.SPECIALIST, Role.CLERK, Role.RECEPTIONIST, Role.LEADER)
POST = ("POST",)
BOTH = ("GET", "POST")


def _here(world: World) -> Country:
    return country(world.ours)


def _feedback(world: World) -> Feedback:
    return sent(_here(world), at=world.at)


def _id(world: World) -> dict[str, object]:
    return {"feedback_id": _feedback(world).pk}


def _take(world: World) -> dict[str, object]:
    return {"feedback_id": _feedback(world).pk, "verb": "take"}


def _photo(world: World) -> dict[str, object]:
    feedback = _feedback(world)
    return {"feedback_id": feedback.pk, "photo_id": with_photo(feedback).pk}


def _published(world: World) -> dict[str, object]:
    return {"feedback_id": in_state(_here(world), State.ANSWERED, at=world.at).pk}


def _shown_photo(world: World) -> dict[str, object]:
    feedback = in_state(_here(world), State.ANSWERED, at=world.at)
    return {"photo_id": with_photo(feedback, public=True).pk}


def _party(world: World) -> Party:
    return Party.objects.get(account=world.citizen)


def _dossier(world: World) -> dict[str, object]:
    return {"dossier_id": finished(_party(world), of=world.ours).pk}


def _rating(world: World) -> dict[str, object]:
    dossier = finished(_party(world), of=world.ours)
    visitor = visitor_for(world.citizen)
    made = rate(dossier_id=dossier.pk, stage=Stage.RESULT, score=1, text="", visitor=visitor, at=world.at)
    return {"rating_id": made.pk}


def _competence(world: World) -> dict[str, object]:
    here = _here(world)
    return {"competence_id": Competence.objects.create(unit=here.commune, agency=world.ours).pk}


def _client(world: World) -> dict[str, object]:
    viewer = world.viewer(Role.OPERATOR)
    client, _key = register_client(name=f"Ứng dụng {uuid4()}", contact="x", viewer=viewer, at=world.at)
    return {"client_id": client.pk}


# Public, but 404 for whoever neither is the sender nor has opened it by its code (`test_web.py`).
HIDDEN = public(methods=(), kwargs=lambda world: {"feedback_id": uuid4()})
HIDDEN_PHOTO = public(methods=(), kwargs=lambda world: {"feedback_id": uuid4(), "photo_id": uuid4()})
DRAFT_PHOTO = public(methods=(), kwargs=lambda world: {"photo_id": uuid4()})

ROUTES: dict[str, Route] = {
    "participation:public": public(),
    "participation:map": public(),
    "participation:figures": public(),
    "participation:public_one": public(kwargs=_published),
    "participation:public_photo": public(kwargs=_shown_photo),
    "participation:write": public(methods=BOTH),
    "participation:write_page": public(methods=BOTH, kwargs=lambda world: {"page": "what"}),
    "participation:write_map": public(methods=()),
    "participation:write_photo": DRAFT_PHOTO,
    "participation:follow": public(methods=BOTH),
    "participation:mine": citizens(),
    "participation:own": HIDDEN,
    "participation:own_photo": HIDDEN_PHOTO,
    "participation:reopen": HIDDEN,
    "participation:accept": HIDDEN,
    "participation:rate": citizens(methods=BOTH, kwargs=_dossier),
    "participation:desk": only(*READERS, shared=True),
    "participation:desk_one": only(*READERS, kwargs=_id),
    "participation:desk_act": only(*WORKERS, methods=POST, kwargs=_take),
    "participation:desk_photo": only(*READERS, kwargs=_photo),
    "participation:desk_ratings": only(*READERS, shared=True),
    "participation:answer_rating": only(
        *WORKERS, methods=POST, kwargs=_rating, data=lambda world: {"answer": "Xin lỗi."}
    ),
    "participation:competence": only(Role.ADMINISTRATOR, methods=BOTH, shared=True),
    "participation:remove_competence": only(Role.ADMINISTRATOR, methods=POST, kwargs=_competence),
    "participation:clients": only(Role.OPERATOR, methods=BOTH, shared=True),
    "participation:disable_client": only(Role.OPERATOR, methods=POST, kwargs=_client, shared=True),
    "participation:open311_discovery": public(kwargs=lambda world: {"form": "xml"}),
    # Without a jurisdiction they answer 400, which the walk takes for an answer like any other.
    "participation:open311_services": public(kwargs=lambda world: {"form": "xml"}),
    "participation:open311_service": public(kwargs=lambda world: {"form": "xml", "code": "road"}),
    "participation:open311_requests": public(kwargs=lambda world: {"form": "json"}),
    "participation:open311_request": public(kwargs=lambda world: {"form": "json", "request_id": uuid4()}),
}
