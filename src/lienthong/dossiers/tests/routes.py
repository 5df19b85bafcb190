"""Who may call the routes of the one-stop."""

from __future__ import annotations

from tests.architecture.routes import Route, World, only, public

from lienthong.dossiers.actions.receiving import receive_at_counter
from lienthong.dossiers.contracts import GivenFile
from lienthong.dossiers.models import Appointment, Counter, Dossier, Hall, Queue
from lienthong.dossiers.queueing.actions import SETS_UP, draw_ticket
from lienthong.dossiers.tests.factories import applicant, intake, offered, receptionist
from lienthong.identity.public import Role, keep_party
from lienthong.kernel.blobs import store_blob
from lienthong.procedures.public import ServiceOffer

READERS = (Role.RECEPTIONIST, Role.SPECIALIST, Role.LEADER, Role.CLERK, Role.AUDITOR)
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


ROUTES: dict[str, Route] = {
    "dossiers:inbox": only(*READERS, shared=True),
    "dossiers:finish_many": only(*WORKERS, methods=("POST",), shared=True),
    "dossiers:apologies": only(Role.LEADER, methods=BOTH, shared=True),
    "dossiers:dossiers": only(*READERS, shared=True),
    "dossiers:queue": only(Role.RECEPTIONIST, *SETS_UP, shared=True),
    "dossiers:set_up_hall": only(*SETS_UP, methods=BOTH, shared=True),
    "dossiers:counter": only(Role.RECEPTIONIST, methods=BOTH, kwargs=_counter),
    "dossiers:capacity": only(*SETS_UP, methods=BOTH, kwargs=lambda world: {"queue_id": _queue(world).pk}),
    "dossiers:appointments": only(Role.RECEPTIONIST, methods=BOTH, shared=True),
    "dossiers:cancel_appointment": only(Role.RECEPTIONIST, methods=("POST",), kwargs=_appointment),
    "dossiers:arrive": only(Role.RECEPTIONIST, methods=("POST",), kwargs=_appointment),
    "dossiers:display": public(kwargs=lambda world: {"hall_id": _hall(world).pk}),
    "dossiers:kiosk": public(kwargs=lambda world: {"key": _hall(world).kiosk_key}),
    "dossiers:ticket": public(kwargs=_ticket),
    "dossiers:receive": only(Role.RECEPTIONIST, methods=BOTH, shared=True),
    "dossiers:receive_form": only(
        Role.RECEPTIONIST, methods=BOTH, kwargs=lambda world: {"offer_id": _offer(world).pk}
    ),
    "dossiers:dossier": only(*READERS, kwargs=_id),
    "dossiers:paper": only(*READERS, kwargs=_paper),
    "dossiers:slip": only(*READERS, kwargs=_slip),
    "dossiers:control_slip": only(*READERS, kwargs=_id),
    "dossiers:act": only(*WORKERS, methods=("POST",), kwargs=_nobody),
}
