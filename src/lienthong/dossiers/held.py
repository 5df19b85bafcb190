"""What an act reads first, as fixed statements (ADR 0029): the dossiers, locked, and their open steps.

What many of them share (agency, version, procedure, field) is one object for all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model

from lienthong.directory.public import Agency
from lienthong.dossiers.models import Application, Dossier, DossierTask
from lienthong.dossiers.states import TaskState
from lienthong.kernel.statements import Columns, fetch
from lienthong.procedures.public import Procedure, ProcedureVersion, ServiceField

M = TypeVar("M", bound=Model)

_DOSSIER, _APPLICATION, _AGENCY = Columns(Dossier), Columns(Application), Columns(Agency)
_VERSION = Columns(ProcedureVersion, "id", "procedure_id", "process_id", "form_id", "limit_minutes", "state")
_PROCEDURE, _FIELD = Columns(Procedure), Columns(ServiceField)
_TASK = Columns(DossierTask)

_DOSSIERS = f"""
    SELECT {_DOSSIER.of("d")}, {_APPLICATION.of("a")}, {_AGENCY.of("o")}, {_VERSION.of("v")},
           {_PROCEDURE.of("p")}, {_FIELD.of("f")}
    FROM dossiers_dossier d
    JOIN dossiers_application a ON a.dossier_id = d.id
    JOIN directory_agency o ON o.id = d.agency_id
    JOIN procedures_procedureversion v ON v.id = d.version_id
    JOIN procedures_procedure p ON p.id = v.procedure_id
    JOIN procedures_servicefield f ON f.id = p.field_id
    WHERE d.id = ANY (%s::uuid[] || ARRAY(SELECT r.root_id FROM dossiers_dossier r WHERE r.id = ANY (%s)))
    ORDER BY d.id FOR UPDATE OF d
"""  # noqa: S608
_OPEN = f"""
    SELECT {_TASK.of("t")} FROM dossiers_dossiertask t
    WHERE t.dossier_id = ANY (%s) AND t.state = '{TaskState.OPEN.value}' ORDER BY t.id
"""  # noqa: S608
# Of the rows of the partial index, and of the root.
_APPLICATION_OF = """
    WITH root AS (SELECT root_id FROM dossiers_dossier WHERE id = %s)
    SELECT root_id FROM root UNION SELECT %s::uuid UNION
    SELECT part.id FROM dossiers_dossier part JOIN root USING (root_id) WHERE part.root_id <> part.id
"""


def hold_dossiers(dossier_ids: Collection[UUID]) -> list[Dossier]:
    """The dossiers and the main ones of their applications, locked in the order of their keys until the
    transaction ends. One query.
    """
    known: dict[tuple[type[Model], Any], Any] = {}
    keys = list(dossier_ids)
    return [_dossier(iter(row), known) for row in fetch(_DOSSIERS, keys, keys)]


def open_tasks_of(dossier_ids: Collection[UUID]) -> list[DossierTask]:
    """What is open of the dossiers, in the order in which it opened. One query."""
    return [_TASK.read(iter(row)) for row in fetch(_OPEN, list(dossier_ids))]


def dossiers_of_tasks(task_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The dossier of each task. One query."""
    return dict(fetch("SELECT id, dossier_id FROM dossiers_dossiertask WHERE id = ANY (%s)", list(task_ids)))


def application_of(dossier_id: UUID) -> list[UUID]:
    """The dossiers of its application, itself too. One query."""
    return [row[0] for row in fetch(_APPLICATION_OF, dossier_id, dossier_id)]


def _dossier(values: Iterator[object], known: dict[tuple[type[Model], Any], Any]) -> Dossier:
    dossier = _DOSSIER.read(values)
    dossier.application = _APPLICATION.read(values)
    dossier.agency = _once(_AGENCY, dossier.agency_id, values, known)
    dossier.version = version = _once(_VERSION, dossier.version_id, values, known)
    version.procedure = _once(_PROCEDURE, version.procedure_id, values, known)
    version.procedure.field = _once(_FIELD, version.procedure.field_id, values, known)
    return dossier


def _once(
    columns: Columns[M], key: object, values: Iterator[object], known: dict[tuple[type[Model], Any], Any]
) -> M:
    """The row of the key; read from the values only where it is not known yet."""
    place = (columns.model, key)
    if place not in known:
        known[place] = columns.read(values)
    else:
        columns.skip(values)
    found: M = known[place]
    return found
