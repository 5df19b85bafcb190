"""Who may call the routes of the one-stop."""

from __future__ import annotations

from tests.architecture.routes import Route, World, only

from lienthong.directory.public import Agency
from lienthong.dossiers.actions.opining import ask_opinions
from lienthong.dossiers.actions.receiving import receive_at_counter
from lienthong.dossiers.contracts import GivenFile, OpinionQuestion
from lienthong.dossiers.models import Dossier, DossierTask
from lienthong.dossiers.tests.factories import intake, offered, official, open_task, receptionist
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency
from lienthong.kernel.blobs import store_blob
from lienthong.procedures.public import ServiceOffer

READERS = (Role.RECEPTIONIST, Role.SPECIALIST, Role.HEAD, Role.LEADER, Role.CLERK, Role.AUDITOR)
WORKERS = (Role.RECEPTIONIST, Role.SPECIALIST, Role.LEADER, Role.CLERK)
BOTH = ("GET", "POST")


def _offer(world: World) -> ServiceOffer:
    return ServiceOffer.objects.filter(agency=world.ours).first() or offered(at_agency=world.ours)


def _dossier(world: World) -> Dossier:
    offer = _offer(world)
    return receive_at_counter(intake=intake(offer), viewer=receptionist(world.ours), at=world.at)


def _id(world: World) -> dict[str, object]:
    return {"dossier_id": _dossier(world).pk}


def _nobody(world: World) -> dict[str, object]:
    """An act that no post may do now: whoever works is answered by the rules, nobody else comes so far."""
    return {"dossier_id": _dossier(world).pk, "verb": "decline"}


def _slip(world: World) -> dict[str, object]:
    return {"slip_id": _dossier(world).slips.get().pk}


def _paper(world: World) -> dict[str, object]:
    scan = store_blob([b"a scan"], at=world.at, max_bytes=100)
    given = intake(_offer(world), files=(GivenFile(scan.sha256, "Giấy chứng sinh", "scan.txt"),))
    made = receive_at_counter(intake=given, viewer=receptionist(world.ours), at=world.at)
    return {"paper_id": made.papers.exclude(held=None).get().pk}


def _examined(world: World) -> dict[str, object]:
    return {"task_id": open_task(_dossier(world), "examine").pk}


def _opinion(world: World, *, of: Agency, by: Agency) -> dict[str, object]:
    """A question of one agency to another, with a file."""
    offer = ServiceOffer.objects.filter(agency=by).first() or offered(at_agency=by)
    made = receive_at_counter(intake=intake(offer), viewer=receptionist(by), at=world.at)
    question = store_blob([b"a question"], at=world.at, max_bytes=100)
    asked = OpinionQuestion((of.pk,), "?", 60, question.sha256, "question.txt")
    key = open_task(made, "examine").pk
    ask_opinions(task_id=key, asked=asked, viewer=official(by, Role.SPECIALIST, at=world.at), at=world.at)
    return {"task_id": DossierTask.objects.get(dossier=made, kind="opinion").pk}


def _asked(world: World) -> dict[str, object]:
    return _opinion(world, of=world.ours, by=agency())


def _asking(world: World) -> dict[str, object]:
    return _opinion(world, of=agency(), by=world.ours)


ROUTES: dict[str, Route] = {
    "dossiers:inbox": only(*READERS, shared=True),
    "dossiers:finish_many": only(*WORKERS, methods=("POST",), shared=True),
    "dossiers:assign": only(*WORKERS, Role.HEAD, methods=("POST",), shared=True),
    "dossiers:dossiers": only(*READERS, shared=True),
    "dossiers:receive": only(Role.RECEPTIONIST, methods=BOTH, shared=True),
    "dossiers:receive_form": only(
        Role.RECEPTIONIST, methods=BOTH, kwargs=lambda world: {"offer_id": _offer(world).pk}
    ),
    "dossiers:dossier": only(*READERS, kwargs=_id),
    "dossiers:paper": only(*READERS, kwargs=_paper),
    "dossiers:slip": only(*READERS, kwargs=_slip),
    "dossiers:control_slip": only(*READERS, kwargs=_id),
    "dossiers:ask_opinions": only(*WORKERS, methods=BOTH, kwargs=_examined),
    "dossiers:give_opinion": only(*WORKERS, methods=BOTH, kwargs=_asked),
    "dossiers:withdraw_opinion": only(*WORKERS, methods=BOTH, kwargs=_asking),
    "dossiers:opinion_file": only(*READERS, kwargs=lambda world: {**_asking(world), "which": "question"}),
    "dossiers:act": only(*WORKERS, methods=("POST",), kwargs=_nobody),
}
