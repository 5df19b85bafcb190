"""One-stops, receptionists and dossiers for tests, of this app and of those above."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

from lienthong.directory.public import Agency
from lienthong.documents.tests.factories import make_document
from lienthong.dossiers.actions.receiving import receive_at_counter, register_dossiers
from lienthong.dossiers.actions.stepping import finish_step
from lienthong.dossiers.contracts import GivenPaper, Intake, StepDone
from lienthong.dossiers.models import (
    Dossier,
    DossierResult,
    DossierTask,
    HeldDocument,
    ServiceDemand,
    SettlingTime,
)
from lienthong.dossiers.tests.processes import BIRTH
from lienthong.identity.public import PartyFacts, PartyKind, Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import agency, at_noon, official_in
from lienthong.kernel.blobs import store_blob
from lienthong.procedures.public import Channel, ProcedureVersion, ServiceOffer
from lienthong.procedures.tests.factories import definition, published

NOON = at_noon()  # Monday, 2 March 2026
_numbers = count(1)
ANSWERS = {"child_name": "Trần Bé", "child_sex": "female", "born_on": "2026-02-10", "married": False}
# A child of a year owes the fee of late registration.
LATE = {**ANSWERS, "born_on": "2024-02-10", "scan": ["0" * 64], "why": "Cha mẹ đi làm xa nhà"}


def official(of: Agency, *roles: Role, at: datetime = NOON) -> Viewer:
    """Someone of the agency with the roles."""
    return acting_viewer(official_in(of, *roles), at=at)


def receptionist(of: Agency) -> Viewer:
    """Who receives dossiers at the agency's one-stop."""
    return official(of, Role.RECEPTIONIST)


def offered(version: ProcedureVersion | None = None, at_agency: Agency | None = None) -> ServiceOffer:
    """An agency offers a version at the counter."""
    return ServiceOffer.objects.create(
        agency=at_agency or agency(),
        version=version or published(says=definition(process=BIRTH, limit_minutes=2 * 480)),
        channel=Channel.COUNTER,
        offered_at=NOON,
    )


def applicant(**fields: Any) -> PartyFacts:
    """A citizen nobody met before."""
    number = next(_numbers)
    facts = PartyFacts(
        kind=PartyKind.CITIZEN,
        name=f"Trần Thị Người Dân {number}",
        number=f"0190{number:08d}",
        telephone="0912345678",
    )
    return replace(facts, **fields)


def intake(offer: ServiceOffer, **fields: Any) -> Intake:
    """What is handed in at the counter, with nothing answered but what the factories' form asks."""
    values: dict[str, Any] = {
        "agency_id": offer.agency_id,
        "version_id": offer.version_id,
        "channel": Channel(offer.channel),
        "applicant": applicant(),
        "answers": ANSWERS,
        "papers": (GivenPaper(name="Giấy chứng sinh", key="birth_paper", originals=1),),
    }
    return Intake(**values | fields)


def submitted(offer: ServiceOffer | None = None, *, at: datetime = NOON, **fields: Any) -> Dossier:
    """A dossier that was handed in and not accepted yet."""
    offer = offer or offered()
    viewer = receptionist(offer.agency)
    return register_dossiers(intakes=[intake(offer, **fields)], viewer=viewer, at=at)[0]


def received(offer: ServiceOffer | None = None, *, at: datetime = NOON, **fields: Any) -> Dossier:
    """A dossier received at the counter, its first step done."""
    offer = offer or offered()
    viewer = receptionist(offer.agency)
    return receive_at_counter(intake=intake(offer, **fields), viewer=viewer, at=at)


def decided(dossier: Dossier, *, at: datetime = NOON) -> DossierResult:
    """The dossier is decided, with a result; the file of it is no signed one."""
    for step, role, choices in (
        ("examine", Role.SPECIALIST, {"complete": "fee_due"}),
        ("sign", Role.LEADER, {}),
    ):
        done = StepDone(open_task(dossier, step).pk, choices)
        finish_step(done=done, viewer=official(dossier.agency, role, at=at), at=at)
    blob = store_blob([b"%PDF-1.7 the result of ", str(dossier.pk).encode()], at=at, max_bytes=100)
    held = HeldDocument.objects.create(
        party=dossier.applicant, name="Giấy khai sinh", blob=blob, file_name="khai-sinh.pdf", given_at=at,
        issued=True, source=dossier,
    )  # fmt: skip
    return DossierResult.objects.create(
        dossier=dossier, agency=dossier.agency, key="certificate", name="Giấy khai sinh", made_at=at,
        held=held, document=make_document(agency=dossier.agency),
    )  # fmt: skip


def open_task(dossier: Dossier, step: str) -> DossierTask:
    """The open task of a step."""
    return DossierTask.objects.get(dossier=dossier, step=step, state="open")


def took(
    offer: ServiceOffer, *, cases: int, median: int, ninth: int, everywhere: bool = False
) -> SettlingTime:
    """How long the offer's procedure really took at its agency, or at all bodies together."""
    return SettlingTime.objects.create(
        agency=None if everywhere else offer.agency,
        procedure=offer.version.procedure,
        cases=cases,
        median=median,
        ninth=ninth,
    )


def asked_for(offer: ServiceOffer, received: int) -> ServiceDemand:
    """How often the offer's procedure was asked for in the country."""
    return ServiceDemand.objects.create(procedure=offer.version.procedure, received=received)
