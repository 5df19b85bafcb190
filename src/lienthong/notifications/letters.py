"""Mails in words: title, deadline and link, in the official's language. Never a document's content."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from lienthong.identity.public import Account
from lienthong.kernel.clock import VIETNAM
from lienthong.notifications.contracts import DueRow, Letter
from lienthong.notifications.due import due_of
from lienthong.notifications.models import Mail, Notification
from lienthong.notifications.states import Way

NEW_FOR = timedelta(days=7)
LONGEST_OVERDUE = timedelta(days=365)
MOST = 20  # of each kind in one digest; the page has the rest
SUBJECT_LENGTH = 150


@dataclass(frozen=True)
class Line:
    """One thing in a mail."""

    title: str
    url: str
    due_at: datetime | None = None


@dataclass(frozen=True)
class Part:
    """Things of one sort in a digest; `more` are left out."""

    title: str
    lines: list[Line]
    more: int


def write_letters(mails: Sequence[Mail], *, at: datetime) -> dict[int, Letter]:
    """The letters of those mails, by key, as things stand now. Two queries and those of each due provider.

    None for a mail that has nothing to say any more: its notification was read meanwhile, the digest would be
    empty, or the official has no active account or no address.
    """
    accounts = _accounts([mail.official_id for mail in mails])
    digests = [mail.official_id for mail in mails if mail.day is not None and mail.official_id in accounts]
    news = _news(digests, at) if digests else {}
    due = _due(digests, at) if digests else {}
    written = {}
    for mail in mails:
        account = accounts.get(mail.official_id)
        address = mail.official.email or (account.email if account else "")
        if account is None or not address:
            continue
        with override(account.language or settings.LANGUAGE_CODE):
            if mail.notification is not None:
                letter = _at_once(mail, mail.notification, address)
            else:
                key = mail.official_id
                letter = _digest(mail, news.get(key, []), due.get(key, []), address, at)
        if letter is not None:
            written[mail.pk] = letter
    return written


def in_next_digest(official_ids: Collection[int], *, at: datetime) -> QuerySet[Notification]:
    """What those officials have not been mailed and have not read, and is not too old to be news."""
    return Notification.objects.filter(
        official_id__in=official_ids,
        way=Way.DIGEST,
        mailed_at=None,
        read_at=None,
        created_at__gt=at - NEW_FOR,
        created_at__lte=at,
    )


def _accounts(official_ids: Collection[int]) -> dict[int, Account]:
    rows = Account.objects.filter(official_id__in=official_ids, is_active=True)
    return {row.official_id: row for row in rows if row.official_id is not None}


def _news(official_ids: Collection[int], at: datetime) -> dict[int, list[Notification]]:
    """One more than is shown, so that the mail can say that there are more. One query."""
    rank = Window(RowNumber(), partition_by=[F("official_id")], order_by=[F("id").desc()])
    found: dict[int, list[Notification]] = {}
    for row in in_next_digest(official_ids, at=at).annotate(rank=rank).filter(rank__lte=MOST + 1):
        found.setdefault(row.official_id, []).append(row)
    return {key: sorted(rows, key=lambda row: -row.pk) for key, rows in found.items()}


def _due(official_ids: Collection[int], at: datetime) -> dict[int, list[DueRow]]:
    return due_of(official_ids, since=at - LONGEST_OVERDUE, until=_midnight_after(at))


def _midnight_after(at: datetime) -> datetime:
    tomorrow = at.astimezone(VIETNAM).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), tzinfo=VIETNAM)


def _at_once(mail: Mail, told: Notification, address: str) -> Letter | None:
    if told.read_at is not None:
        return None
    line = Line(told.title, _absolute(told.link), told.due_at)
    return _letter(mail, address, told.title, "at_once", {"line": line, "urgent": told.urgent})


def _digest(
    mail: Mail, news: list[Notification], due: list[DueRow], address: str, at: datetime
) -> Letter | None:
    late = [_due_line(row) for row in due if row.due_at < at]
    today = [_due_line(row) for row in due if row.due_at >= at]
    new = [Line(row.title, _absolute(row.link), row.due_at) for row in news]
    sorts = ((_("Overdue"), late), (_("Due today"), today), (_("New"), new))
    parts = [Part(title, lines[:MOST], max(len(lines) - MOST, 0)) for title, lines in sorts if lines]
    if not parts:
        return None
    day = f"{mail.day:%d/%m/%Y}"
    counts = {"day": day, "late": len(late), "today": len(today)}
    subject = _("Digest of %(day)s: %(late)s overdue, %(today)s due today") % counts
    page = _absolute(reverse("notifications:list"))
    return _letter(mail, address, subject, "digest", {"parts": parts, "day": day, "page": page})


def _due_line(row: DueRow) -> Line:
    return Line(str(row.title), _absolute(row.link), row.due_at)


def _letter(mail: Mail, address: str, subject: str, template: str, facts: dict[str, object]) -> Letter:
    facts |= {"name": mail.official.full_name, "choices": _absolute(reverse("notifications:choices"))}
    return Letter(
        message_id=f"<{mail.message_id}@{urlsplit(settings.BASE_URL).hostname}>",
        to=address,
        subject=" ".join(subject.split())[:SUBJECT_LENGTH],
        text=render_to_string(f"notifications/mail/{template}.txt", facts),
        html=render_to_string(f"notifications/mail/{template}.html", facts),
    )


def _absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"
