"""Figures that everyone may see: of bodies and services, never of fewer than five cases, and what is late."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, time

from lienthong.directory.public import Agency
from lienthong.dossiers.facts.counting import Line, Table, figures_of
from lienthong.dossiers.facts.measures import Figures, Group, Wanted, condition, period_of
from lienthong.dossiers.models import Dossier
from lienthong.dossiers.states import OPEN
from lienthong.identity.public import NotFound
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.paging import PAGE_SIZE, Page, soonest_page

FEWEST = 5
OTHERS = "others"


@dataclass(frozen=True)
class OpenFigures:
    """What became of the dossiers of a period; `open` at its end, of which `over` past their deadline."""

    received: int = 0
    online: int = 0
    early: int = 0
    on_time: int = 0
    late: int = 0
    refused: int = 0
    returned: int = 0
    withdrawn: int = 0
    open: int = 0
    over: int = 0

    @property
    def finished(self) -> int:
        """How many were decided."""
        return self.early + self.on_time + self.late

    @property
    def punctual(self) -> int:
        """How many were decided by the day they were due."""
        return self.early + self.on_time

    @property
    def in_time(self) -> int | None:
        """How many of a hundred decided ones were in time, rounded down; None where too few were decided."""
        return 100 * self.punctual // self.finished if self.finished >= FEWEST else None


@dataclass(frozen=True)
class OpenLine:
    """One body, field or service. Those of fewer than five cases stand together under the key `others`."""

    key: str
    code: str
    name: str
    name_en: str
    figures: OpenFigures


@dataclass(frozen=True)
class OpenTable:
    """The lines in the order of their codes, the others last, and all together."""

    lines: tuple[OpenLine, ...]
    total: OpenFigures


def open_figures(
    *, under: str = "", group: Group, since: date, until: date, at: datetime, body: str = ""
) -> OpenTable:
    """The figures of the agencies under the agency of the code `under` (all, if empty), for everyone.

    `body` narrows them to one of these agencies, by its code. Four queries at most, whatever their number.

    Raises:
        NotFound: there is no such agency.
    """
    agencies = [_agency(body).pk] if body else _below(under)
    wanted = Wanted(since=since, until=until, group=group)
    return _shown(figures_of(agencies, wanted, at=at))


def late_dossiers(*, under: str = "", body: str = "", at: datetime, cursor: str = "") -> Page[Dossier]:
    """The dossiers that are past the day they were due on, the longest first; for their codes. Three queries.

    While the clock stands a dossier is not late (NĐ 118/2025/NĐ-CP).

    Raises:
        NotFound: there is no such agency. BadCursor.
    """
    agencies = [_agency(body).pk] if body else _below(under)
    today = at.astimezone(VIETNAM).date()
    over = condition("over", period_of(today, today, at=at))
    begins = datetime.combine(today, time(), VIETNAM)
    rows = Dossier.objects.filter(over, agency__in=agencies, state__in=sorted(OPEN), due_at__lt=begins)
    rows = rows.select_related("agency", "version__procedure")
    return soonest_page(rows, time="due_at", cursor=cursor, size=PAGE_SIZE)


def _shown(table: Table[Figures]) -> OpenTable:
    """The table with the small lines put together, so that nothing is told of fewer than five cases.

    Where what is put together would itself be fewer, the smallest line that is left goes with it: else the
    difference to the total would tell.
    """
    lines = sorted(table.lines, key=lambda line: _cases(line.figures))
    small = [line for line in lines if _cases(line.figures) < FEWEST]
    while small and sum(_cases(line.figures) for line in small) < FEWEST and len(small) < len(lines):
        small.append(lines[len(small)])
    hidden = {line.key for line in small}
    shown = [_line(line) for line in table.lines if line.key not in hidden]
    rest = sum((line.figures for line in small), Figures())
    if _cases(rest) >= FEWEST:
        shown.append(OpenLine(OTHERS, "", "", "", _told(rest)))
    total = table.total if _cases(table.total) >= FEWEST else Figures()
    return OpenTable(tuple(shown), _told(total))


def _cases(figures: Figures) -> int:
    """How many dossiers the line is about: carried over and received."""
    return figures.carried + figures.counter + figures.post + figures.online


def _line(line: Line[Figures]) -> OpenLine:
    return OpenLine(line.key, line.code, line.name, line.name_en, _told(line.figures))


def _told(figures: Figures) -> OpenFigures:
    same = {one.name: getattr(figures, one.name) for one in fields(OpenFigures) if hasattr(figures, one.name)}
    came = figures.counter + figures.post + figures.online
    return OpenFigures(**same | {"received": came, "open": figures.within + figures.over})


def _agency(code: str) -> Agency:
    found = Agency.objects.filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def _below(under: str) -> list[int]:
    """The agency and all below it, closed ones too; without a code all there are."""
    rows = Agency.objects.filter(path__startswith=_agency(under).path) if under else Agency.objects.all()
    return list(rows.values_list("pk", flat=True))
