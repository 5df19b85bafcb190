"""`lienthong doctor` asks the mail server."""

from __future__ import annotations

from typing import Any

import pytest
from aiosmtpd.controller import Controller
from tests.contracts.test_mail_sender import Postman, free_port, running

from lienthong.config.health import check_mail
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.checks import State, all_checks
from lienthong.notifications.tests.factories import dead_mail, mail_server


@pytest.mark.django_db
def test_it_says_whether_the_server_answers_and_how_many_mails_are_dead(settings: Any) -> None:
    for controller in running(Controller(Postman(), hostname="127.0.0.1", port=free_port())):
        mail_server(settings, mail_port=controller.port)
        assert check_mail().state is State.GOOD
        official = viewer_in(agency(), Role.SPECIALIST).official_id
        assert official is not None
        dead_mail(official)
        assert (check_mail().state, "dead mails: 1" in check_mail().sentence) == (State.WARNING, True)


def test_a_server_that_does_not_answer_is_found_out(settings: Any) -> None:
    mail_server(settings, mail_port=free_port())
    [mail] = [each for each in all_checks() if each.name == "Mail"]
    assert mail.perform().state is State.BAD


def test_no_server_is_announced(settings: Any) -> None:
    mail_server(settings, mail_host="")
    found = check_mail()
    assert found.state is State.WARNING
    assert "LIENTHONG_MAIL_HOST" in found.sentence
