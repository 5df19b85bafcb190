"""Who acts on which day, and where the documents and tasks made before are found again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from lienthong.demo.cast import THAI_NGUYEN, WORDS
from lienthong.demo.office_texts import Letter, Sheet
from lienthong.directory.public import Agency, Duty, WorkingCalendar, calendar_of, find_agency, is_working_day
from lienthong.documents.public import long_date, render_form
from lienthong.identity.public import Account, Viewer, acting_viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.office.public import IncomingDocument, OutgoingDocument
from lienthong.tasks.public import PartyKey, PartyKind, Task

TEMPLATE = Path(__file__).parents[2] / "typst" / "paper.typ"


@dataclass(frozen=True)
class Days:
    """The working days of the province around `at`, the moment the demonstration begins."""

    at: datetime
    calendar: WorkingCalendar

    def ago(self, days: int, hour: int = 9, minute: int = 0) -> datetime:
        """So many working days back, at this hour of Vietnam."""
        return self._moved(-1, days, hour, minute)

    def ahead(self, days: int, hour: int = 17) -> datetime:
        """So many working days ahead, at this hour of Vietnam."""
        return self._moved(1, days, hour, 0)

    def just_now(self, minutes: int) -> datetime:
        """So many minutes before the demonstration begins."""
        return self.at - timedelta(minutes=minutes)

    def _moved(self, step: int, days: int, hour: int, minute: int) -> datetime:
        day = self.at.astimezone(VIETNAM).date()
        while days:
            day += timedelta(days=step)
            days -= is_working_day(self.calendar, day)
        return datetime.combine(day, time(hour, minute), VIETNAM)


def days_around(at: datetime) -> Days:
    """The days by the province's own calendar, which knows the holidays."""
    year = at.astimezone(VIETNAM).year
    return Days(at, calendar_of(agency(THAI_NGUYEN, at).pk, years=(year - 1, year, year + 1)))


def official(code: str, duty: Duty, at: datetime) -> Viewer:
    """Whoever does this duty in the agency, as of the moment."""
    account = Account.objects.get(username=f"{code.lower()}.{WORDS[duty]}")
    return acting_viewer(account, at=at, source="demo")


def key(viewer: Viewer) -> PartyKey:
    """The official as a party of a task or a recipient."""
    assert viewer.official_id is not None
    return PartyKey(PartyKind.OFFICIAL, viewer.official_id)


def division_of(viewer: Viewer) -> PartyKey:
    """The division the official's post stands in."""
    assert viewer.division_id is not None
    return PartyKey(PartyKind.DIVISION, viewer.division_id)


def agency(code: str, at: datetime) -> Agency:
    """The agency with the code."""
    return find_agency(code, on=at.astimezone(VIETNAM).date())


def incoming(who: Viewer, letter: Letter | Sheet) -> IncomingDocument:
    """The letter, or the paper with this title, as it lies in the agency of `who`."""
    subject = letter.subject if isinstance(letter, Letter) else summary(letter)
    return IncomingDocument.objects.get(agency_id=who.agency_id or 0, subject=subject)


def outgoing(who: Viewer, letter: Letter) -> OutgoingDocument:
    """The letter as the agency of `who` wrote it."""
    return OutgoingDocument.objects.get(agency_id=who.agency_id or 0, subject=letter.subject)


def task(who: Viewer, work: str) -> Task:
    """The task that orders this."""
    return Task.objects.get(agency_id=who.agency_id or 0, work=work)


def summary(sheet: Sheet) -> str:
    """What the register says of a paper: its title, not in capitals."""
    return sheet.title.removeprefix("V/v ").capitalize()


def printed(sheet: Sheet, at: datetime, place: str = "Thái Nguyên") -> bytes:
    """The sheet as a PDF."""
    values: dict[str, object] = {
        "by": sheet.by,
        "title": sheet.title,
        "date": f"{place}, {long_date(at)}",
        "paragraphs": sheet.body.split("\n\n"),
        "signer": sheet.signer,
    }
    return render_form(TEMPLATE, values, at=at)
