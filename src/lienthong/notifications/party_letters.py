"""Notices in words: as they are read on the page, and as mails and short texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from lienthong.notifications.contracts import Letter, ShortText
from lienthong.notifications.models import NoticeTemplate, PartyMessage, PartyNotice
from lienthong.notifications.notices import NoticeKind, UnknownNotice, notice_kind
from lienthong.notifications.states import Channel, Wording
from lienthong.notifications.telephones import mobile_number
from lienthong.notifications.wording import fill, places_of, segments, without_marks

SUBJECT_LENGTH = 150


@dataclass(frozen=True)
class Words:
    """The words of one sort of a kind in one language: what is written, with its places; 0 is as shipped."""

    title: str
    text: str
    todo: str = ""
    marks: bool = False
    registered: str = ""
    version: int = 0

    def filled(self, values: Mapping[str, object]) -> Words:
        """They with their places filled."""
        title, text, todo = (fill(words, values) for words in (self.title, self.text, self.todo))
        return Words(title, text, todo, self.marks, self.registered, self.version)

    @property
    def as_sms(self) -> str:
        """The text as it goes to a telephone."""
        return self.text if self.marks else without_marks(self.text)


class Wordings:
    """The published words of some kinds, read once. One query."""

    def __init__(self, kinds: Iterable[str]) -> None:
        rows = NoticeTemplate.objects.filter(kind__in=set(kinds), published_at__isnull=False)
        self._rows = list(rows.order_by("-version"))

    def of(self, kind: str, language: str, wording: str, *, at: datetime) -> Words:
        """The words in force then. Raises `UnknownNotice`."""
        shipped = shipped_words(notice_kind(kind), language, wording)
        for row in self._rows:
            same = (row.kind, row.language, row.wording) == (kind, language, wording)
            if same and row.published_at is not None and row.published_at <= at:
                return words_of(row)
        return shipped


def words_of(row: NoticeTemplate) -> Words:
    """The words of a version."""
    return Words(row.title, row.text, row.todo, row.marks, row.registered, row.version)


def shipped_words(kind: NoticeKind, language: str, wording: str) -> Words:
    """The words that come with the package."""
    with override(language):
        if wording == Wording.PAGE:
            return Words(str(kind.title), str(kind.text), str(kind.todo))
        return Words("", str(kind.sms))


@dataclass(frozen=True)
class ReadableNotice:
    """A notice as its party reads it."""

    id: int
    title: str
    text: str
    todo: str
    link: str
    urgent: bool
    until: datetime | None
    created_at: datetime
    read_at: datetime | None


def readable(notices: Sequence[PartyNotice], language: str) -> list[ReadableNotice]:
    """The notices in the language, in the words in force when they were told. One query."""
    wordings = Wordings(notice.kind for notice in notices) if notices else None
    return [_readable(one, wordings, language) for one in notices if wordings is not None]


def _readable(notice: PartyNotice, wordings: Wordings, language: str) -> ReadableNotice:
    try:
        words = wordings.of(notice.kind, language, Wording.PAGE, at=notice.created_at).filled(notice.values)
    except UnknownNotice:  # its app was taken out since
        words = Words(_("Something happened that this version cannot put into words."), "")
    return ReadableNotice(
        notice.pk,
        words.title,
        words.text,
        words.todo,
        notice.link,
        notice.urgent,
        notice.until,
        notice.created_at,
        notice.read_at,
    )


@dataclass(frozen=True)
class Outgoing:
    """A message ready to be sent, and what is noted of it."""

    message: Letter | ShortText
    version: int
    segments: int = 0


def write_messages(messages: Sequence[PartyMessage], languages: Mapping[int, str]) -> dict[int, Outgoing]:
    """The messages in words, by key, each in the language of its party (by message). One query.

    None for a message that cannot be written any more: the address is gone, or the kind.
    """
    wordings = Wordings(message.notice.kind for message in messages)
    written = {}
    for message in messages:
        try:
            one = _written(message, wordings, languages[message.pk])
        except UnknownNotice:
            continue
        if one is not None:
            written[message.pk] = one
    return written


def _written(message: PartyMessage, wordings: Wordings, language: str) -> Outgoing | None:
    notice, party = message.notice, message.notice.party
    wording = Wording.PAGE if message.channel == Channel.MAIL else Wording(message.channel)
    words = wordings.of(notice.kind, language, wording, at=notice.created_at)
    if wording == Wording.ZALO and not words.registered:  # registered there in Vietnamese alone
        words = wordings.of(notice.kind, settings.LANGUAGE_CODE, wording, at=notice.created_at)
    if wording == Wording.PAGE:
        return Outgoing(_mail(message, words, language), words.version) if party.email else None
    number = mobile_number(party.telephone)
    if not number:
        return None
    filled = words.filled(notice.values)
    if wording == Wording.ZALO:
        names = places_of(words.text)
        values = {name: str(notice.values.get(name, "")) for name in names}
        text = ShortText(str(message.message_id), number, filled.text, words.registered, values)
        return Outgoing(text, words.version)
    text = ShortText(str(message.message_id), number, filled.as_sms)
    return Outgoing(text, words.version, segments(text.text))


def _mail(message: PartyMessage, words: Words, language: str) -> Letter:
    notice, filled = message.notice, words.filled(message.notice.values)
    page = f"{settings.BASE_URL}{reverse('notifications:citizen')}"
    facts = {"words": filled, "until": notice.until, "page": page, "site": settings.BASE_URL}
    with override(language):
        return Letter(
            message_id=f"<{message.message_id}@{urlsplit(settings.BASE_URL).hostname}>",
            to=notice.party.email,
            subject=" ".join(filled.title.split())[:SUBJECT_LENGTH],
            text=render_to_string("notifications/mail/party.txt", facts),
            html=render_to_string("notifications/mail/party.html", facts),
        )
