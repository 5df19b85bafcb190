"""What the page of one dossier reads, as fixed statements (ADR 0029): the ORM wrote and PostgreSQL planned
eleven joins anew for each page, which took longer than finding the rows (ADR 0073).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model

from lienthong.directory.public import Agency, Official
from lienthong.dossiers.models import (
    Application,
    Dossier,
    DossierPaper,
    DossierTask,
    HandOut,
    HeldDocument,
    Pause,
    Slip,
    SupplementRequest,
)
from lienthong.identity.public import Party
from lienthong.kernel.statements import Columns, fetch
from lienthong.procedures.public import Procedure, ProcedureVersion, ServiceField

M = TypeVar("M", bound=Model)

_DOSSIER, _APPLICATION, _AGENCY, _PARTY = (
    Columns(Dossier), Columns(Application), Columns(Agency), Columns(Party),
)  # fmt: skip
_LONG = {"law", "conditions", "conditions_en"}
_VERSION = Columns(
    ProcedureVersion,
    *(field.attname for field in ProcedureVersion._meta.concrete_fields if field.attname not in _LONG),
)
_PROCEDURE, _FIELD, _OFFICIAL = Columns(Procedure), Columns(ServiceField), Columns(Official)
_SUPPLEMENT, _HAND_OUT = Columns(SupplementRequest), Columns(HandOut)
_TASK, _PAPER, _HELD = Columns(DossierTask), Columns(DossierPaper), Columns(HeldDocument)
_SLIP, _PAUSE = Columns(Slip, "id", "dossier_id", "kind", "made_at"), Columns(Pause)

_WHOLE = f"""
    SELECT {_DOSSIER.of("d")}, {_APPLICATION.of("a")}, {_AGENCY.of("o")}, {_PARTY.of("w")},
           {_VERSION.of("v")}, {_PROCEDURE.of("p")}, {_FIELD.of("f")}, {_SUPPLEMENT.of("s")},
           {_HAND_OUT.of("h")}, {_OFFICIAL.of("b")},
           EXISTS (SELECT FROM dossiers_pause x WHERE x.dossier_id = d.id),
           EXISTS (SELECT FROM dossiers_dossier x WHERE x.root_id = d.root_id AND x.id <> d.id),
           EXISTS (SELECT FROM dossiers_dossierresult x WHERE x.dossier_id = d.id),
           EXISTS (SELECT FROM dossiers_dossiertask t JOIN dossiers_farstep x ON x.task_id = t.id
                   WHERE t.dossier_id = d.id)
    FROM dossiers_dossier d
    JOIN dossiers_application a ON a.dossier_id = d.id
    JOIN directory_agency o ON o.id = d.agency_id
    JOIN identity_party w ON w.id = d.applicant_id
    JOIN procedures_procedureversion v ON v.id = d.version_id
    JOIN procedures_procedure p ON p.id = v.procedure_id
    JOIN procedures_servicefield f ON f.id = p.field_id
    LEFT JOIN dossiers_supplementrequest s ON s.dossier_id = d.id
    LEFT JOIN dossiers_handout h ON h.dossier_id = d.id
    LEFT JOIN directory_official b ON b.id = h.handed_by_id
    WHERE d.id = %s AND (
        d.agency_id = %s
        OR EXISTS (SELECT FROM dossiers_dossierguest g WHERE g.dossier_id = d.id AND g.agency_id = %s)
    )
"""  # noqa: S608
_TASKS = f"""
    SELECT {_TASK.of("t")}, {_AGENCY.of("o")}, {_OFFICIAL.of("a")}, {_OFFICIAL.of("b")}
    FROM dossiers_dossiertask t
    JOIN directory_agency o ON o.id = t.agency_id
    LEFT JOIN directory_official a ON a.id = t.assignee_id
    LEFT JOIN directory_official b ON b.id = t.done_by_id
    WHERE t.dossier_id = %s ORDER BY t.opened_at, t.id
"""  # noqa: S608
_PAPERS = f"""
    SELECT {_PAPER.of("p")}, {_HELD.of("h")}
    FROM dossiers_dossierpaper p LEFT JOIN dossiers_helddocument h ON h.id = p.held_id
    WHERE p.dossier_id = %s ORDER BY p.id
"""  # noqa: S608


@dataclass(frozen=True)
class Whole:
    """A dossier with what its page shows first, and of what else it has rows at all."""

    dossier: Dossier
    paused: bool
    linked: bool
    has_results: bool
    has_far_steps: bool


def read_whole(dossier_id: UUID, *, agency_id: int) -> Whole | None:
    """The dossier, if it is the agency's or had a step there. One query."""
    found = fetch(_WHOLE, dossier_id, agency_id, agency_id)
    return _whole(iter(found[0])) if found else None


def read_tasks(dossier_id: UUID) -> list[DossierTask]:
    """Every step of the dossier so far, in order. One query."""
    return [_task(iter(row)) for row in fetch(_TASKS, dossier_id)]


def read_papers(dossier_id: UUID) -> list[DossierPaper]:
    """Its papers with their files, in order. One query."""
    return [_paper(iter(row)) for row in fetch(_PAPERS, dossier_id)]


def read_slips(dossier_id: UUID) -> list[Slip]:
    """Its slips, as a list names them, in order. One query."""
    return _SLIP.where(dossier_id=dossier_id, order="r.id")


def read_pauses(dossier_id: UUID) -> list[Pause]:
    """When its clock stood, in order. One query."""
    return _PAUSE.where(dossier_id=dossier_id, order="r.id")


def _whole(values: Iterator[Any]) -> Whole:
    dossier = _DOSSIER.read(values)
    dossier.application = _APPLICATION.read(values)
    dossier.agency, dossier.applicant = _AGENCY.read(values), _PARTY.read(values)
    dossier.version = version = _VERSION.read(values)
    version.procedure = _PROCEDURE.read(values)
    version.procedure.field = _FIELD.read(values)
    supplement, hand_out = _joined(_SUPPLEMENT, values), _joined(_HAND_OUT, values)
    handed_by = _joined(_OFFICIAL, values)
    if hand_out is not None:
        hand_out.handed_by = handed_by
    for name, row in (("supplement", supplement), ("hand_out", hand_out)):
        Dossier._meta.get_field(name).set_cached_value(dossier, row)  # type: ignore[union-attr]
    return Whole(dossier, *values)


def _task(values: Iterator[Any]) -> DossierTask:
    task = _TASK.read(values)
    task.agency = _AGENCY.read(values)
    task.assignee, task.done_by = _joined(_OFFICIAL, values), _joined(_OFFICIAL, values)
    return task


def _paper(values: Iterator[Any]) -> DossierPaper:
    paper = _PAPER.read(values)
    paper.held = _joined(_HELD, values)
    return paper


def _joined(columns: Columns[M], values: Iterator[Any]) -> M | None:
    """The row of a left join, if there is one."""
    row = columns.read(values)
    return row if row.pk is not None else None
