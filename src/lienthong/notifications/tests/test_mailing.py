"""The outbox: sent once, tried again, dead and decided upon."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.clock import now
from lienthong.notifications.actions import mailing, telling
from lienthong.notifications.adapters.fake import FakeMail
from lienthong.notifications.models import Mail, Notification
from lienthong.notifications.outbox import LEASE
from lienthong.notifications.ports import Failed
from lienthong.notifications.states import MailState
from lienthong.notifications.tests.factories import CALLED, MONDAY, mail_server, tell, with_address

pytestmark = pytest.mark.django_db
BUSY, GONE = Failed("450 busy"), Failed("550 no such user", permanent=True)


@pytest.fixture
def viewer(settings: Any) -> Viewer:
    mail_server(settings, mail_hours=1)
    viewer = viewer_in(agency(), Role.SPECIALIST, at=MONDAY)
    with_address(viewer, "an@example.vn")
    return viewer


def call(viewer: Viewer, **given: Any) -> None:
    assert viewer.official_id
    tell(viewer.official_id, kind=CALLED.code, **given)


def no_jitter() -> float:
    return 0.0


def test_a_mail_says_title_link_and_deadline_and_is_sent_once(viewer: Viewer) -> None:
    call(viewer, due_at=MONDAY + timedelta(days=3), urgent=True)
    fake = FakeMail()
    assert mailing.send_mails(at=MONDAY, sender=fake) == 1
    assert mailing.send_mails(at=MONDAY, sender=fake) == 0
    [letter] = fake.sent
    assert letter.subject.endswith("Báo cáo quý")
    assert "http://testserver/office/incoming/17/" in letter.text.replace(
        "http://127.0.0.1:8000", "http://testserver"
    )
    assert "05/03/2026 09:00" in letter.text
    mail = Mail.objects.get()
    assert (mail.state, mail.sent_at) == (MailState.SENT, MONDAY)
    assert Notification.objects.get().mailed_at == MONDAY


def test_markup_and_line_ends_in_a_title_stay_text(viewer: Viewer) -> None:
    call(viewer, params={"title": "<script>alert(1)</script>\r\nBcc: all@example.vn & more"})
    fake = FakeMail()
    mailing.send_mails(at=MONDAY, sender=fake)
    [letter] = fake.sent
    assert "\n" not in letter.subject
    assert "<script>" not in letter.html
    assert "<script>alert(1)</script>" in letter.text
    assert "& more" in letter.text


def test_what_was_read_before_its_mail_went_out_is_not_sent(viewer: Viewer) -> None:
    call(viewer)
    telling.mark_read(viewer, at=MONDAY, until=Notification.objects.get().pk)
    fake = FakeMail()
    mailing.send_mails(at=MONDAY, sender=fake)
    assert fake.sent == []
    assert not Mail.objects.exists()


def test_what_fails_is_tried_again_later_and_later_and_under_the_same_message_id(viewer: Viewer) -> None:
    call(viewer)
    fake, at = FakeMail(failing={"an@example.vn": BUSY}), MONDAY
    pauses = []
    for _attempt in range(3):
        mailing.send_mails(at=at, sender=fake, jitter=no_jitter)
        mail = Mail.objects.get()
        pauses.append(mail.next_attempt_at - at)
        assert mailing.send_mails(at=mail.next_attempt_at - timedelta(seconds=1), sender=fake) == 0
        at = mail.next_attempt_at
    assert pauses == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    fake.failing.clear()
    mailing.send_mails(at=at, sender=fake)
    assert fake.sent[0].message_id == f"<{Mail.objects.get().message_id}@127.0.0.1>"


def test_a_crash_between_sending_and_writing_down_repeats_the_same_message_id_only(viewer: Viewer) -> None:
    call(viewer)
    fake = FakeMail()

    class Dying(FakeMail):
        def send(self, letters: Any) -> Any:
            fake.send(letters)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mailing.send_mails(at=MONDAY, sender=Dying())
    assert mailing.send_mails(at=MONDAY + timedelta(minutes=1), sender=fake) == 0
    mailing.send_mails(at=MONDAY + LEASE, sender=fake)
    assert len(fake.sent) == 2
    assert len({letter.message_id for letter in fake.sent}) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_mail_once(settings: Any) -> None:
    mail_server(settings)
    here = agency()
    people = [with_address(viewer_in(here, Role.SPECIALIST, at=MONDAY), f"{n}@example.vn") for n in range(30)]
    tell(*people, kind=CALLED.code)
    fake, together = FakeMail(), Barrier(2)

    def work(_number: int) -> None:
        together.wait(timeout=10)
        try:
            while mailing.send_mails(at=MONDAY, sender=fake):
                pass
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(work, range(2)))
    assert sorted(letter.to for letter in fake.sent) == sorted(f"{n}@example.vn" for n in range(30))


@pytest.mark.parametrize("failure", [BUSY, GONE])
def test_what_nothing_helps_is_dead_and_the_others_go_on(viewer: Viewer, failure: Failed) -> None:
    other = viewer_in(agency(), Role.SPECIALIST, at=MONDAY)
    with_address(other, "b@example.vn")
    call(viewer)
    call(other)
    fake, at = FakeMail(failing={"an@example.vn": failure}), MONDAY
    for _attempt in range(1 if failure.permanent else 7):
        mailing.send_mails(at=at, sender=fake, jitter=no_jitter)
        at += timedelta(hours=1)
    dead = Mail.objects.dead().get()
    assert (dead.official_id, dead.problem) == (viewer.official_id, failure.detail)
    assert [letter.to for letter in fake.sent] == ["b@example.vn"]


def test_a_server_that_is_down_ends_the_round_and_loses_nothing(viewer: Viewer) -> None:
    call(viewer)
    fake = FakeMail(down=True)
    assert mailing.send_mails(at=MONDAY, sender=fake) == 0
    fake.down = False
    assert mailing.send_mails(at=MONDAY + timedelta(minutes=1), sender=fake) == 1


def test_an_operator_sends_again_or_gives_up_and_nobody_else(viewer: Viewer) -> None:
    operator = viewer_in(agency(), Role.OPERATOR, at=MONDAY)
    call(viewer)
    mailing.send_mails(at=MONDAY, sender=FakeMail(failing={"an@example.vn": GONE}))
    dead = Mail.objects.dead().get()
    for act in (mailing.send_again, mailing.give_up):
        with pytest.raises(NotAllowed):
            act(viewer, dead.pk, at=MONDAY)
    later = now()
    mailing.send_again(operator, dead.pk, at=later)
    with pytest.raises(NotFound):
        mailing.give_up(operator, dead.pk, at=later)
    fake = FakeMail()
    mailing.send_mails(at=later, sender=fake)
    assert len(fake.sent) == 1


def test_what_was_given_up_is_off_the_list(viewer: Viewer) -> None:
    operator = viewer_in(agency(), Role.OPERATOR, at=MONDAY)
    call(viewer)
    mailing.send_mails(at=MONDAY, sender=FakeMail(failing={"an@example.vn": GONE}))
    mailing.give_up(operator, Mail.objects.dead().get().pk, at=MONDAY)
    assert not Mail.objects.dead().exists()
