"""What is told of one service: read from its version, its body, and what really happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.dates import WEEKDAYS

from lienthong.directory.public import Agency, Hours, Session, calendar_of
from lienthong.identity.public import NotFound
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.models import Blob
from lienthong.kernel.statements import fetch
from lienthong.portal.finding.places import Body
from lienthong.procedures.public import (
    Definition,
    Exemption,
    Form,
    Procedure,
    ProcedureVersion,
    Sample,
    ServiceField,
    condition_in_words,
    definition_of,
    find_published_sample,
    own_amounts,
    samples_of,
)

_SERVICE = f"""
    SELECT procedure.id, version.id, procedure.code, procedure.name, procedure.name_en, procedure.level,
        procedure.audience, field.code, field.name, field.name_en, authority.name, version.published_at
    FROM {ProcedureVersion._meta.db_table} version
    JOIN {Procedure._meta.db_table} procedure ON procedure.id = version.procedure_id
    JOIN {ServiceField._meta.db_table} field ON field.id = procedure.field_id
    JOIN {Agency._meta.db_table} authority ON authority.id = procedure.authority_id
    WHERE version.state = 'published' AND %s = %%s
"""  # noqa: S608, of constants
_BY_CODE, _BY_VERSION = _SERVICE % "procedure.code", _SERVICE % "version.id"


@dataclass(frozen=True)
class Service:
    """A procedure in force, by its version."""

    procedure_id: UUID
    version_id: UUID
    code: str
    name: str
    name_en: str
    level: str
    audience: str
    field_code: str
    field: str
    field_en: str
    authority: str
    published_at: datetime

    @property
    def version(self) -> ProcedureVersion:
        """Its version, of which only the key and the state are known."""
        return ProcedureVersion(pk=self.version_id, state="published")

    @property
    def definition(self) -> Definition:
        """What it says; read once in a life of the server."""
        return definition_of(self.version)


@dataclass(frozen=True)
class ToldPaper:
    """A paper to bring, when it is needed, and what it looks like."""

    name: str
    name_en: str
    originals: int
    copies: int
    when: str
    samples: Sequence[Sample]


@dataclass(frozen=True)
class ToldFee:
    """A fee at this body; `when` says in which case it is asked."""

    name: str
    name_en: str
    amount: int
    law: str
    when: str


@dataclass(frozen=True)
class ToldExemption:
    """Who pays less, by how much, by which law."""

    one: Exemption
    when: str


@dataclass(frozen=True)
class Known:
    """What the State knows already, so that nobody types or brings it."""

    name: str
    name_en: str


def find_service(code: str) -> Service:
    """The service of a national code that is in force. One query. Raises `NotFound`."""
    return _one(_BY_CODE, code)


def service_of(version_id: UUID) -> Service:
    """The service whose version this is, if it is in force. One query. Raises `NotFound`."""
    return _one(_BY_VERSION, version_id)


def papers_of(service: Service) -> tuple[list[ToldPaper], list[Known]]:
    """The papers to bring, and those that the State holds itself. No query once they are known."""
    definition, samples = service.definition, samples_of(service.version)
    told, held = [], []
    for paper in definition.papers:
        when = condition_in_words(paper.when, definition.form)
        if paper.held_by_state:
            held.append(Known(paper.name, paper.name_en))
        else:
            told.append(
                ToldPaper(
                    paper.name, paper.name_en, paper.originals, paper.copies, when,
                    samples.get(paper.key, ()),
                )
            )  # fmt: skip
    return told, held


def fees_of(service: Service, body: Body | None, *, on: date) -> list[ToldFee]:
    """What may be asked, in the amounts of the body. One query, none where there are no fees or no body."""
    definition = service.definition
    own: Mapping[str, object] = {}
    if body and definition.fees:
        agency = Agency(pk=body.id, path=body.path)
        own = own_amounts([(agency, service.procedure_id)], on=on).get((body.id, service.procedure_id), {})
    told = []
    for fee in definition.fees:
        here = own.get(fee.key)
        amount, law = (here.amount, here.law) if here else (fee.amount, fee.law)  # type: ignore[attr-defined]
        when = condition_in_words(fee.when, definition.form)
        told.append(ToldFee(fee.name, fee.name_en, amount, law, when))
    return told


def exemptions_of(service: Service) -> list[ToldExemption]:
    """Who pays less. No query."""
    definition = service.definition
    return [
        ToldExemption(one, condition_in_words(one.when, definition.form)) for one in definition.exemptions
    ]


def known_to_the_state(form: Form | None) -> list[Known]:
    """The questions that are filled in by themselves for who signed in."""
    questions = form.questions if form else ()
    return [Known(one.label, one.label_en) for one in questions if one.prefill]


def hours_of(body: Body, *, on: date) -> list[tuple[str, str]]:
    """When the body is open: days and times, days with the same times together. Three queries."""
    return list(_spans(calendar_of(body.id, years=[on.year]).hours_on(on)))


def sample_file(sample_id: int) -> tuple[Blob, str]:
    """The file of a sample of a version that was published, and its name. Raises `NotFound`."""
    sample = find_published_sample(sample_id)
    return sample.blob, sample.name


def today(at: datetime) -> date:
    """The day in Vietnam."""
    return at.astimezone(VIETNAM).date()


def _one(sql: str, value: object) -> Service:
    rows = fetch(sql, value)
    if not rows:
        raise NotFound
    return Service(*rows[0])


def _spans(hours: Hours) -> Iterator[tuple[str, str]]:
    first = 0
    for day in range(1, 8):
        if day < 7 and hours.week[day] == hours.week[first]:
            continue
        if hours.week[first]:
            names = [str(WEEKDAYS[first]), str(WEEKDAYS[day - 1])]
            days = names[0] if first == day - 1 else " – ".join(names)
            yield days, ", ".join(map(_times, hours.week[first]))
        first = day


def _times(session: Session) -> str:
    return f"{_time(session.starts)}–{_time(session.ends)}"


def _time(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"
