"""Of which agencies a viewer sees figures: the own one, and for its leaders and auditors all below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from lienthong.directory.public import Agency, Official
from lienthong.dossiers import policies
from lienthong.dossiers.facts.measures import Wanted
from lienthong.identity.public import NotAllowed, NotFound, Viewer
from lienthong.procedures.public import Procedure, ServiceField


@dataclass(frozen=True)
class Narrowing:
    """What figures are narrowed to: by which question, and what the answer is called in both languages."""

    question: str
    name: str
    name_en: str


def agencies_of(viewer: Viewer, wanted: Wanted, *, officials: bool = False) -> list[int]:
    """The agencies whose figures are asked for; closed ones too, they did what they did. At most two queries.

    Raises:
        NotAllowed: the viewer sees no figures, or `officials` and none of persons.
        NotFound: the agency is neither the viewer's own nor one below it that the viewer sees.
    """
    if not policies.sees_figures(viewer) or (officials and not policies.sees_below(viewer)):
        raise NotAllowed
    own = viewer.agency_id or 0
    asked = wanted.agency_id or own
    if not policies.sees_below(viewer):
        if asked != own:
            raise NotFound
        return [own]
    tree = dict(Agency.objects.filter(path__startswith=_path(own)).values_list("pk", "path"))
    if asked not in tree:
        raise NotFound
    return [key for key, path in tree.items() if path.startswith(tree[asked])] if wanted.below else [asked]


def narrowed_to(viewer: Viewer, wanted: Wanted) -> list[Narrowing]:
    """What the figures are narrowed to. At most six queries. Raises `NotFound`."""
    found = []
    if wanted.agency_id is not None:
        agencies_of(viewer, wanted)
        name = Agency.objects.values_list("name", flat=True).get(pk=wanted.agency_id)
        found.append(Narrowing("agency", name, name))
    keyed: list[tuple[str, object, QuerySet[Any]]] = [
        ("field", wanted.field_id, ServiceField.objects.all()),
        ("procedure", wanted.procedure_id, Procedure.objects.all()),
    ]
    for question, key, rows in keyed:
        row = rows.filter(pk=key).first() if key is not None else None
        found += [Narrowing(question, row.name, row.name_en)] if row else []
    if wanted.official_id is not None:
        official = Official.objects.filter(pk=wanted.official_id).first()
        found += [Narrowing("official", official.full_name, "")] if official else []
    return found


def _path(agency_id: int) -> str:
    path = Agency.objects.filter(pk=agency_id).values_list("path", flat=True).first()
    if path is None:
        raise NotFound
    return path
