"""Incoming documents counted: how many arrived in a period, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q

from lienthong.identity.public import Viewer, require_role
from lienthong.office import policies
from lienthong.office.models import IncomingDocument
from lienthong.office.searching import days
from lienthong.office.states import GONE, State


@dataclass(frozen=True)
class DocumentFigures:
    """What became by now of the documents that arrived; `late` are those under way past their deadline."""

    arrived: int
    to_register: int
    to_direct: int
    under_way: int
    late: int
    finished: int
    gone: int


def document_figures(viewer: Viewer, *, since: date, until: date, at: datetime) -> DocumentFigures:
    """The documents that arrived from the first day to the last, both included: one query.

    Raises:
        NotAllowed: the viewer does not see all documents of the agency.
    """
    require_role(viewer, *policies.READ_ALL)
    rows = IncomingDocument.objects.filter(days("arrived_at", since, until), agency=viewer.agency_id or 0)
    under_way = Q(state__in=[State.ASSIGNED, State.IN_PROGRESS])
    counted = rows.aggregate(
        arrived=Count("pk"),
        to_register=Count("pk", filter=Q(state=State.ARRIVED)),
        to_direct=Count("pk", filter=Q(state=State.REGISTERED)),
        under_way=Count("pk", filter=under_way),
        late=Count("pk", filter=under_way & Q(due_at__lt=at)),
        finished=Count("pk", filter=Q(state=State.FINISHED)),
        gone=Count("pk", filter=Q(state__in=sorted(GONE))),
    )
    return DocumentFigures(**counted)
