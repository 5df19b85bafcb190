"""A morning in the hall of the commune's one-stop: tickets, counters and appointments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any

from lienthong.demo import office_texts as texts
from lienthong.demo.actions.everyday.acting import Days, agency
from lienthong.demo.actions.everyday.one_stop import desk, people
from lienthong.demo.cast import COMMUNE
from lienthong.directory.public import Agency
from lienthong.dossiers.public import (
    Appointment,
    Booking,
    Counter,
    Queue,
    arrive,
    book_appointment,
    call_next_ticket,
    cancel_appointment,
    draw_for,
    find_matter,
    open_hall,
    set_capacity,
    set_counter,
    set_queue,
    skip_ticket,
    slots_of,
)
from lienthong.identity.public import Role, grant_roles, keep_party
from lienthong.kernel.clock import VIETNAM
from lienthong.procedures.public import find_by_code

# Letter, name, the fields it serves, whether it is the general one.
QUEUES = (
    ("A", texts.QUEUE_CIVIL, ("civil-status", "residence", "justice"), False),
    ("B", texts.QUEUE_LAND, ("land", "construction"), False),
    ("C", texts.QUEUE_OTHER, (), True),
    ("D", texts.QUEUE_RESULTS, (), False),
)
COUNTERS = ((1, "AD"), (2, "BC"))
# What visitors named at the kiosk, one every four minutes: a procedure, a field, or a queue by its letter.
CAME = (
    *("1.001193", "land", "D", "2.000815", "1.000894", "1.001776", "land", "D"),
    *("1.004222", "1.004873", "construction", "1.000656", "business", "2.000815", "D", "land"),
)
EVERY = 4
# At which minute which counter calls the next; whoever is there is finished by it.
CALLS = ((6, 1), (9, 2), (18, 1), (24, 2), (30, 1), (40, 2), (43, 1), (60, 1), (62, 2), (90, 1), (93, 2))
NOBODY_CAME, ARRIVED = (33, 1), 55
MORNING = 100
HOURS = ((time(8), time(11)), (time(14), time(16, 30)))
SLOTS: dict[str, Any] = {"minutes": 30, "places": 2}
TOMORROW, TODAY = 6, 3


def hall_is_busy(days: Days) -> None:
    """The hall is set up; visitors came this morning, some are called, and some have appointments."""
    _pass_morning(days, *_set_up(days.ago(3), days.at))


def hall_is_busy_again(days: Days) -> None:
    """Another morning in the hall as it is set up now; nothing happens in one that was set up anew.

    Raises:
        Refusal: something cannot happen in it any more, such as a visitor to a queue that was closed.
    """
    commune = agency(COMMUNE, days.at)
    queues = {row.letter: row for row in Queue.objects.filter(agency=commune)}
    counters = {row.number: row for row in Counter.objects.filter(agency=commune)}
    wanted = {letter for letter, *_others in QUEUES}, {number for number, _letters in COUNTERS}
    if wanted[0] <= set(queues) and wanted[1] <= set(counters):
        _pass_morning(days, queues, counters)


def _pass_morning(days: Days, queues: Mapping[str, Queue], counters: Mapping[int, Counter]) -> None:
    commune = agency(COMMUNE, days.at)
    booked = _book(queues["A"], days)
    events: list[tuple[int, Any, Any]] = [(EVERY * place, _draw, said) for place, said in enumerate(CAME)]
    events += [(minute, _call, counters[number]) for minute, number in CALLS]
    events += [(NOBODY_CAME[0], _skip, counters[NOBODY_CAME[1]])]
    events += [(ARRIVED, _arrive, row) for row in booked[:1]]
    hall = _Hall(commune, queues)
    for minute, act, about in sorted(events, key=lambda event: event[0]):
        act(hall, about, _moment(days.at, minute))


class _Hall:
    """Where it happens, and who is at which counter."""

    def __init__(self, commune: Agency, queues: Mapping[str, Queue]) -> None:
        self.commune, self.queues = commune, queues
        self.here: dict[int, Any] = {}


def _draw(hall: _Hall, said: str, at: datetime) -> None:
    if said in hall.queues:
        said = f"queue:{hall.queues[said].pk}"
    else:
        said = f"procedure:{find_by_code(said).pk}" if "." in said else f"field:{said}"
    draw_for(agency_id=hall.commune.pk, matter=find_matter(hall.commune.pk, said), at=at)


def _call(hall: _Hall, counter: Counter, at: datetime) -> None:
    hall.here[counter.pk] = call_next_ticket(counter_id=counter.pk, viewer=desk(at), at=at)


def _skip(hall: _Hall, counter: Counter, at: datetime) -> None:
    skip_ticket(ticket_id=hall.here[counter.pk].pk, viewer=desk(at), at=at)


def _arrive(_hall: _Hall, row: Appointment, at: datetime) -> None:
    arrive(appointment_id=row.pk, viewer=desk(at), at=at)


def _set_up(since: datetime, at: datetime) -> tuple[dict[str, Queue], dict[int, Counter]]:
    """The queues, counters and appointment hours; in a commune one person receives, calls and keeps them."""
    post_id = desk(at).post_id
    assert post_id is not None
    grant_roles([(post_id, Role.CALLER), (post_id, Role.HALL_KEEPER)])
    by: dict[str, Any] = {"viewer": desk(at), "at": since}
    open_hall(**by)
    queues = {
        letter: set_queue(letter=letter, name=name, fields=fields, general=general, opened=True, **by)
        for letter, name, fields, general in QUEUES
    }
    counters = {
        number: set_counter(number=number, queues=[queues[letter] for letter in letters], opened=True, **by)
        for number, letters in COUNTERS
    }
    for letter in ("A", "B"):
        for weekday in range(5):
            for starts, ends in HOURS:
                hours: dict[str, Any] = {"weekday": weekday, "starts": starts, "ends": ends}
                set_capacity(queue=queues[letter], **hours, **SLOTS, **by)
    return queues, counters


def _book(queue: Queue, days: Days) -> list[Appointment]:
    """Appointments of today, booked yesterday, and of the next working day; one is cancelled."""
    today = days.at.astimezone(VIETNAM).date()
    tomorrow = days.ahead(1).date()
    # Others every day: the mornings of a weekend book for the same Monday, where nobody comes twice.
    someone = islice(people(), 50 + today.toordinal() % 100 * (TODAY + TOMORROW), None)
    made = []
    for day, number in ((today, TODAY), (tomorrow, TOMORROW)):
        at = days.ago(1, 15)
        slots = [slot for slot in slots_of(queue=queue, day=day, at=at) if slot.free]
        for slot in slots[1 : number + 1]:
            party = keep_party(facts=next(someone), at=at)
            booking = Booking(queue.pk, party.pk, slot.starts_at, texts.APPOINTMENT_NOTE)
            viewer = desk(at)
            made.append(
                book_appointment(booking=booking, actor=viewer.actor(), booked_by=viewer.official_id, at=at)
            )
    _cancel(made[-1:], days.ago(1, 16))
    return [row for row in made if row.day == today]


def _cancel(rows: Sequence[Appointment], at: datetime) -> None:
    for row in rows:
        cancel_appointment(
            appointment_id=row.pk,
            reason=texts.APPOINTMENT_CANCELLED,
            actor=desk(at).actor(),
            agency_id=row.agency_id,
            at=at,
        )


def _moment(at: datetime, minute: int) -> datetime:
    """The minute of the morning that ends now; a demonstration that begins by night has a shorter one."""
    midnight = datetime.combine(at.astimezone(VIETNAM).date(), time(), VIETNAM)
    begins = max(at - timedelta(minutes=MORNING), midnight)
    return begins + (at - begins) * minute / MORNING
