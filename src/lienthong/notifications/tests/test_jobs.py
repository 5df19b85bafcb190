"""The chores, from what happened to a mail in a real server's hands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from tests.contracts.test_mail_sender import free_port, running

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.clock import now
from lienthong.notifications import jobs
from lienthong.notifications.models import Mail, Notification, Reminding
from lienthong.notifications.tests.factories import CALLED, mail_server, tell, with_address

pytestmark = pytest.mark.django_db


class Box:
    """Takes every mail."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.got.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def box(settings: Any) -> Iterator[Box]:
    made = Box()
    for controller in running(Controller(made, hostname="127.0.0.1", port=free_port())):
        mail_server(settings, mail_port=controller.port)
        yield made


def test_what_is_called_out_arrives_at_the_official(box: Box) -> None:
    official = with_address(viewer_in(agency(), Role.SPECIALIST), "an@example.vn")
    tell(official, kind=CALLED.code, at=now())
    jobs.send_due_mails()
    [got] = box.got
    assert (got["To"], got["From"]) == ("an@example.vn", "noreply@example.vn")
    assert got["Subject"] == "Hạn: Báo cáo quý"
    assert got["Message-ID"] == f"<{Mail.objects.get().message_id}@127.0.0.1>"
    jobs.send_mails_again(0)
    assert len(box.got) == 1


def test_more_mails_than_one_batch_all_arrive(box: Box) -> None:
    here = agency()
    people = [with_address(viewer_in(here, Role.SPECIALIST), f"{n}@example.vn") for n in range(45)]
    tell(*people, kind=CALLED.code, at=now())
    jobs.send_due_mails()
    assert sorted(got["To"] for got in box.got) == sorted(f"{n}@example.vn" for n in range(45))


def test_officials_are_enrolled_and_digests_decided(box: Box) -> None:
    viewer_in(agency(), Role.SPECIALIST)
    jobs.decide_digests(0)
    assert Reminding.objects.count() == 1
    Reminding.objects.update(digested_on=None, digest_minute=0)
    jobs.decide_digests(0)
    assert Reminding.objects.get().digested_on is not None


def test_old_notifications_go_at_night(box: Box) -> None:
    official = with_address(viewer_in(agency(), Role.SPECIALIST), "an@example.vn")
    tell(official, at=now() - timedelta(days=91))
    jobs.forget_old_notifications(0)
    assert not Notification.objects.exists()
