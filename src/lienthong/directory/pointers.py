"""What points to an agency: every foreign key to it, of every app, with what "still" means for each.

An upper app says so once for each of its foreign keys, at the end of its `models.py` (`apps.py` is too
early): `holds_agency` with the rows that still count, or `remembers_agency` for rows that only tell what was.
A foreign key nobody spoke for counts with all its rows: the careful answer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.apps import apps
from django.db.models import Field, Model, Q

from lienthong.directory.contracts import Pointer
from lienthong.directory.models import Agency, AgencyAlias, AgencySuccession, Division, Post, PostHolding

EXAMPLES = 5
StillOn = Callable[[date], Q]
_still: dict[tuple[str, str], StillOn | None] = {}


def holds_agency(model: str, path: str, *, still: StillOn) -> None:
    """Rows of `model` ("app.Model") that `still(day)` selects hold the agency named by `path` open.

    `path` is a foreign key to `Agency` or a lookup that ends at one (`post__agency`).
    """
    _still[(model.lower(), path)] = still


def remembers_agency(model: str, path: str) -> None:
    """Rows of `model` tell of the agency's past or are part of it; they never hold it open."""
    _still[(model.lower(), path)] = None


def pointers_to(agency: Agency, *, on: date) -> list[Pointer]:
    """What still points to the agency on the day, each kind with its count and a few names.

    Two queries per kind.
    """
    found = []
    for (label, path), still in sorted(_all_pointers().items()):
        if still is None:
            continue
        model = apps.get_model(label)
        rows = model._default_manager.filter(Q(**{path: agency.pk}) & still(on)).order_by("pk")
        count = rows.count()
        if count:
            names = tuple(str(row) for row in rows[:EXAMPLES])
            found.append(Pointer(label=model._meta.verbose_name or label, count=count, examples=names))
    return found


def undeclared_pointers() -> list[str]:
    """Foreign keys to `Agency` that no app spoke for, as "app.model.field"."""
    return sorted(f"{label}.{path}" for label, path in _foreign_keys() if (label, path) not in _still)


def _all_pointers() -> dict[tuple[str, str], StillOn | None]:
    return {**dict.fromkeys(_foreign_keys(), _always), **_still}


def _foreign_keys() -> list[tuple[str, str]]:
    return [
        (model._meta.label_lower, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, Field) and field.concrete and _leads_to_agency(field)
    ]


def _leads_to_agency(field: Field[object, object]) -> bool:
    target: type[Model] | str | None = field.related_model
    return target is Agency and not field.many_to_many


def _always(on: date) -> Q:
    return Q()


holds_agency(Agency._meta.label, "parent", still=lambda day: Q(valid_to__gt=day))
holds_agency(PostHolding._meta.label, "post__agency", still=lambda day: Q(valid_to__gt=day))
for _model, _path in (
    (AgencyAlias, "agency"),
    (AgencySuccession, "predecessor"),
    (AgencySuccession, "successor"),
    (Division, "agency"),
    (Post, "agency"),
):
    remembers_agency(_model._meta.label, _path)
for _label in ("directory.WorkingHours", "directory.CalendarDay"):
    remembers_agency(_label, "agency")
