"""Opening, closing and moving agencies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _
from psycopg import Error as PostgresError

from lienthong.directory import codes
from lienthong.directory.actions.text import one_line
from lienthong.directory.contracts import Pointer
from lienthong.directory.models import (
    OPEN_END,
    AdministrativeUnit,
    Agency,
    AgencyAlias,
    AgencySuccession,
)
from lienthong.directory.pointers import pointers_to
from lienthong.directory.queries import ClosedAgency
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Actor, Subject, record


class CodeTaken(Refusal):
    """Another agency has the code in that time."""

    code, status = "agency-code-taken", 409
    sentence = _("Another agency has the code “%(code)s” at that time. Choose another code or another date.")


class AgencyStillNeeded(Refusal):
    """Others still point to the agency that shall close."""

    code, status = "agency-still-needed", 409
    sentence = _(
        "“%(name)s” (%(code)s) cannot close on %(day)s, because this still points to it: %(pointers)s. "
        "Close or move that first."
    )

    def __init__(self, *, pointers: Sequence[Pointer], field: str = "", **facts: object) -> None:
        self.pointers = tuple(pointers)
        super().__init__(field=field, pointers=_Listed(pointers), **facts)

    def problem(self) -> dict[str, object]:
        """The problem document with what points there as a list."""
        listed = [
            {"kind": str(one.label), "count": one.count, "examples": list(one.examples)}
            for one in self.pointers
        ]
        return {**super().problem(), "pointers": listed}


class AgencyInsideItself(Refusal):
    """An agency would stand above itself."""

    code, status = "agency-inside-itself", 409
    sentence = _("“%(name)s” cannot be put below itself or below what is below it. Choose another superior.")


class ImpossibleDate(Refusal):
    """The end would not come after the beginning."""

    code, status = "impossible-date", 400
    sentence = _("The end (%(end)s) must come after the beginning (%(start)s). Correct one of the dates.")


def open_agency(
    *,
    code: str,
    name: str,
    short_name: str,
    kind: str,
    parent: Agency | None,
    valid_from: date,
    actor: Actor,
    at: datetime,
    unit: AdministrativeUnit | None = None,
    predecessors: Sequence[Agency] = (),
    address: str = "",
    email: str = "",
    telephone: str = "",
) -> Agency:
    """Found an agency that exists from `valid_from`, in the place of its predecessors if it has any.

    Raises:
        BadCode, BadText: the code or a text is not well formed.
        ClosedAgency: the superior does not exist on that day.
        CodeTaken: the code belongs to another agency then or later.
    """
    agency = Agency(
        code=codes.root_first(code),
        old_code=codes.leaf_first(code),
        name=one_line(name, model=Agency, field="name"),
        short_name=one_line(short_name, model=Agency, field="short_name"),
        kind=one_line(kind, model=Agency, field="kind"),
        parent=parent,
        unit=unit,
        address=one_line(address, model=Agency, field="address", required=False),
        email=one_line(email, model=Agency, field="email", required=False),
        telephone=one_line(telephone, model=Agency, field="telephone", required=False),
        valid_from=valid_from,
    )
    with transaction.atomic(), _refusals(agency):
        _one_at_a_time(f"code {agency.code}")
        if parent:
            require_open(locked(parent), on=valid_from)
        agency.save(force_insert=True)
        _succeed(predecessors, agency, on=valid_from)
        _record("agency.open", agency, actor=actor, at=at, day=valid_from)
    agency.refresh_from_db()
    return agency


def close_agency(
    *, agency: Agency, on: date, actor: Actor, at: datetime, successors: Sequence[Agency] = ()
) -> None:
    """End the agency: `on` is the first day on which it no longer exists.

    Raises:
        AgencyStillNeeded: something still points to it on that day; `pointers` says what.
        ImpossibleDate: it did not exist before that day.
        ClosedAgency: it is closed already.
    """
    with transaction.atomic():
        current = locked(agency)
        if current.valid_to != OPEN_END:
            raise ClosedAgency.of(current, on=on)
        if on <= current.valid_from:
            raise ImpossibleDate(field="on", start=f"{current.valid_from:%d/%m/%Y}", end=f"{on:%d/%m/%Y}")
        pointers = pointers_to(current, on=on)
        if pointers:
            raise AgencyStillNeeded(
                pointers=pointers, name=current.name, code=current.code, day=f"{on:%d/%m/%Y}"
            )
        Agency.objects.filter(pk=current.pk).update(valid_to=on)
        for successor in successors:
            _succeed([current], successor, on=on)
        _record("agency.close", current, actor=actor, at=at, day=on)
    agency.valid_to = on


def move_agency(*, agency: Agency, parent: Agency | None, actor: Actor, at: datetime) -> None:
    """Put the agency, with all below it, under another superior, or on the first level.

    Raises:
        AgencyInsideItself: the superior is the agency itself or stands below it.
        ClosedAgency: the superior is closed.
    """
    with transaction.atomic(), _refusals(agency):
        _one_at_a_time("move")
        if parent:
            require_open(locked(parent), on=at.date())
        Agency.objects.filter(pk=agency.pk).update(parent=parent)
        _record("agency.move", agency, actor=actor, at=at, day=at.date())
    agency.refresh_from_db()


def add_alias(*, agency: Agency, alias: str, actor: Actor, at: datetime) -> AgencyAlias:
    """Let another spelling find the agency; raises `BadCode`, or `CodeTaken` when it finds another."""
    spelling = codes.spelled(one_line(alias, model=AgencyAlias, field="alias"))
    with transaction.atomic():
        if Agency.objects.filter(code=spelling).exclude(pk=agency.pk).exists():
            raise CodeTaken(field="alias", code=spelling)
        row, made = AgencyAlias.objects.get_or_create(alias=spelling, defaults={"agency": agency})
        if row.agency_id != agency.pk:
            raise CodeTaken(field="alias", code=spelling)
        if made:
            _record("agency.alias", agency, actor=actor, at=at, day=at.date())
    return row


def locked(agency: Agency) -> Agency:
    """The agency as it is now, held until the transaction ends, so that nobody closes it meanwhile."""
    return Agency.objects.select_for_update().get(pk=agency.pk)


def require_open(agency: Agency, *, on: date) -> None:
    """Raise `ClosedAgency` unless the agency exists on the day."""
    if not agency.valid_from <= on < agency.valid_to:
        raise ClosedAgency.of(agency, on=on)


def _one_at_a_time(what: str) -> None:
    """Let two who want the same wait for each other; at rows and constraints alone they would deadlock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"directory_agency {what}"])


def _succeed(predecessors: Sequence[Agency], successor: Agency, *, on: date) -> None:
    rows = [AgencySuccession(predecessor=one, successor=successor, on_date=on) for one in predecessors]
    AgencySuccession.objects.bulk_create(rows, ignore_conflicts=True)


def _record(verb: str, agency: Agency, *, actor: Actor, at: datetime, day: date) -> None:
    subject = Subject(kind="directory.agency", id=str(agency.pk))
    data = {"code": agency.code, "name": agency.name, "day": day.isoformat()}
    record(actor=actor, verb=verb, subject=subject, at=at, data=data)


@contextmanager
def _refusals(agency: Agency) -> Iterator[None]:
    """Say what the database's own rules refused."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        rule = _violated(error)
        if rule in {"agency_code_unique_while_valid", "agency_old_code_unique_while_valid"}:
            raise CodeTaken(field="code", code=agency.code) from error
        if rule == "agency_not_inside_itself":
            raise AgencyInsideItself(field="parent", name=agency.name) from error
        raise


def _violated(error: IntegrityError) -> str:
    cause = error.__cause__
    return (cause.diag.constraint_name or "") if isinstance(cause, PostgresError) else ""


class _Listed:
    """The pointers as one phrase, put into words only when said."""

    def __init__(self, pointers: Sequence[Pointer]) -> None:
        self.pointers = pointers

    def __str__(self) -> str:
        return "; ".join(f"{one.count} × {one.label!s} ({_examples(one)})" for one in self.pointers)


def _examples(pointer: Pointer) -> str:
    more = ["…"] if pointer.count > len(pointer.examples) else []
    return ", ".join([*pointer.examples, *more])
