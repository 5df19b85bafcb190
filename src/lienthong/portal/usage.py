"""How services are used: for those who answer for them, never of fewer than five cases."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Sum

from lienthong.dossiers.public import Group, open_figures
from lienthong.identity.public import NotFound
from lienthong.portal.models import ServiceUse, UseEvent
from lienthong.procedures.public import Channel, Procedure, ProcedureVersion, ServiceOffer, definition_of

FEWEST = 5
MOST_PLACES = 20
ONLINE = (Channel.ONLINE_PART, Channel.ONLINE_WHOLE)


@dataclass(frozen=True)
class Uses:
    """What happened with a service in a period. `online` and `received` are dossiers, from the figures."""

    procedure: Procedure
    viewed: int = 0
    started: int = 0
    submitted: int = 0
    counter: int = 0
    left: int = 0
    online: int = 0
    received: int = 0
    left_at: str = ""

    @property
    def share(self) -> int | None:
        """How many of a hundred dossiers came online, paper ones counted too; None below five dossiers."""
        return 100 * self.online // self.received if self.received >= FEWEST else None


@dataclass(frozen=True)
class Place:
    """A page or a question: what it is called, how often something happened there (0: below five)."""

    name: str
    name_en: str
    times: int


@dataclass(frozen=True)
class Way:
    """How far people came with one service."""

    uses: Uses
    saved: tuple[Place, ...]
    wrong: tuple[Place, ...]
    left: tuple[Place, ...]


def uses_of_services(*, since: date, until: date, at: datetime, under: str = "") -> list[Uses]:
    """Every service with an online offer, those that most people left first. Four queries beside the figures."""
    offered = ServiceOffer.objects.filter(channel__in=ONLINE, ended_at=None)
    procedures = Procedure.objects.filter(pk__in=offered.values("version__procedure"))
    counted = _counted(since, until)
    table = open_figures(under=under, group=Group.PROCEDURE, since=since, until=until, at=at)
    dossiers = {line.key: line.figures for line in table.lines}
    found = []
    for one in procedures.order_by("code"):
        told, figures = counted.get(one.pk, {}), dossiers.get(str(one.pk))
        found.append(_uses(one, told, figures.online if figures else 0, figures.received if figures else 0))
    return sorted(found, key=lambda one: (-one.left, -one.started, -one.viewed, one.procedure.code))


def unused_online(rows: list[Uses]) -> list[Uses]:
    """Those offered online of which nobody sent an application, with where people left."""
    return [one for one in rows if not one.submitted]


def way_of_service(code: str, *, since: date, until: date, at: datetime) -> Way:
    """How far people came: pages saved, questions answered wrongly, where they left.

    Raises:
        NotFound: there is no such service.
    """
    procedure = Procedure.objects.filter(code=code).first()
    version = ProcedureVersion.objects.filter(procedure=procedure).order_by("-number").first()
    if procedure is None or version is None:
        raise NotFound
    told = _counted(since, until, procedure.pk).get(procedure.pk, {})
    names = _names(version)
    table = open_figures(group=Group.PROCEDURE, since=since, until=until, at=at)
    figures = next((line.figures for line in table.lines if line.key == str(procedure.pk)), None)
    uses = _uses(procedure, told, figures.online if figures else 0, figures.received if figures else 0)
    return Way(
        uses, *(_places(told, event, names) for event in (UseEvent.PAGE, UseEvent.ERROR, UseEvent.LEFT))
    )


def _counted(
    since: date, until: date, procedure_id: UUID | None = None
) -> dict[UUID, dict[tuple[str, str], int]]:
    """How often what happened where, by service. One query."""
    rows = ServiceUse.objects.filter(day__range=(since, until))
    if procedure_id is not None:
        rows = rows.filter(procedure=procedure_id)
    found: defaultdict[UUID, dict[tuple[str, str], int]] = defaultdict(dict)
    for key, event, place, times in rows.values_list("procedure_id", "event", "place").annotate(Sum("times")):
        found[key][event, place] = times
    return found


def _uses(procedure: Procedure, told: dict[tuple[str, str], int], online: int, received: int) -> Uses:
    together: defaultdict[str, int] = defaultdict(int)
    for (event, _place), times in told.items():
        together[event] += times
    left = {place: times for (event, place), times in told.items() if event == UseEvent.LEFT}
    most = max(left, key=lambda place: left[place], default="")
    counts = {name: _shown(together[name]) for name in ("viewed", "started", "submitted", "counter", "left")}
    left_at = most if left.get(most, 0) >= FEWEST else ""
    return Uses(procedure, online=online, received=received, left_at=left_at, **counts)


def _places(
    told: dict[tuple[str, str], int], event: UseEvent, names: dict[str, tuple[str, str]]
) -> tuple[Place, ...]:
    """The places of an event, the most frequent first."""
    rows = sorted(((times, place) for (one, place), times in told.items() if one == event), reverse=True)
    return tuple(
        Place(*names.get(place, (place, place)), _shown(times)) for times, place in rows[:MOST_PLACES]
    )


def _names(version: ProcedureVersion) -> dict[str, tuple[str, str]]:
    """What the places of the service are called, in both languages."""
    definition, found = definition_of(version), dict[str, tuple[str, str]]()
    for page in definition.form.pages if definition.form else ():
        found[page.key] = (page.title, page.title_en or page.title)
        for one in page.questions:
            name, name_en = one.label, one.label_en or one.label
            found[one.key] = (name, name_en)
            found[f"{page.key}/{one.key}"] = (f"{page.title}: {name}", f"{found[page.key][1]}: {name_en}")
    found |= {f"papers/{paper.key}": (paper.name, paper.name_en or paper.name) for paper in definition.papers}
    return found


def _shown(times: int) -> int:
    """A count that may be shown: one of fewer than five is none."""
    return times if times >= FEWEST else 0
