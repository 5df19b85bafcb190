"""What parties were told, as they themselves, other apps and operators see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language

from lienthong.identity.public import Viewer, Visitor
from lienthong.kernel.paging import Page, page_of
from lienthong.ledger.public import Subject
from lienthong.notifications.channels import channels_on, fake_allowed
from lienthong.notifications.contracts import ToldOf
from lienthong.notifications.models import ContactChoice, DemoText, PartyMessage, PartyNotice
from lienthong.notifications.party_letters import ReadableNotice, readable
from lienthong.notifications.policies import require_can_operate, require_can_watch
from lienthong.notifications.states import USUAL_ORDER, Channel, MailState

UNREAD_MOST, PAGE_OF_READ = 100, 20


@dataclass(frozen=True)
class NoticeList:
    """What the party acted for was told: all that is unread on the first page, then what was read."""

    unread: list[ReadableNotice]
    read: list[ReadableNotice]
    next: str

    @property
    def empty(self) -> bool:
        """Whether there is nothing at all on this page."""
        return not self.unread and not self.read

    @property
    def newest(self) -> int:
        """The key of the newest that is unread; what comes later is not marked with it."""
        return max((one.id for one in self.unread), default=0)


def notices_of(visitor: Visitor, *, cursor: str = "") -> NoticeList:
    """The notices of the party acted for. Three queries. Raises `BadCursor`."""
    rows = (
        PartyNotice.objects.filter(party_id=visitor.for_id) if visitor.for_id else PartyNotice.objects.none()
    )
    unread = [] if cursor else list(rows.filter(read_at=None).order_by("-pk")[:UNREAD_MOST])
    page: Page[PartyNotice] = page_of(
        rows.filter(read_at__isnull=False), key="id", cursor=cursor, size=PAGE_OF_READ
    )
    written = readable([*unread, *page.rows], language())
    return NoticeList(written[: len(unread)], written[len(unread) :], page.next)


def notice_in_words(notice: PartyNotice) -> ReadableNotice:
    """The notice in the reader's language. One query."""
    return readable([notice], language())[0]


def choice_of(visitor: Visitor) -> ContactChoice:
    """How the party acted for wants to be told; without a choice by all there is, as usual. One query."""
    found = ContactChoice.objects.filter(party_id=visitor.for_id).first() if visitor.for_id else None
    return found or ContactChoice(channels=[one for one in USUAL_ORDER if one in channels_on()])


def told_about(subjects: Collection[Subject], *, kinds: Collection[str] = ()) -> dict[str, list[ToldOf]]:
    """By the subject's id: what its parties were told, the last first. Three queries.

    The caller has checked that whoever sees it may see the subject.
    """
    rows = PartyNotice.objects.filter(
        subject_kind__in={one.kind for one in subjects}, subject_id__in=[one.id for one in subjects]
    ).order_by("-pk")
    notices = list(rows.filter(kind__in=kinds) if kinds else rows)
    sent = defaultdict[int, list[str]](list)
    messages = PartyMessage.objects.filter(notice__in=notices, state=MailState.SENT).order_by("sent_at")
    for notice_id, channel in messages.values_list("notice_id", "channel"):
        sent[notice_id].append(channel)
    found = defaultdict[str, list[ToldOf]](list)
    for row, said in zip(notices, readable(notices, language()), strict=True):
        channels = tuple(str(Channel(one).label) for one in sent[row.pk])
        found[row.subject_id].append(
            ToldOf(row.kind, row.subject_id, said.title, row.created_at, channels, row.read_at)
        )
    return dict(found)


def dead_messages(viewer: Viewer, *, cursor: str = "") -> Page[PartyMessage]:
    """Messages no attempt is made for any more, newest first. One query. Raises `NotAllowed`, `BadCursor`."""
    require_can_watch(viewer)
    rows = PartyMessage.objects.filter(state=MailState.DEAD).select_related("notice")
    return page_of(rows, key="id", cursor=cursor)


def dead_message_count() -> int:
    """How many messages to parties are dead. One query, on an index of the dead."""
    return PartyMessage.objects.filter(state=MailState.DEAD).count()


def demo_texts(viewer: Viewer) -> Sequence[DemoText]:
    """What the demonstration's gateway was given, newest first. One query.

    None where texts are really sent. Raises `NotAllowed`.
    """
    require_can_operate(viewer)
    return list(DemoText.objects.order_by("-pk")[:100]) if fake_allowed() else []


def language() -> str:
    """The reader's language as words are kept in it."""
    return get_language() or settings.LANGUAGE_CODE


def offered_channels() -> list[Channel]:
    """The channels among which a party chooses, in the order of the list."""
    return channels_on()
