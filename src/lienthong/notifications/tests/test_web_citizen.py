"""The pages on which parties read what they were told and choose how, and those of operators."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html

from lienthong.identity.public import Party, Role
from lienthong.identity.tests.factories import a_citizen, agency, official_in
from lienthong.kernel.clock import now
from lienthong.notifications.actions.codes import CodeNotSent, send_code
from lienthong.notifications.adapters.fake import FakeMail, FakeTexts
from lienthong.notifications.channels import text_sender
from lienthong.notifications.contracts import ShortText
from lienthong.notifications.health import check_messages
from lienthong.notifications.models import ContactChoice, DemoText, PartyMessage, PartyNotice
from lienthong.notifications.public import Channel
from lienthong.notifications.tests.factories import (
    CALLED_UP,
    MONDAY,
    a_party,
    dead_message,
    gateways,
    tell_party,
    told_party,
)

pytestmark = pytest.mark.django_db
WORDS = {"kind": CALLED_UP.code, "language": "vi", "wording": "sms"}


@pytest.fixture
def person() -> tuple[Client, Party]:
    account, party = a_citizen()
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(account)
    return client, party


def operator(*roles: Role) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(official_in(agency(), *(roles or (Role.OPERATOR,))))
    return client


def test_the_bell_counts_and_a_notice_that_is_opened_is_read(person: tuple[Client, Party]) -> None:
    client, party = person
    empty = client.get(reverse("notifications:citizen")).content.decode()
    assert "No notices yet" in empty
    notice = told_party(party, link="/notices/contact/", until=MONDAY + timedelta(days=2))
    page = html.fromstring(client.get(reverse("notifications:citizen")).content)
    [bell] = page.xpath("//a[@id='tool-bell']")
    assert bell.get("aria-label").endswith(": 1")
    [link] = page.xpath("//ul[@class='choices']//a")
    shown = client.get(link.get("href")).content.decode()
    assert "Hồ sơ H01-1: Thiếu ảnh" in shown
    assert "Đến quầy" in shown
    assert 'href="/notices/contact/"' in shown
    notice.refresh_from_db()
    assert notice.read_at is not None
    again = html.fromstring(client.get(reverse("notifications:citizen")).content)
    assert not again.xpath("//section[@aria-labelledby='unread']")
    assert again.xpath("//section[@aria-labelledby='read']")


def test_all_shown_are_marked_and_what_came_later_is_not(person: tuple[Client, Party]) -> None:
    client, party = person
    first = told_party(party)
    told_party(party, key="2")
    client.post(reverse("notifications:citizen_mark"), {"until": first.pk})
    assert PartyNotice.objects.filter(read_at=None).count() == 1
    for wrong in ({"until": "x"}, {"one": "-1"}, {"until": 10**30}):
        assert client.post(reverse("notifications:citizen_mark"), wrong).status_code == 302
    assert PartyNotice.objects.filter(read_at=None).count() == 1


def test_markup_in_what_is_told_stays_text(person: tuple[Client, Party]) -> None:
    client, party = person
    notice = told_party(party, values={"code": "1", "reason": "<script>alert(1)</script>{code}"})
    shown = client.get(reverse("notifications:notice", args=[notice.pk])).content.decode()
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{code}" in shown


def test_a_person_chooses_channels_in_their_order_and_quiet_hours(
    person: tuple[Client, Party], settings: Any
) -> None:
    gateways(settings)
    client, party = person
    url = reverse("notifications:contact")
    page = html.fromstring(client.get(url).content)
    assert [one.get("value") for one in page.xpath("//select/option[@selected]")][:3] == [
        "zalo",
        "sms",
        "mail",
    ]
    said = {"first": "mail", "second": "sms", "third": "", "language": "en"}
    said |= {"quiet_from": "22:30", "quiet_until": "05:00"}
    assert client.post(url, said).status_code == 302
    row = ContactChoice.objects.get(party=party)
    assert (row.channels, row.quiet_from, row.quiet_until, row.language) == (["mail", "sms"], 1350, 300, "en")
    none = said | {"first": "", "second": ""}
    client.post(url, none)
    row.refresh_from_db()
    assert row.channels == []


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"second": "mail"}, "second"),
        ({"first": ""}, "first"),
        ({"first": "pigeon"}, "first"),
        ({"quiet_from": "25:00"}, "quiet_from"),
        ({"quiet_until": ""}, "quiet_until"),
        ({"language": "xx"}, "language"),
    ],
)
def test_choices_that_make_no_sense_are_said_at_their_fields(
    person: tuple[Client, Party], settings: Any, changes: dict[str, str], place: str
) -> None:
    gateways(settings)
    client, _party = person
    said = {"first": "mail", "second": "sms", "third": "", "language": ""}
    said |= {"quiet_from": "22:00", "quiet_until": "05:00"}
    answer = client.post(reverse("notifications:contact"), said | changes)
    assert answer.status_code == 422
    page = html.fromstring(answer.content)
    assert page.xpath(f"//div[@role='alert']//a[@href='#id_{place}']")
    assert not ContactChoice.objects.exists()


def test_an_operator_sees_dead_messages_without_names_and_decides() -> None:
    first, second = dead_message(), dead_message()
    client = operator()
    shown = client.get(reverse("notifications:dead_messages")).content.decode()
    assert "eSMS 99" in shown
    assert "Lê Thị Nhận" not in shown
    assert "0912345678" not in shown
    client.post(reverse("notifications:send_message_again", args=[first.pk]))
    client.post(reverse("notifications:give_message_up", args=[second.pk]))
    states = PartyMessage.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["waiting", "given-up"]
    assert "No dead messages" in client.get(reverse("notifications:dead_messages")).content.decode()


def test_an_operator_writes_words_reads_them_on_invented_data_and_publishes() -> None:
    client = operator()
    url, save = (
        reverse("notifications:template", kwargs=WORDS),
        reverse("notifications:template_save", kwargs=WORDS),
    )
    wrong = client.post(save, {"text": "Hồ sơ {secret}"})
    assert wrong.status_code == 422
    assert "{secret}" in wrong.content.decode()
    assert client.post(save, {"text": "x" * 481}).status_code == 422
    client.post(save, {"text": "Hồ sơ {code}: <b>gấp</b>", "marks": "on"})
    shown = client.get(url).content.decode()
    assert "Hồ sơ H99-1: &lt;b&gt;gấp&lt;/b&gt;" in shown
    page = html.fromstring(shown)
    [written] = page.xpath("//input[@name='written_at']/@value")
    decide = reverse("notifications:template_decide", kwargs=WORDS)
    assert client.post(decide, {"act": "publish", "written_at": "yesterday"}).status_code == 409
    assert client.post(decide, {"act": "publish", "written_at": written}).status_code == 302
    assert "version 1" in client.get(reverse("notifications:templates")).content.decode()
    changed = client.get(url, {"changed": "1"}).content.decode()
    assert "<ins>" in changed
    for odd in ("x", "9", "-1", "1" * 40, "²"):
        assert client.get(url, {"changed": odd}).status_code == 404
    client.post(reverse("notifications:template_restore", kwargs=WORDS), {"version": 0})
    assert "the words shipped" in client.get(url).content.decode()
    for key in ({"kind": "no.such"}, {"language": "fr"}, {"wording": "pigeon"}):
        assert client.get(reverse("notifications:template", kwargs=WORDS | key)).status_code == 404
    assert "Save the draft" not in operator(Role.AUDITOR).get(url).content.decode()


def test_the_demonstrations_texts_are_shown_there_and_nowhere_else(settings: Any) -> None:
    gateways(settings, sms_url="", zalo_url="", text_fake=True)
    settings.BASE_URL = "http://127.0.0.1:8000"
    text = ShortText("1", "84912345678", "Ho so H01-1")
    for _repeat in range(2):
        text_sender(Channel.SMS).send([text])
    assert DemoText.objects.count() == 1
    assert "Ho so H01-1" in operator().get(reverse("notifications:demo_texts")).content.decode()
    assert "no SMS is really sent" in check_messages().sentence
    settings.BASE_URL = "https://dichvucong.example.vn"
    shown = operator().get(reverse("notifications:demo_texts")).content.decode()
    assert "Ho so H01-1" not in shown
    assert "refused" in check_messages().sentence


def test_a_code_goes_out_at_once_and_stands_nowhere(settings: Any) -> None:
    gateways(settings)
    sms, mail = FakeTexts(), FakeMail()
    asked: dict[str, Any] = {"code": "123456", "language": "vi", "until": now(), "code_id": a_party().pk}
    send_code(channel=Channel.SMS, address="0912 345 678", sender=sms, **asked)
    send_code(channel=Channel.SMS, address="0912 345 678", sender=sms, **asked)
    send_code(channel=Channel.MAIL, address="an@example.vn", sender=mail, **asked)
    [text] = sms.sent
    assert "123456" in text.text
    assert text.text.isascii()
    assert "123456" in mail.sent[0].text
    assert "123456" not in mail.sent[0].subject
    assert not PartyMessage.objects.exists()
    for channel, address in ((Channel.SMS, "024 3822 1234"), (Channel.SMS, "")):
        with pytest.raises(CodeNotSent):
            send_code(channel=channel, address=address, sender=sms, **asked)
    with pytest.raises(CodeNotSent):
        send_code(channel=Channel.SMS, address="0912345678", sender=FakeTexts(down=True), **asked)


def test_the_doctor_says_what_is_wrong(settings: Any, tmp_path: Any) -> None:
    gateways(settings, mail_host="", sms_url="", zalo_url="")
    assert "on their pages only" in check_messages().sentence
    gateways(settings, sms_url="http://gateway.example.vn")
    assert "not https" in check_messages().sentence
    gateways(settings)
    assert "cannot be read" in check_messages().sentence
    secret = tmp_path / "secret"
    secret.write_text("x")
    gateways(settings, zalo_url="", sms_secret_file=secret)
    assert "nothing waits" in check_messages().sentence
    tell_party(a_party(telephone="0912345678"))
    PartyMessage.objects.update(attempts=3, problem="HTTP 500")
    assert "HTTP 500" in check_messages().sentence
    PartyMessage.objects.all().delete()
    dead_message()
    assert "dead messages: 1" in check_messages().sentence
