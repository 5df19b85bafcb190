"""What every mail server must do, and what the real adapter does with servers that fail."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lienthong.notifications.adapters.fake import FakeMail
from lienthong.notifications.adapters.smtp import SmtpSender
from lienthong.notifications.contracts import Letter
from lienthong.notifications.ports import Accepted, Failed, MailSender

FROM = "noreply@example.vn"
PASSWORD = "mat-khau-thu"


class Postman:
    """Takes mails on loopback; addresses say what goes wrong."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.connections = 0

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, answers: Any) -> Any:
        self.connections += 1
        session.host_name = hostname
        return answers

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("gone"):
            return "550 5.1.1 no such user"
        if address.startswith("busy"):
            return "450 4.2.1 try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=policy.default)
        if envelope.rcpt_tos[0].startswith("spam"):
            return "554 5.7.1 not wanted"
        if envelope.rcpt_tos[0].startswith("cut"):
            server.transport.abort()
        self.got.append(message)
        return "250 OK"


@pytest.fixture
def postman() -> Postman:
    return Postman()


@pytest.fixture
def server(postman: Postman) -> Iterator[Controller]:
    yield from running(Controller(postman, hostname="127.0.0.1", port=free_port()))


def running(controller: Controller) -> Iterator[Controller]:
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def smtp(server: Controller, **changes: Any) -> SmtpSender:
    return SmtpSender(host="127.0.0.1", port=server.port, sender=FROM, seconds=5, **changes)


@pytest.fixture(params=["fake", "smtp"])
def sender(request: pytest.FixtureRequest, server: Controller) -> MailSender:
    if request.param == "smtp":
        return smtp(server)
    return FakeMail(
        failing={
            "gone@example.vn": Failed("550 5.1.1 no such user", permanent=True),
            "busy@example.vn": Failed("450 4.2.1 try later"),
        }
    )


def letter(to: str, **changes: str) -> Letter:
    values = {
        "message_id": "<0198a0e2-1@lienthong.example.vn>",
        "subject": "Hạn: Báo cáo quý",
        "text": "Kính gửi ông/bà,\n\nHạn: 02/03/2026\n",
        "html": "<p>Kính gửi ông/bà</p>",
    }
    return Letter(to=to, **values | changes)


def test_each_mail_has_an_answer_and_one_that_fails_holds_up_no_other(sender: MailSender) -> None:
    names = ["an@example.vn", "gone@example.vn", "busy@example.vn", "b@example.vn"]
    assert sender.send([letter(name) for name in names]) == [
        Accepted(),
        Failed("550 5.1.1 no such user", permanent=True),
        Failed("450 4.2.1 try later"),
        Accepted(),
    ]


def test_greeting_a_server_that_is_there_says_nothing(sender: MailSender) -> None:
    sender.greet()


@pytest.mark.parametrize("kind", ["fake", "smtp"])
def test_a_server_that_is_not_there_fails_every_mail_and_the_greeting(kind: str) -> None:
    down: MailSender = (
        FakeMail(down=True)
        if kind == "fake"
        else SmtpSender(host="127.0.0.1", port=free_port(), sender=FROM, seconds=2)
    )
    answers = down.send([letter("an@example.vn"), letter("b@example.vn")])
    assert len(answers) == 2
    assert all(isinstance(answer, Failed) and answer.server and not answer.permanent for answer in answers)
    with pytest.raises(OSError):
        down.greet()


def test_what_arrives_is_what_was_written_in_both_forms(server: Controller, postman: Postman) -> None:
    assert smtp(server).send([letter("an@example.vn")]) == [Accepted()]
    [got] = postman.got
    assert got["Message-ID"] == "<0198a0e2-1@lienthong.example.vn>"
    assert (got["From"], got["To"], got["Subject"]) == (FROM, "an@example.vn", "Hạn: Báo cáo quý")
    assert got["Auto-Submitted"] == "auto-generated"
    plain, marked = got.get_body(("plain",)), got.get_body(("html",))
    assert plain is not None
    assert marked is not None
    assert plain.get_content().splitlines()[2] == "Hạn: 02/03/2026"
    assert "<p>Kính gửi ông/bà</p>" in marked.get_content()


def test_one_connection_serves_a_batch(server: Controller, postman: Postman) -> None:
    smtp(server).send([letter(f"{n}@example.vn") for n in range(5)])
    assert (len(postman.got), postman.connections) == (5, 1)


def test_a_mail_the_server_does_not_want_is_refused_for_good(server: Controller) -> None:
    [answer] = smtp(server).send([letter("spam@example.vn")])
    assert answer == Failed("554 5.7.1 not wanted", permanent=True)


@pytest.mark.parametrize("to", ["a@b@c", "an@example.vn\nBcc: all@example.vn"])
def test_an_address_that_is_none_never_reaches_the_line(
    server: Controller, postman: Postman, to: str
) -> None:
    answers = smtp(server).send([letter(to), letter("b@example.vn")])
    assert isinstance(answers[0], Failed)
    assert answers[1] == Accepted()
    assert [got["To"] for got in postman.got] == ["b@example.vn"]


def test_a_connection_that_breaks_fails_the_rest_and_leaves_it_to_be_tried_again(server: Controller) -> None:
    answers = smtp(server).send([letter("an@example.vn"), letter("cut@example.vn"), letter("b@example.vn")])
    assert answers[0] == Accepted()
    assert [(a.server, a.permanent) for a in answers[1:] if isinstance(a, Failed)] == [(True, False)] * 2


def test_a_server_that_never_speaks_is_given_up_after_the_set_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        sender = SmtpSender(host="127.0.0.1", port=silent.getsockname()[1], sender=FROM, seconds=1)
        done: list[object] = []
        thread = threading.Thread(target=lambda: done.extend(sender.send([letter("an@example.vn")])))
        thread.start()
        thread.join(timeout=30)
    [answer] = done
    assert isinstance(answer, Failed)
    assert answer.server


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 that no authority has signed, with its key."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")]),
    )
    at = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def guarded(postman: Postman, certificate: Path) -> Iterator[Controller]:
    """A server that wants STARTTLS and a password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def judge(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
        return AuthResult(success=right, handled=right)

    yield from running(
        Controller(
            postman,
            hostname="127.0.0.1",
            port=free_port(),
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=judge,
        )
    )


@pytest.mark.parametrize(
    ("password", "trusted", "sent"),
    [(PASSWORD, True, True), ("wrong", True, False), (PASSWORD, False, False)],
)
def test_it_signs_in_over_tls_and_only_to_a_server_whose_certificate_is_trusted(
    guarded: Controller,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    password: str,
    trusted: bool,
    sent: bool,
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    sender = SmtpSender(
        host="localhost",
        port=guarded.port,
        sender=FROM,
        user="lienthong",
        password=password,
        security="starttls",
        seconds=5,
    )
    [answer] = sender.send([letter("an@example.vn")])
    assert (answer == Accepted()) is sent
    if not sent:
        assert isinstance(answer, Failed)
        assert answer.server
        with pytest.raises(OSError):
            sender.greet()
