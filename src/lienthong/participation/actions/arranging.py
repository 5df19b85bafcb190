"""What administrators arrange: who is competent for what, and which applications may send feedback."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from lienthong.directory.public import AdministrativeUnit, Agency, find_agency
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import Subject, record
from lienthong.participation import places
from lienthong.participation.actions.moving import words
from lienthong.participation.codes import hashed, new_key
from lienthong.participation.models import ApiClient, Competence
from lienthong.participation.queries import find_category
from lienthong.participation.refusals import CompetenceTwice, NotBelow, UnknownPlace


def add_competence(*, unit: str, category: str, agency: str, viewer: Viewer, at: datetime) -> Competence:
    """Have the body of that code answer for the category (empty: for all) in the unit of that code.

    An administrator arranges what lies at or below their own agency: body and unit.

    Raises:
        UnknownPlace, UnknownCategory, UnknownAgency, ClosedAgency; NotAllowed, NotBelow,
        CompetenceTwice.
    """
    on = at.astimezone(VIETNAM).date()
    own = _own(viewer)
    chosen = find_category(category) if category else None
    body = find_agency(agency, on=on)
    place = _unit(unit, at=at)
    if not body.path.startswith(own.path) or own.unit_id not in {one.pk for one in places.lineage(place)}:
        raise NotBelow(field="agency")
    try:
        with transaction.atomic():
            row = Competence.objects.create(unit=place, category=chosen, agency=body)
            _record(viewer, "competence.add", Subject("participation.competence", str(row.pk)), at, str(row))
    except IntegrityError as error:
        raise CompetenceTwice(field="unit") from error
    return row


def remove_competence(*, competence_id: int, viewer: Viewer, at: datetime) -> None:
    """Take the row out; what lies with the body stays there. Raises `NotFound`."""
    own = _own(viewer)
    with transaction.atomic():
        row = Competence.objects.filter(pk=competence_id, agency__path__startswith=own.path).first()
        if row is None:
            raise NotFound
        _record(viewer, "competence.remove", Subject("participation.competence", str(row.pk)), at, str(row))
        row.delete()


def register_client(*, name: str, contact: str, viewer: Viewer, at: datetime) -> tuple[ApiClient, str]:
    """Let an application send feedback; its key is in the answer and nowhere else.

    Raises:
        NotAllowed, WordsMissing, WordsTooLong.
    """
    _require_operator(viewer)
    key = new_key()
    with transaction.atomic():
        client = ApiClient.objects.create(
            name=words(name, field="name", limit=100),
            contact=words(contact, field="contact", limit=200),
            key_hash=hashed(key),
            created_at=at,
        )
        _record(viewer, "open311-client.add", _subject(client), at, client.name)
    return client, key


def disable_client(*, client_id: int, viewer: Viewer, at: datetime) -> None:
    """Let an application send nothing more. Raises `NotAllowed`, `NotFound`."""
    _require_operator(viewer)
    with transaction.atomic():
        client = ApiClient.objects.select_for_update().filter(pk=client_id, disabled_at=None).first()
        if client is None:
            raise NotFound
        client.disabled_at = at
        client.save()
        _record(viewer, "open311-client.disable", _subject(client), at, client.name)


def client_of(key: str) -> ApiClient | None:
    """The application with that key. One query."""
    return ApiClient.objects.filter(key_hash=hashed(key), disabled_at=None).first() if key else None


def _unit(code: str, *, at: datetime) -> AdministrativeUnit:
    """The province or commune of the national code."""
    on = at.astimezone(VIETNAM).date()
    unit = places.find_province(code, on=on) if len(code) == 2 else places.find_commune(code, on=on)
    if unit is None:
        raise UnknownPlace(field="unit")
    return unit


def _own(viewer: Viewer) -> Agency:
    if viewer.agency_id is None or not viewer.has(Role.ADMINISTRATOR):
        raise NotAllowed
    return Agency.objects.get(pk=viewer.agency_id)


def _require_operator(viewer: Viewer) -> None:
    if not viewer.has(Role.OPERATOR):
        raise NotAllowed


def _subject(client: ApiClient) -> Subject:
    return Subject("participation.apiclient", str(client.pk))


def _record(viewer: Viewer, verb: str, subject: Subject, at: datetime, what: str) -> None:
    record(actor=viewer.actor(), verb=verb, subject=subject, at=at, data={"what": what})
