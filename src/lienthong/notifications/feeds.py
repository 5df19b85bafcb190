"""The calendar feed of an official's deadlines (RFC 5545): what is due, as events that any calendar shows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from icalendar import Alarm, Calendar, Event, Timezone

from lienthong.identity.public import Account
from lienthong.kernel.clock import VIETNAM
from lienthong.notifications.actions.choosing import hash_of
from lienthong.notifications.contracts import DueRow
from lienthong.notifications.due import due_of
from lienthong.notifications.models import Reminding

BACK, AHEAD = timedelta(days=90), timedelta(days=366)
LENGTH = timedelta(minutes=30)  # an event ends when the thing is due; one of no length is hidden by some
WARNED = timedelta(days=1)
ZONE_SINCE, ZONE_UNTIL = date(2020, 1, 1), date(2038, 1, 1)
TOKEN_LENGTH = 43  # of 32 bytes in base64url


def calendar_feed(token: str, *, at: datetime) -> bytes | None:
    """The feed of the official whose secret it is; None for any other, or when the account is closed.

    Two queries and those of each due provider. The same deadlines give the same bytes.
    """
    if len(token) != TOKEN_LENGTH:
        return None
    row = Reminding.objects.filter(feed_hash=hash_of(token)).first()
    account = Account.objects.filter(official_id=row.official_id, is_active=True).first() if row else None
    if row is None or account is None:
        return None
    due = due_of([row.official_id], since=at - BACK, until=at + AHEAD)
    with override(account.language or settings.LANGUAGE_CODE):
        return write_calendar(due.get(row.official_id, []))


def write_calendar(rows: list[DueRow]) -> bytes:
    """The rows as an iCalendar object, in the active language."""
    calendar = Calendar()
    calendar.add("prodid", "-//Lien Thong//Deadlines//VI")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, _("Deadlines in Liên Thông"))
    calendar.add("x-wr-timezone", str(VIETNAM))
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    calendar.add_component(Timezone.from_tzid(str(VIETNAM), first_date=ZONE_SINCE, last_date=ZONE_UNTIL))
    for row in rows:
        calendar.add_component(_event(row))
    return bytes(calendar.to_ical())


def _event(row: DueRow) -> Event:
    due_at, title = row.due_at.astimezone(VIETNAM), " ".join(str(row.title).split())
    event = Event()
    event.add("uid", f"{row.key}@{urlsplit(settings.BASE_URL).hostname}")
    event.add("dtstamp", row.changed_at)
    event.add("last-modified", row.changed_at)
    event.add("dtstart", due_at - LENGTH)
    event.add("dtend", due_at)
    event.add("summary", _("Due: %(title)s") % {"title": title})
    event.add("url", f"{settings.BASE_URL}{row.link}")
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")  # a deadline takes nobody's time
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -WARNED)
    event.add_component(alarm)
    return event
