"""Who may call the routes of the one-stop."""

from __future__ import annotations

from tests.architecture.routes import Route, World, only, public

from lienthong.directory.public import Agency
from lienthong.dossiers.actions.opining import ask_opinions
from lienthong.dossiers.actions.receiving import receive_at_counter
from lienthong.dossiers.actions.results import draft_result
from lienthong.dossiers.contracts import GivenFile, OpinionQuestion
from lienthong.dossiers.models import Appointment, Counter, Dossier, DossierTask, Hall, Queue
from lienthong.dossiers.queueing.actions import draw_ticket
from lienthong.dossiers.tests.factories import (
    applicant,
    intake,
    offered,
    official,
    open_task,
    receptionist,
)
from lienthong.dossiers.tests.results import drafted, pdf_made_elsewhere, text
from lienthong.identity.public import Role, keep_party
from lienthong.identity.tests.factories import agency
from lienthong.kernel.blobs import store_blob
from lienthong.procedures.public import ServiceOffer

READERS = (Role.RECEPTIONIST, Role.SPECIALIST, Role.HEAD, Role.LEADER, Role.CLERK, Role.AUDITOR)
SEERS = (Role.RECEPTIONIST, Role.LEADER, Role.CLERK, Role.AUDITOR)
WORKERS = (Role.RECEPTIONIST, Role.SPECIALIST, Role.LEADER, Role.CLERK)
DRAFTERS = (Role.SPECIALIST, Role.LEADER, Role.CLERK)
WATCHERS = (Role.ADMINISTRATOR, Role.OPERATOR)
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


def _result(world: World) -> dict[str, object]:
    """A draft of another official; who answers is told what the draft lacks, the rest come no further."""
    dossier = _dossier(world)
    return {"result_id": drafted(dossier, at=world.at).pk}


def _file(world: World) -> dict[str, object]:
    """A draft that is a file already."""
    dossier, specialist = _dossier(world), official(world.ours, Role.SPECIALIST, at=world.at)
    given = {"dossier_id": dossier.pk, "viewer": specialist, "at": world.at, "pdf": [pdf_made_elsewhere()]}
    return {"result_id": draft_result(text=text(paragraphs=()), **given).pk}  # type: ignore[arg-type]


def _queue(world: World) -> Queue:
    values = {"name": "Hộ tịch", "open": True}
    return Queue.objects.get_or_create(agency=world.ours, letter="A", defaults=values)[0]


def _counter(world: World) -> dict[str, object]:
    made, _new = Counter.objects.get_or_create(agency=world.ours, number=1)
    made.queues.add(_queue(world))
    return {"counter_id": made.pk}


def _hall(world: World) -> Hall:
    return Hall.objects.get_or_create(agency=world.ours)[0]


def _ticket(world: World) -> dict[str, object]:
    return {"ticket_id": draw_ticket(queue=_queue(world), at=world.at).pk}


def _appointment(world: World) -> dict[str, object]:
    given = {"number": f"0190{world.at.microsecond:06d}{Appointment.objects.count():02d}"}
    party = keep_party(facts=applicant(**given), at=world.at)
    row = Appointment.objects.create(
        agency=world.ours,
        queue=_queue(world),
        party=party,
        day=world.at.date(),
        starts_at=world.at,
        place=Appointment.objects.count() + 1,
        booked_at=world.at,
    )
    return {"appointment_id": row.pk}


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
    "dossiers:apologies": only(Role.LEADER, methods=BOTH, shared=True),
    "dossiers:competence": only(Role.ADMINISTRATOR, methods=BOTH, shared=True),
    "dossiers:dossiers": only(*READERS, shared=True),
    "dossiers:queue": only(Role.CALLER, Role.HALL_KEEPER, Role.RECEPTIONIST, Role.LEADER, shared=True),
    "dossiers:set_up_hall": only(Role.HALL_KEEPER, methods=BOTH, shared=True),
    "dossiers:counter": only(Role.CALLER, methods=BOTH, kwargs=_counter),
    "dossiers:capacity": only(
        Role.HALL_KEEPER, methods=BOTH, kwargs=lambda world: {"queue_id": _queue(world).pk}
    ),
    "dossiers:appointments": only(Role.RECEPTIONIST, methods=BOTH, shared=True),
    "dossiers:cancel_appointment": only(Role.RECEPTIONIST, methods=("POST",), kwargs=_appointment),
    "dossiers:arrive": only(Role.RECEPTIONIST, methods=("POST",), kwargs=_appointment),
    "dossiers:display": public(kwargs=lambda world: {"hall_id": _hall(world).pk}),
    "dossiers:kiosk": public(kwargs=lambda world: {"key": _hall(world).kiosk_key}),
    "dossiers:ticket": public(kwargs=_ticket),
    "dossiers:reminders": only(Role.RECEPTIONIST, methods=BOTH, shared=True),
    "dossiers:receive": only(Role.RECEPTIONIST, methods=BOTH, shared=True),
    "dossiers:receive_form": only(
        Role.RECEPTIONIST, methods=BOTH, kwargs=lambda world: {"offer_id": _offer(world).pk}
    ),
    "dossiers:dossier": only(*READERS, kwargs=_id),
    "dossiers:paper": only(*READERS, kwargs=_paper),
    "dossiers:slip": only(*READERS, kwargs=_slip),
    "dossiers:control_slip": only(*READERS, kwargs=_id),
    "dossiers:statistics": only(*SEERS, shared=True),
    "dossiers:behind": only(*SEERS, shared=True),
    "dossiers:unused": only(*SEERS, shared=True),
    "dossiers:quality": only(*SEERS, shared=True),
    "dossiers:quality_of": only(*SEERS, kwargs=lambda world: {"agency_id": world.ours.pk}),
    "dossiers:book": only(*SEERS, shared=True),
    "dossiers:draft_result": only(*DRAFTERS, methods=BOTH, kwargs=_id),
    "dossiers:result": only(*READERS, kwargs=_result),
    "dossiers:result_pdf": only(*READERS, kwargs=_file),
    "dossiers:change_result": only(*DRAFTERS, methods=BOTH, kwargs=_result),
    "dossiers:sign_result": only(Role.LEADER, methods=("POST",), kwargs=_result),
    "dossiers:drop_result": only(*DRAFTERS, methods=("POST",), kwargs=_result),
    "dossiers:to_sign": only(Role.LEADER, methods=BOTH, shared=True),
    "dossiers:across": only(*WATCHERS, shared=True),
    "dossiers:across_retry": only(*WATCHERS, methods=("POST",), shared=True),
    "dossiers:national": only(*WATCHERS, shared=True),
    "dossiers:national_retry": only(*WATCHERS, methods=("POST",), shared=True),
    "dossiers:national_export": only(*WATCHERS, shared=True),
    "dossiers:ask_opinions": only(*WORKERS, methods=BOTH, kwargs=_examined),
    "dossiers:give_opinion": only(*WORKERS, methods=BOTH, kwargs=_asked),
    "dossiers:withdraw_opinion": only(*WORKERS, methods=BOTH, kwargs=_asking),
    "dossiers:opinion_file": only(*READERS, kwargs=lambda world: {**_asking(world), "which": "question"}),
    "dossiers:act": only(*WORKERS, methods=("POST",), kwargs=_nobody),
}
