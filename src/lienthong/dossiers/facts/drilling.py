"""The dossiers and steps that a figure counts, for who sees the figure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from lienthong.dossiers.facts.measures import Wanted, condition, period_of, step_condition
from lienthong.dossiers.facts.scope import agencies_of
from lienthong.dossiers.models import Dossier, DossierTask
from lienthong.identity.public import NotFound, Viewer


def dossiers_behind(viewer: Viewer, wanted: Wanted, measure: str, *, at: datetime) -> QuerySet[Dossier]:
    """The dossiers of a figure. Those of agencies below are shown without names: they are theirs.

    Raises:
        NotAllowed, NotFound
    """
    agencies = agencies_of(viewer, wanted)
    which = Q(agency__in=agencies)
    if wanted.field_id is not None:
        which &= Q(version__procedure__field=wanted.field_id)
    if wanted.procedure_id is not None:
        which &= Q(version__procedure=wanted.procedure_id)
    return Dossier.objects.filter(which, _known(condition, measure, wanted, at))


def steps_behind(viewer: Viewer, wanted: Wanted, measure: str, *, at: datetime) -> QuerySet[DossierTask]:
    """The finished steps of a figure of officials. Raises NotAllowed, NotFound."""
    agencies = agencies_of(viewer, wanted, officials=True)
    which = Q(agency__in=agencies)
    if wanted.official_id is not None:
        which &= Q(done_by=wanted.official_id)
    return DossierTask.objects.filter(which, _known(step_condition, measure, wanted, at))


def _known(asked: Any, measure: str, wanted: Wanted, at: datetime) -> Q:
    try:
        found: Q = asked(measure, period_of(wanted.since, wanted.until, at=at))
    except KeyError as error:
        raise NotFound from error
    return found
