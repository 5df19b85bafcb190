"""Mailboxes are read: each mail once, none lost, wherever it breaks off."""

from __future__ import annotations

from typing import Any

import pytest

from lienthong.directory.public import Agency
from lienthong.identity.tests.factories import agency
from lienthong.kernel.blobs import read_blob
from lienthong.office import mail_reading
from lienthong.office.actions.reading_mail import read_mailboxes
from lienthong.office.adapters.fake_mailbox import FakeMailbox
from lienthong.office.mail_models import Mailbox, MailFile, ReceivedMail
from lienthong.office.mail_states import MailProblem
from lienthong.office.tests.factories import NOON
from lienthong.office.tests.mails import mailbox_of, raw_mail
from lienthong.office.tests.scans import blank, photo
from lienthong.office.tests.test_concurrency import at_once

pytestmark = pytest.mark.django_db


def read(fake: FakeMailbox, *places: Agency) -> int:
    return read_mailboxes(at=NOON, boxes=[mailbox_of(place) for place in places], opened=fake.open)


def mails(place: Agency) -> list[str]:
    return list(ReceivedMail.objects.filter(agency=place).order_by("uid").values_list("subject", flat=True))


def test_a_mail_waits_for_the_clerk_with_its_files_and_is_marked_in_the_mailbox() -> None:
    ours, fake, pdf = agency(), FakeMailbox(), blank()
    fake.deliver(raw_mail({"a.pdf": pdf, "b.jpg": photo()}))
    assert read(fake, ours) == 1
    mail = ReceivedMail.objects.get(agency=ours)
    first, second = mail.files.all()
    assert first.blob is not None
    assert (mail.state, read_blob(first.blob), first.verdict["code"]) == ("waiting", pdf, "unsigned")  # type: ignore[index]
    assert (second.name, second.verdict, fake.finished) == ("b.jpg", None, {1})


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"MZ" + bytes(99), "programs are not accepted"),
        (b"<html>x</html>", "text/html"),
        (b"", "empty"),
        (b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml word/", "Word file is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "application/x-ole-storage"),
    ],
)
def test_any_other_file_is_refused_by_name_and_the_mail_stays_visible(content: bytes, says: str) -> None:
    ours, fake = agency(), FakeMailbox()
    fake.deliver(raw_mail({"x.pdf": content, "a.pdf": blank()}))
    read(fake, ours)
    refused, kept = MailFile.objects.filter(mail__agency=ours)
    assert (refused.name, refused.blob, kept.refused) == ("x.pdf", None, None)
    assert says in refused.refused["en"]  # type: ignore[index]


def test_reading_again_finds_nothing_new_and_fetches_nothing() -> None:
    ours, fake = agency(), FakeMailbox()
    fake.deliver(raw_mail())
    assert (read(fake, ours), read(fake, ours)) == (1, 0)
    assert fake.fetched == [1]


def test_broken_off_in_the_middle_what_came_stays_and_the_rest_comes_later() -> None:
    ours, fake = agency(), FakeMailbox()
    for number in range(3):
        fake.deliver(raw_mail(Subject=str(number)))
    fake.cut = {2}
    read(fake, ours)
    row = Mailbox.objects.get(agency=ours)
    assert (mails(ours), row.last_uid, row.error, fake.finished) == (["0"], 1, "cut off", set())
    assert row.failing_since == NOON
    fake.cut.clear()
    assert read(fake, ours) == 2
    row.refresh_from_db()
    assert (mails(ours), row.error, row.failing_since, fake.finished) == (
        ["0", "1", "2"],
        "",
        None,
        {1, 2, 3},
    )


def test_killed_between_writing_and_marking_it_is_marked_by_the_next_and_not_written_again() -> None:
    ours, fake = agency(), FakeMailbox()
    read(fake, ours)
    fake.deliver(raw_mail())
    fake.failing = {"finish"}
    row = Mailbox.objects.get(agency=ours)
    fake.failing = set()
    Mailbox.objects.filter(pk=row.pk).update(uid_validity=7)
    real_finish = fake.finish

    class Killed(FakeMailbox):
        def finish(self, *, up_to: int) -> None:
            if up_to:
                raise KeyboardInterrupt
            real_finish(up_to=up_to)

    killed = Killed(mails=fake.mails)
    with pytest.raises(KeyboardInterrupt):
        read(killed, ours)
    assert (len(mails(ours)), fake.finished) == (1, set())
    assert read(fake, ours) == 0
    assert (len(mails(ours)), fake.finished, fake.fetched) == (1, {1}, [])


def test_killed_between_fetching_and_writing_it_is_fetched_again() -> None:
    ours, fake = agency(), FakeMailbox()
    fake.deliver(raw_mail())

    class Killed(FakeMailbox):
        def fetch(self, uid: int, *, most: int) -> bytes:
            super().fetch(uid, most=most)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(Killed(mails=fake.mails), ours)
    assert mails(ours) == []
    assert (read(fake, ours), fake.finished) == (1, {1})


def test_a_mailbox_built_anew_is_read_anew_without_doubles() -> None:
    ours, fake = agency(), FakeMailbox()
    first, second = raw_mail(Subject="1"), raw_mail(Subject="2")
    fake.deliver(first)
    read(fake, ours)
    rebuilt = FakeMailbox({1: second, 2: first}, uid_validity=8)
    assert read(rebuilt, ours) == 1
    assert sorted(mails(ours)) == ["1", "2"]


def test_the_same_mail_twice_in_the_mailbox_waits_once_and_a_forged_message_id_hides_nothing() -> None:
    ours, fake = agency(), FakeMailbox()
    raw = raw_mail(Message_ID="<x@a>")
    for each in (raw, raw, raw_mail(Message_ID="<x@a>", text="Khác")):
        fake.deliver(each)
    assert read(fake, ours) == 2
    assert read(fake, ours) == 0


def test_of_a_mail_that_is_too_large_only_the_head_is_fetched() -> None:
    ours, fake = agency(), FakeMailbox()
    fake.deliver(raw_mail() + b"x" * mail_reading.MOST_BYTES)
    read(fake, ours)
    mail = ReceivedMail.objects.get(agency=ours)
    assert (mail.problem, mail.subject, mail.text) == (MailProblem.TOO_LARGE, "Về việc đề nghị cấp điện", "")


def test_a_mailbox_that_cannot_be_opened_does_not_hold_up_the_others() -> None:
    theirs, ours, fake = agency(), agency(), FakeMailbox()
    fake.deliver(raw_mail())
    down = FakeMailbox(failing={"open"})
    boxes = {theirs.code: down, ours.code: fake}
    read_mailboxes(
        at=NOON,
        boxes=[mailbox_of(theirs), mailbox_of(ours)],
        opened=lambda box: boxes[box.agency].open(box),
    )
    assert (len(mails(theirs)), len(mails(ours))) == (0, 1)


def test_what_nobody_thought_of_does_not_hold_up_the_others_either() -> None:
    theirs, ours, fake = agency(), agency(), FakeMailbox()
    fake.deliver(raw_mail())

    class Odd(FakeMailbox):
        def validity(self) -> int:
            raise ZeroDivisionError

    boxes = {theirs.code: Odd(), ours.code: fake}
    read_mailboxes(
        at=NOON,
        boxes=[mailbox_of(theirs), mailbox_of(ours)],
        opened=lambda box: boxes[box.agency].open(box),
    )
    assert (Mailbox.objects.get(agency=theirs).error, len(mails(ours))) == ("ZeroDivisionError", 1)


def test_each_agency_has_its_own_copy_of_a_mail_to_both() -> None:
    one, two, raw = agency(), agency(), raw_mail()
    for place in (one, two):
        fake = FakeMailbox()
        fake.deliver(raw)
        assert read(fake, place) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_each_mail_once() -> None:
    ours, fake = agency(), FakeMailbox()
    for number in range(5):
        fake.deliver(raw_mail(Subject=str(number)))
    results: list[Any] = at_once(*(lambda: read(fake, ours),) * 3)
    assert sum(results) == 5
    assert mails(ours) == ["0", "1", "2", "3", "4"]
