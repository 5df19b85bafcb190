"""What a mail says, and what hostile ones get: an answer, never an exception, never much time."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from lienthong.office.mail_reading import HEAD_BYTES, MOST_BOUNDARIES, read_mail
from lienthong.office.mail_states import MailProblem
from lienthong.office.tests.mails import raw_mail


def test_a_mail_is_taken_apart() -> None:
    mail = read_mail(raw_mail({"công văn.pdf": b"%PDF-1.7"}, text="Kính gửi\n"), whole=True)
    assert (mail.sender_name, mail.sender_address) == ("Công ty Điện lực", "vanthu@dienluc.example.vn")
    assert (mail.subject, mail.text) == ("Về việc đề nghị cấp điện", "Kính gửi")
    assert [(file.name, file.content) for file in mail.files] == [("công văn.pdf", b"%PDF-1.7")]
    assert mail.sent_at is not None
    assert (mail.sent_at.isoformat(), mail.problem) == ("2026-03-02T01:00:00+00:00", MailProblem.NONE)


def test_of_html_only_the_words_are_kept() -> None:
    message = EmailMessage()
    html = "<p>Kính <b>gửi</b></p><script>alert(1)</script><style>p{}</style><p>A&amp;B</p>"
    message.set_content(html, subtype="html")
    assert read_mail(message.as_bytes(), whole=True).text == "Kính gửi\nA&B"


def test_headers_in_plain_utf8_which_many_send_are_read() -> None:
    raw = "From: Nguyễn Văn A <a@b.vn>\r\nSubject: Đơn\r\n\r\nx".encode()
    mail = read_mail(raw, whole=True)
    assert (mail.sender_name, mail.subject) == ("Nguyễn Văn A", "Đơn")


def test_a_name_cannot_pass_for_the_address_nor_turn_the_line_around() -> None:
    raw = b'From: "vanthu@chinhphu.vn" <x@evil.example>\r\nSubject: a\xe2\x80\xaeb\x00c\r\n\r\nx'
    mail = read_mail(raw, whole=True)
    assert mail.sender_address == "x@evil.example"
    assert mail.subject == "a b c"


def test_halves_of_letters_which_no_database_takes_are_replaced() -> None:
    raw = b"Subject: =?utf-7?q?=2B2AA-?=\r\nContent-Type: text/plain; charset=utf-7\r\n\r\na +2AA- b"
    mail = read_mail(raw, whole=True)
    assert (mail.subject.isascii(), mail.text) == (True, "a ? b")


def test_the_name_of_a_file_has_no_folder() -> None:
    (file,) = read_mail(raw_mail({"..\\..\\etc/passwd": b"x"}), whole=True).files
    assert file.name == "passwd"


def test_a_mail_inside_a_mail_gives_its_files_too() -> None:
    outer = EmailMessage()
    outer.set_content("xem kèm")
    inner = EmailMessage()
    inner.set_content("trong")
    inner.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="a.pdf")
    outer.add_attachment(inner)
    mail = read_mail(outer.as_bytes(), whole=True)
    assert [file.name for file in mail.files] == ["a.pdf"]


def test_the_same_mail_by_two_ways_has_one_fingerprint_and_a_forged_message_id_has_another() -> None:
    raw = raw_mail(Message_ID="<1@a>")
    again = b"Received: from elsewhere\r\n" + raw
    forged = raw_mail(Message_ID="<1@a>", text="Khác")
    prints = [read_mail(each, whole=True).fingerprint for each in (raw, again, forged)]
    assert prints[0] == prints[1] != prints[2]


def nested(depth: int) -> bytes:
    raw = b"Subject: sau\r\n"
    for level in range(depth):
        raw += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
    return raw + b"\r\nend"


MANY_PARTS = b"Subject: a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 6000


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (nested(20), MailProblem.UNREADABLE),
        (nested(MOST_BOUNDARIES + 1), MailProblem.TOO_COMPLEX),
        (MANY_PARTS, MailProblem.TOO_COMPLEX),
        (b"Subject: a\r\nX: " + b"y" * (HEAD_BYTES + 1) + b"\r\n\r\nx", MailProblem.TOO_COMPLEX),
    ],
)
def test_what_no_honest_mail_is_is_kept_with_its_head_and_says_so(raw: bytes, problem: MailProblem) -> None:
    mail = read_mail(raw, whole=True)
    assert (mail.problem, mail.files, mail.text) == (problem, (), "")
    assert mail.subject in {"sau", "a"}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff" * 100,
        b"Date: tomorrow\r\nFrom: <<<>>>,,@\r\nSubject: =?x-none?b?////?=\r\n\r\nx",
        b"Content-Type: text/plain; charset=nonsense\r\n\r\n\xff\xfe",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n***",
        b"Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\n",
        b"Content-Disposition: attachment; filename*=x'y'%ZZ%FF\r\n\r\nx",
        b"From: " + b"(" * 3000 + b"\r\n\r\nx",
    ],
)
def test_nothing_raises(raw: bytes) -> None:
    assert len(read_mail(raw, whole=True).fingerprint) == 64
