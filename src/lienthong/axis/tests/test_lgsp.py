"""The facade for provincial systems: their calls, words and codes, and the hostile ones."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lienthong.axis.actions.catching_up import steps_to
from lienthong.axis.actions.changes import UnknownDocument
from lienthong.axis.actions.intake import (
    ClosedRecipient,
    ClosedSender,
    UnknownRecipient,
    UnknownSender,
)
from lienthong.axis.actions.statuses import StatusOutOfOrder
from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.actions.systems import FAILURES_PER_ADDRESS, FAILURES_PER_CLIENT
from lienthong.axis.edxml import Business
from lienthong.axis.edxml.errors import AttachmentEmpty, EmptyPacket, FieldMissing, PacketTooLarge
from lienthong.axis.models import AccessToken, Delivery, Packet, StatusEvent
from lienthong.axis.policies import SenderNotServed
from lienthong.axis.rest.lgsp.answers import CredentialsWrong
from lienthong.axis.rest.lgsp.words import ERROR_CODES, FILLED_IN, UNEXPLAINED, ErrorCode, Word, error_code_of
from lienthong.axis.rest.problems import NoToken
from lienthong.axis.tests.factories import (
    AT,
    SECRET,
    World,
    agency,
    bearer,
    edxml_packet,
    signed,
    stored_packet,
)
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.signing.public import NoCertificate, SignatureRefusal

API = "/lgsp/v1"
SURROGATES = b'{"systemId": "\\ud800", "secretKey": "\\ud800"}'


def login(client: Client, *, name: str, secret: str = SECRET) -> Any:
    headers = {"X-SystemId": name, "X-SecretKey": secret}
    return client.post(f"{API}/auth/login?allow_anonymous=true", headers=headers)


def send(client: Client, headers: dict[str, str], xml: bytes, kind: str = "edoc") -> Any:
    form = {"edocFile": SimpleUploadedFile("a.edxml", xml), "messageType": kind}
    return client.post(f"{API}/sendEdoc", form, headers=headers)


def update(client: Client, headers: dict[str, str], doc_id: object, status: str, **more: str) -> Any:
    body = {"docId": str(doc_id), "status": status, **more}
    return client.post(f"{API}/updateStatus", body, content_type="application/json", headers=headers)


def outcome(answer: Any) -> tuple[int, str, str]:
    body = answer.json()
    return answer.status_code, body["status"], body["errorCode"]


@pytest.fixture
def receiver(world: World) -> dict[str, str]:
    """The headers of the system of H55, as such systems send all three."""
    return {**bearer(world.receiver), "X-SystemId": world.receiver.client_id, "X-SecretKey": SECRET}


@pytest.fixture
def delivery(world: World) -> Delivery:
    """A packet on its way to H55."""
    submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
    return Delivery.objects.get()


def test_a_document_travels_in_the_words_of_the_facade(client: Client, world: World) -> None:
    token = login(client, name=world.system.client_id).json()["data"]
    assert token["expiresIn"] == 1800
    xml = signed(edxml_packet(), world.office)
    sender = {"Authorization": f"Bearer {token['token']}"}
    sent = send(client, sender, xml)
    assert outcome(sent) == (200, "OK", "0")
    assert sent.json()["data"]["sha256"] == hashlib.sha256(xml).hexdigest()
    again = send(client, sender, xml).json()["data"]
    assert again == sent.json()["data"] | {"repeated": True}

    taker = {
        "Authorization": f"Bearer {login(client, name=world.receiver.client_id).json()['data']['token']}"
    }
    [item] = client.get(f"{API}/syncReceivedEdocList?messageType=edoc", headers=taker).json()["data"]
    assert (item["fromCode"], item["toCode"], item["messageType"]) == ("G22", "H55", "edoc")
    got = client.get(f"{API}/getEdoc?docId={item['docId']}", headers=taker)
    assert b"".join(got.streaming_content) == xml
    for word, code in (("inbox", "01"), ("acceptance", "03"), ("processing", "05"), ("done", "06")):
        answer = update(client, taker, item["docId"], word)
        assert (outcome(answer), answer.json()["data"]["statusCode"]) == ((200, "OK", "0"), code)
    assert client.get(f"{API}/syncReceivedEdocList", headers=taker).json()["data"] == []
    assert list(StatusEvent.objects.order_by("id").values_list("code", flat=True)) == ["01", "03", "05", "06"]


@pytest.mark.parametrize("names", [("systemId", "secretKey"), ("X-SystemId", "X-SecretKey")])
def test_credentials_may_come_as_json(client: Client, world: World, names: tuple[str, str]) -> None:
    body = dict(zip(names, (world.system.client_id, SECRET), strict=True))
    assert client.post(f"{API}/auth/login", body, content_type="application/json").status_code == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"systemId": 1}', b"[" * 9000, b"\xff\xfe", SURROGATES])
def test_a_login_without_credentials_is_refused(client: Client, db: None, body: bytes) -> None:
    answer = client.post(f"{API}/auth/login", body, content_type="application/json")
    assert outcome(answer) == (401, "FAIL", "15")


def test_a_login_without_credentials_is_no_guess(client: Client, world: World) -> None:
    for _attempt in range(FAILURES_PER_ADDRESS + 1):
        client.post(f"{API}/auth/login")
    assert outcome(login(client, name=world.system.client_id)) == (200, "OK", "0")


def test_guessing_is_slowed_as_at_the_token_endpoint(client: Client, world: World) -> None:
    name = world.system.client_id
    for _attempt in range(FAILURES_PER_CLIENT):
        assert outcome(login(client, name=name, secret="wrong")) == (401, "FAIL", "15")
    answer = login(client, name=name)
    assert (outcome(answer), answer["Retry-After"]) == ((429, "FAIL", "15"), "300")
    asked = f"grant_type=client_credentials&client_id={name}&client_secret={SECRET}"
    kind = "application/x-www-form-urlencoded"
    assert client.post("/axis/v1/token", asked, content_type=kind).status_code == 429


REFUSALS = [
    (EmptyPacket(), 10),
    (PacketTooLarge(limit=1), 10),
    (NoToken(), 15),
    (CredentialsWrong(), 15),
    (UnknownRecipient(agencies="X"), 18),
    (UnknownSender(agency="X"), 19),
    (ClosedSender(agency="X", day=""), 19),
    (SenderNotServed(agency="X"), 19),
    (NoCertificate(name="X"), 20),
    (StatusOutOfOrder(code="", state="", label=""), 20),
    (SignatureRefusal(), 21),
    (AttachmentEmpty(name="X"), 21),
    (FieldMissing(field="Subject"), 22),
    (UnknownDocument(agency="X", document_id=""), 22),
    (ClosedRecipient(agencies="X", day=""), 23),
]


@pytest.mark.parametrize(("refusal", "code"), REFUSALS, ids=lambda value: getattr(value, "code", None))
def test_a_refusal_has_the_code_of_the_facade(refusal: Refusal, code: int) -> None:
    assert error_code_of(refusal) == code


def test_every_error_code_has_its_test() -> None:
    assert {code for _refusal, code in REFUSALS} == set(ErrorCode) - {ErrorCode.OK}


def test_every_line_of_the_table_speaks_of_a_refusal_that_exists() -> None:
    def below(kind: type[Refusal]) -> set[str]:
        return {kind.code}.union(*(below(child) for child in kind.__subclasses__()))

    assert ERROR_CODES.keys() <= below(Refusal)


def test_a_refused_packet_answers_with_code_sentences_and_http_status(client: Client, world: World) -> None:
    xml = signed(edxml_packet(recipients=("H99",)), world.office)
    answer = send(client, bearer(world.system), xml)
    body = answer.json()
    assert outcome(answer) == (422, "FAIL", "18")
    assert (body["problem"], body["data"]) == ("unknown-recipient", None)
    assert "H99" in body["errorDesc"]
    assert "directory of agencies" in body["message"]


@pytest.mark.parametrize(
    ("xml", "expected"),
    [(b"", (400, "FAIL", "10")), (b"<a", (400, "FAIL", "22")), (b"<a/>", (422, "FAIL", "22"))],
)
def test_a_bad_file_stores_nothing(
    client: Client, world: World, xml: bytes, expected: tuple[int, str, str]
) -> None:
    assert outcome(send(client, bearer(world.system), xml)) == expected
    assert not Packet.objects.exists()


def test_what_is_no_form_is_a_bad_file(client: Client, world: World) -> None:
    headers = bearer(world.system)
    for body, kind in ((b"<a/>", "application/xml"), (b"x", "multipart/form-data; boundary=q")):
        answer = client.post(f"{API}/sendEdoc", body, content_type=kind, headers=headers)
        assert answer.json()["errorCode"] == "10"
    without = client.post(f"{API}/sendEdoc", {"messageType": "edoc"}, headers=headers)
    assert outcome(without) == (400, "FAIL", "10")
    assert outcome(send(client, headers, b"<a/>", "letter")) == (422, "FAIL", "20")


def test_a_packet_of_another_kind_than_it_is_said_to_be_is_refused(client: Client, world: World) -> None:
    answer = send(client, bearer(world.system), signed(edxml_packet(), world.office), "revocation")
    assert (outcome(answer), answer.json()["problem"]) == ((422, "FAIL", "22"), "message-type-differs")
    assert not Packet.objects.exists()


@pytest.mark.parametrize(
    ("business", "kind"),
    [(Business.REVOKE, "revocation"), (Business.UPDATE, "update"), (Business.REPLACE, "replacement")],
)
def test_other_kinds_are_passed_on_and_answered_as_the_axis_answers(
    client: Client, world: World, business: Business, kind: str
) -> None:
    xml = signed(edxml_packet(business=business), world.office)
    answer = send(client, bearer(world.system), xml, kind)
    assert outcome(answer) == _outcome_at_the_axis(world, xml)


def _outcome_at_the_axis(world: World, xml: bytes) -> tuple[int, str, str]:
    try:
        submit_packet(xml, system=world.system, at=now())
    except Refusal as refusal:
        return refusal.status, "FAIL", str(error_code_of(refusal).value)
    return 200, "OK", "0"


def test_done_straight_after_inbox_fills_in_the_registration(
    client: Client, delivery: Delivery, receiver: dict[str, str]
) -> None:
    for word in ("inbox", "done", "done"):
        assert outcome(update(client, receiver, delivery.pk, word)) == (200, "OK", "0")
    events = StatusEvent.objects.order_by("id").values_list("code", "description")
    assert list(events) == [("01", ""), ("03", FILLED_IN), ("06", "")]


@pytest.mark.parametrize(
    ("state", "code", "steps"),
    [
        ("00", "01", ["01"]),
        ("00", "06", ["03", "06"]),
        ("01", "05", ["03", "05"]),
        ("03", "06", ["06"]),
        ("02", "06", ["06"]),
        ("06", "03", ["03"]),
    ],
)
def test_only_what_helps_is_filled_in(state: str, code: str, steps: list[str]) -> None:
    assert steps_to(code, state=state) == steps


@pytest.mark.parametrize("word", [Word.REJECTION, Word.FAIL])
def test_what_goes_back_has_a_reason(
    client: Client, delivery: Delivery, receiver: dict[str, str], word: Word
) -> None:
    assert outcome(update(client, receiver, delivery.pk, word)) == (200, "OK", "0")
    assert StatusEvent.objects.get().description == UNEXPLAINED[word]
    assert outcome(update(client, receiver, delivery.pk, "done")) == (409, "FAIL", "20")


def test_a_reason_that_is_given_is_passed_on(
    client: Client, delivery: Delivery, receiver: dict[str, str]
) -> None:
    update(client, receiver, delivery.pk, "rejection", reason="Sai thẩm quyền")
    assert StatusEvent.objects.get().description == "Sai thẩm quyền"


def test_the_list_holds_the_days_asked_for_and_pages_through(client: Client, world: World) -> None:
    days = [AT + timedelta(days=number) for number in range(5)]
    for day in days:
        stored_packet(world.office, world.recipients[0], at=day)
    about = stored_packet(world.office, world.recipients[1], at=AT)
    stored_packet(world.office, world.recipients[0], at=AT, business=Business.REVOKE, about=about, sequence=1)
    headers = bearer(world.receiver)

    def listed(query: str) -> Any:
        return client.get(f"{API}/syncReceivedEdocList?{query}", headers=headers).json()

    assert len(listed("")["data"]) == 5
    assert len(listed("messageType=revocation")["data"]) == 1
    assert len(listed(f"fromDate={days[1]:%Y/%m/%d}&toDate={days[2]:%Y/%m/%d}")["data"]) == 2
    assert listed("fromDate=2099/01/01&toDate=2000/01/01")["data"] == []
    assert len(listed("fromDate=2000/01/01&toDate=2100/12/31")["data"]) == 5
    first = listed("limit=3")
    rest = listed(f"limit=3&cursor={first['next']}")
    assert [len(first["data"]), len(rest["data"]), rest["next"]] == [3, 2, ""]


@pytest.mark.parametrize(
    "query",
    [
        "fromDate=2026-03-02",
        "fromDate=02/03/2026",
        "fromDate=2026/13/40",
        "toDate=0001/01/01",
        "toDate=9999/12/31",
        "toDate=2026/2/3",
        "fromDate=' OR 1=1",
        "messageType=all",
        "limit=0",
        "limit=201",
        "cursor=nonsense",
        "cursor=" + "A" * 500,
    ],
)
def test_a_bad_question_is_refused(client: Client, world: World, query: str) -> None:
    answer = client.get(f"{API}/syncReceivedEdocList?{query}", headers=bearer(world.receiver))
    assert answer.status_code in (400, 422)
    assert answer.json()["errorCode"] == "20"


def test_another_systems_document_is_not_there(client: Client, world: World, delivery: Delivery) -> None:
    headers = bearer(world.system)
    assert outcome(client.get(f"{API}/getEdoc?docId={delivery.pk}", headers=headers)) == (404, "FAIL", "20")
    assert outcome(update(client, headers, delivery.pk, "inbox")) == (404, "FAIL", "20")
    assert outcome(client.get(f"{API}/getEdoc?docId={uuid4()}", headers=headers))[0] == 404
    assert outcome(client.get(f"{API}/getEdoc?docId=../../etc", headers=headers))[0] == 422
    assert not StatusEvent.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer wrong"},
        {"X-SystemId": "another"},
        {"X-SecretKey": "wrong"},
    ],
)
def test_all_three_headers_must_be_of_one_system(
    client: Client, receiver: dict[str, str], changed: dict[str, str]
) -> None:
    assert client.get(f"{API}/syncReceivedEdocList", headers=receiver).status_code == 200
    answer = client.get(f"{API}/syncReceivedEdocList", headers=receiver | changed)
    assert outcome(answer) == (401, "FAIL", "15")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_the_agencies_come_with_both_codes_and_their_place(client: Client, world: World) -> None:
    child = agency("H55.05", old_code="000.00.05.H55", parent=world.recipients[0], kind="department")
    content = listed_agencies(client, world)["content"]
    [found] = [row for row in content if row["code"] == "H55.05"]
    assert found == {
        "id": child.pk,
        "code": "H55.05",
        "oldCode": "000.00.05.H55",
        "name": child.name,
        "centerCode": "H55",
        "parentId": world.recipients[0].pk,
        "level": 2,
        "type": "department",
    }
    assert [row["code"] for row in content] == sorted(row["code"] for row in content)


def listed_agencies(client: Client, world: World, query: str = "") -> Any:
    answer = client.get(f"{API}/getAgenciesList{query}", headers=bearer(world.system))
    assert answer.status_code == 200
    return json.loads(answer.getvalue())


def test_all_agencies_come_at_once_or_in_pages(client: Client, world: World) -> None:
    everything = listed_agencies(client, world)
    first = listed_agencies(client, world, "?limit=2")
    rest = listed_agencies(client, world, f"?cursor={first['next']}")
    assert len(first["content"]) == 2
    assert first["content"] + rest["content"] == everything["content"]
    assert everything | {"content": []} == first | {"content": [], "next": ""}
    answer = client.get(f"{API}/getAgenciesList?cursor=nonsense", headers=bearer(world.system))
    assert outcome(answer) == (400, "FAIL", "20")


def test_what_is_not_there_has_the_envelope_too(client: Client, db: None) -> None:
    assert outcome(client.get(f"{API}/nothing"))[:2] == (404, "FAIL")
    answer = client.get(f"{API}/sendEdoc")
    assert (outcome(answer)[:2], answer["Allow"]) == ((405, "FAIL"), "POST")


def test_a_token_ends_after_half_an_hour(client: Client, world: World) -> None:
    headers = bearer(world.receiver)
    AccessToken.objects.update(expires_at=now() - timedelta(seconds=1))
    assert outcome(client.get(f"{API}/syncReceivedEdocList", headers=headers)) == (401, "FAIL", "15")
