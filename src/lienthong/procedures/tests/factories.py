"""Procedures, drafts and published versions for tests, of this app and of those above."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from lienthong.directory.public import Agency
from lienthong.identity.public import Role, Viewer, acting_viewer
from lienthong.identity.tests.factories import agency, at_noon, official_in
from lienthong.procedures.actions.loading import shipped
from lienthong.procedures.actions.samples import SampleChanges, take_in
from lienthong.procedures.actions.versions import publish_version, save_draft, start_draft
from lienthong.procedures.definition import Definition, Exemption, Fee, Paper, Result
from lienthong.procedures.models import (
    OfferFee,
    PaperSample,
    Procedure,
    ProcedureVersion,
    ServiceField,
    ServiceOffer,
)
from lienthong.procedures.states import Channel, Level, SampleKind
from lienthong.procedures.stored import definition_of
from lienthong.procedures.tests.forms import birth
from lienthong.procedures.tests.processes import straight

NOON = at_noon()
LAW = "Luật Phí và lệ phí 2015, Điều 10"
_numbers = count(1)


def officer(of: Agency, role: Role = Role.CATALOGUER, *, at: datetime = NOON) -> Viewer:
    """Someone of the agency with the role."""
    return acting_viewer(official_in(of, role), at=at)


def procedure(authority: Agency | None = None, **fields: Any) -> Procedure:
    """A procedure without versions."""
    number = next(_numbers)
    field, _made = ServiceField.objects.get_or_create(code="hotich", defaults={"name": "Hộ tịch"})
    values: dict[str, Any] = {
        "code": f"1.{number:06d}",
        "name": f"Đăng ký khai sinh {number}",
        "field": field,
        "level": Level.COMMUNE,
        "authority": authority or agency(),
    }
    return Procedure.objects.create(**values | fields)


def definition(**fields: Any) -> Definition:
    """A definition that can be published."""
    values: dict[str, Any] = {
        "law": ("Luật Hộ tịch 2014, Đ.13–16",),
        "limit_minutes": 2 * 480,
        "papers": (Paper(key="birth_paper", name="Giấy chứng sinh"),),
        "fees": (Fee(key="late", name="Lệ phí đăng ký quá hạn", amount=8_000, when="age > 0"),),
        "results": (Result(key="certificate", name="Giấy khai sinh"),),
        "form": birth(),
        "process": straight(),
    }
    return Definition(**values | fields)


def fee(key: str, amount: int, **fields: Any) -> Fee:
    """A fee named by its key."""
    return Fee(**{"key": key, "name": key.upper(), "amount": amount, **fields})


def exemption(key: str, share: int = 100, **fields: Any) -> Exemption:
    """An exemption that an official chooses, unless a condition is given."""
    return Exemption(**{"key": key, "name": key.upper(), "share": share, "law": LAW, **fields})


def draft(of: Procedure, says: Definition | None = None, *, at: datetime = NOON) -> ProcedureVersion:
    """A draft that says what is given."""
    viewer = officer(of.authority, at=at)
    made = start_draft(procedure_id=of.pk, viewer=viewer, at=at)
    return save_draft(version_id=made.pk, definition=says or definition(), viewer=viewer, at=at)


def sampled(
    of: ProcedureVersion, paper: str = "birth_paper", *, content: bytes = b"%PDF-1.7 mau", at: datetime = NOON
) -> PaperSample:
    """A sample of a paper of the draft."""
    file = SimpleUploadedFile("mau.pdf", content)
    save_draft(
        version_id=of.pk,
        definition=definition_of(ProcedureVersion.objects.get(pk=of.pk)),
        samples=SampleChanges(added=[take_in(file, paper=paper, kind=SampleKind.BLANK, at=at)]),
        viewer=officer(of.procedure.authority, at=at),
        at=at,
    )
    return of.samples.latest("pk")


def published(
    of: Procedure | None = None, says: Definition | None = None, *, samples: int = 0, at: datetime = NOON
) -> ProcedureVersion:
    """A version in force."""
    of = of or procedure()
    made = draft(of, says, at=at)
    for number in range(samples):
        sampled(made, content=b"%PDF-1.7 mau " + bytes([65 + number]), at=at)
    leader = officer(of.authority, Role.LEADER, at=at)
    return publish_version(version_id=made.pk, viewer=leader, at=at)


def offer(of: ProcedureVersion, at_agency: Agency, *, at: datetime = NOON) -> ServiceOffer:
    """The agency offers the version at its counter."""
    return ServiceOffer.objects.create(agency=at_agency, version=of, channel=Channel.COUNTER, offered_at=at)


def own_fee(of: Procedure, at_agency: Agency, amount: int, *, fee: str, at: datetime = NOON) -> OfferFee:
    """What the agency, and all below it, ask of their own for a fee from that day on."""
    return OfferFee.objects.create(
        agency=at_agency,
        procedure=of,
        fee=fee,
        amount=amount,
        law=LAW,
        reason="Theo nghị quyết",
        valid_from=at.date(),
        set_by_id=officer(at_agency).official_id,
        set_at=at,
    )


def result(key: str, **fields: Any) -> Result:
    """What the applicant gets, named by its key."""
    return Result(**{"key": key, "name": key.upper(), **fields})


def shipped_names() -> list[dict[str, Any]]:
    """Code, names, field, level and audience of each procedure that ships."""
    return [one.listing for one in shipped()]
