"""Notifications, mails and due things for tests."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy

from lienthong.directory.public import Official
from lienthong.identity.public import Account, Party, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import Subject
from lienthong.notifications.actions.telling import notify
from lienthong.notifications.actions.telling_parties import tell_parties
from lienthong.notifications.actions.wordings import save_draft
from lienthong.notifications.contracts import Candidate, DueRow, Telling, Thread
from lienthong.notifications.due import forget_due, register_due
from lienthong.notifications.kinds import Kind, register_kind
from lienthong.notifications.models import Mail, NoticeTemplate, Notification, PartyMessage, PartyNotice
from lienthong.notifications.notices import NoticeKind, Place, register_notice
from lienthong.notifications.party_letters import Words
from lienthong.notifications.states import Channel, MailState, Way, Wording
from lienthong.notifications.template_queries import WordingKey

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=VIETNAM)
ABOUT = Subject("test.thing", "17")
# The words are those of another app's catalogue, so that both languages can be told apart.
GIVEN = register_kind(
    Kind("test.given", gettext_lazy("Notifications"), gettext_lazy("Due: %(title)s"), Way.DIGEST)
)
CALLED = register_kind(Kind("test.called", gettext_lazy("Urgent"), gettext_lazy("Due: %(title)s"), Way.MAIL))


def tell(*officials: int, at: datetime = MONDAY, **given: Any) -> int:
    """Notify the officials of a thing, in a transaction of its own."""
    values: dict[str, Any] = {
        "kind": GIVEN.code,
        "subject": ABOUT,
        "link": "/office/incoming/17/",
        "params": {"title": "Báo cáo quý"},
    }
    with transaction.atomic():
        return notify(recipients=officials, at=at, **values | given)


def told(official: int, at: datetime = MONDAY, **given: Any) -> Notification:
    """The notification of one official who is told."""
    tell(official, at=at, **given)
    return Notification.objects.filter(official_id=official).latest("id")


def due_row(official_id: int, due_at: datetime, **fields: Any) -> DueRow:
    """Something that official has to finish."""
    values: dict[str, Any] = {
        "key": "test.thing/17",
        "title": "Báo cáo quý",
        "link": "/office/incoming/17/",
        "changed_at": MONDAY - timedelta(days=3),
    }
    return DueRow(official_id=official_id, due_at=due_at, **values | fields)


@contextmanager
def due(*rows: DueRow) -> Iterator[list[Collection[int]]]:
    """An app that says those things are due; what it was asked is in the list."""
    asked: list[Collection[int]] = []

    def provide(official_ids: Collection[int], since: datetime, until: datetime) -> list[DueRow]:
        asked.append(list(official_ids))
        return [row for row in rows if row.official_id in official_ids and since <= row.due_at < until]

    register_due("test", provide)
    try:
        yield asked
    finally:
        forget_due("test")


def dead_mail(official_id: int, at: datetime = MONDAY, *, problem: str = "550 no such user") -> Mail:
    """A digest that the mail server refused for good."""
    return Mail.objects.create(
        official_id=official_id,
        day=at.date(),
        state=MailState.DEAD,
        problem=problem,
        created_at=at,
        next_attempt_at=at,
    )


def mail_server(django_settings: Any, **changes: Any) -> None:
    """Let this installation have a mail server, as its settings say."""
    values = {"mail_host": "127.0.0.1", "mail_from": "noreply@example.vn", **changes}
    django_settings.ENV = settings.ENV.model_copy(update=values)


def with_address(viewer: Viewer, address: str) -> int:
    """Give the viewer's official a mail address; the official's key."""
    assert viewer.official_id is not None
    Official.objects.filter(pk=viewer.official_id).update(email=address)
    return viewer.official_id


def thread(*people: Viewer, **fields: Any) -> Thread:
    """A place for comments that those people may see."""
    candidates = tuple(
        Candidate(person.official_id, person.name, person.post_title)
        for person in people
        if person.official_id is not None
    )
    values: dict[str, Any] = {
        "subject": ABOUT,
        "about": "17/VPCP-KSTT",
        "link": "/office/incoming/17/",
        "action": "/office/incoming/17/comment/",
        "candidates": candidates,
    }
    return Thread(**values | fields)


def told_of(official_id: int) -> list[str]:
    """The kinds the official was told of, the first first."""
    return list(
        Notification.objects.filter(official_id=official_id).order_by("id").values_list("kind", flat=True)
    )


CALLED_UP = register_notice(
    NoticeKind(
        "test.called-up",
        gettext_lazy("Urgent"),
        places=(
            Place("code", gettext_lazy("Code"), "H99-1", short=True),
            Place("reason", gettext_lazy("Reason"), "Thiếu trang 2"),
        ),
        title=gettext_lazy("Urgent"),
        text="Hồ sơ {code}: {reason}",
        todo="Đến quầy",
        sms="Hồ sơ {code}: đến quầy",
        urgent=True,
    )
)
TOLD_ONCE = register_notice(
    NoticeKind(
        "test.told-once",
        gettext_lazy("Notifications"),
        places=(Place("code", gettext_lazy("Code"), "H99-1", short=True),),
        title=gettext_lazy("Notifications"),
        text="Hồ sơ {code} đã nhận",
        todo="",
        sms="Hồ sơ {code} đã nhận",
    )
)


def telling(party: Party, kind: NoticeKind = CALLED_UP, **fields: Any) -> Telling:
    """What the party is told of a dossier."""
    values: dict[str, Any] = {"subject": ABOUT, "values": {"code": "H01-1", "reason": "Thiếu ảnh"}}
    return Telling(party.pk, kind.code, **values | fields)


def tell_party(party: Party, kind: NoticeKind = CALLED_UP, *, at: datetime = MONDAY, **fields: Any) -> int:
    """Tell the party, in a transaction of its own."""
    with transaction.atomic():
        return tell_parties(tellings=[telling(party, kind, **fields)], at=at)


def told_party(party: Party, *, at: datetime = MONDAY, **fields: Any) -> PartyNotice:
    """The notice of the party, who is told."""
    tell_party(party, at=at, **fields)
    return PartyNotice.objects.filter(party=party).latest("id")


def a_party(*, telephone: str = "", email: str = "", **fields: Any) -> Party:
    """A citizen without an account, known from a dossier."""
    return Party.objects.create(
        kind="citizen", name="Lê Thị Nhận", telephone=telephone, email=email, known_since=MONDAY, **fields
    )


def gateways(django_settings: Any, **changes: Any) -> None:
    """Let this installation have a mail server, an SMS gateway and Zalo, as its settings say."""
    values = {"sms_url": "http://127.0.0.1:9", "zalo_url": "http://127.0.0.1:9", **changes}
    mail_server(django_settings, **values)


def zalo_template(kind: NoticeKind, official_id: int, *, at: datetime = MONDAY) -> NoticeTemplate:
    """The kind is registered at Zalo."""
    return NoticeTemplate.objects.create(
        kind=kind.code,
        language="vi",
        wording=Wording.ZALO,
        version=1,
        text="Hồ sơ {code}",
        registered="300123",
        written_at=at,
        written_by_id=official_id,
        published_at=at,
        published_by_id=official_id,
    )


def notices_to(party: Party) -> list[PartyNotice]:
    """What the party was told, the first first."""
    return list(PartyNotice.objects.filter(party=party).order_by("id"))


def party_of(account: Account) -> Party:
    """The citizen whose account it is."""
    return Party.objects.get(account=account)


def dead_message(at: datetime = MONDAY, *, problem: str = "eSMS 99") -> PartyMessage:
    """A message that the gateway refused for good."""
    notice = told_party(
        a_party(telephone="0912345678", account=Account.objects.create(username=uuid4().hex)), at=at
    )
    return PartyMessage.objects.create(
        notice=notice,
        channel=Channel.MAIL,
        state=MailState.DEAD,
        problem=problem,
        created_at=at,
        next_attempt_at=at,
    )


def draft_words(viewer: Viewer, text: str = "Hồ sơ {code}", *, at: datetime = MONDAY) -> NoticeTemplate:
    """A draft of the SMS of `CALLED_UP`."""
    return save_draft(viewer, WordingKey(CALLED_UP.code, "vi", "sms"), Words("", text), at=at)


def sent_by_sms(notice: PartyNotice, *, at: datetime = MONDAY, refused: bool = False) -> None:
    """Send what waits for that notice's party by SMS; or the gateway refuses it for good."""
    rows = PartyMessage.objects.filter(notice=notice, channel=Channel.SMS)
    if refused:
        rows.update(state=MailState.DEAD, problem="eSMS 99")
    else:
        rows.update(state=MailState.SENT, sent_at=at)
