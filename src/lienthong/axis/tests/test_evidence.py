"""Evidence: a signed statement at every stage, in one file that proves itself."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lienthong.axis.actions.collection import collect_packet
from lienthong.axis.actions.evidence import (
    Attestation,
    attest,
    attest_all,
    close_batches,
    keep_evidence,
    stamp_batches,
)
from lienthong.axis.actions.statuses import StatusOutOfOrder, report_status
from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.contracts import Receipt, StatusReport
from lienthong.axis.models import Delivery, Packet
from lienthong.axis.queries.evidence import evidence_of, evidence_standing
from lienthong.axis.states import STAGES, Stage
from lienthong.axis.tests.factories import (
    AT,
    World,
    bearer,
    edxml_packet,
    signed,
    system_for,
)
from lienthong.identity.public import NotFound
from lienthong.ledger.public import batches, evidence_backlog, statements_of
from lienthong.signing.public import (
    EvidenceUnreadable,
    EvidenceVerdict,
    certificate_for_agency,
    sign_statement,
    verify_evidence,
)
from lienthong.signing.tests.factories import fake_timestamps, root_certificate

CODES = ("H55", "H26", "H01")
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Story:
    """A packet that went all the way with its first recipient and was refused by the second."""

    world: World
    receipt: Receipt
    file: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.file)
        return found

    @property
    def packet(self) -> Packet:
        return Packet.objects.get(pk=self.receipt.packet_id)


def told(world: World, *, stamped: bool = True, each: bool = False) -> Story:
    """The story, batched at its end (or after each step) and stamped."""
    receipt = submit_packet(signed(edxml_packet(recipients=CODES), world.office), system=world.system, at=AT)
    steps: list[tuple[str, str]] = [("H55", ""), ("H55", "01"), ("H26", "02"), ("H55", "03"), ("H55", "06")]
    for number, (code, status) in enumerate(steps, start=1):
        at = AT + number * MINUTE
        delivery = Delivery.objects.get(packet_id=receipt.packet_id, recipient__code=code)
        system = system_for(delivery.recipient)
        if status:
            report_status(system, delivery.pk, StatusReport(status, at, description="Vì “lý do”"), at=at)
        else:
            collect_packet(system, delivery.pk, at=at)
        if each:
            close_batches(most=100, at=at)
    close_batches(most=100, at=AT + timedelta(hours=1))
    if stamped:
        stamp_batches(at=AT + timedelta(hours=1))
    return Story(world, receipt, evidence_of(world.system, receipt.packet_id))


@pytest.fixture
def story(world: World) -> Story:
    return told(world)


def failing(file: bytes | dict[str, Any], **given: Any) -> list[int]:
    """The places (from 0) of the statements that do not hold."""
    content = file if isinstance(file, bytes) else json.dumps(file, ensure_ascii=False).encode()
    return [found.place for found in verify_evidence(content, **given).statements if not found.valid]


# What is attested


def test_every_stage_is_a_signed_statement_in_one_chain(story: Story) -> None:
    verdict = verify_evidence(story.file, roots=[root_certificate()])
    assert [(found.sequence, found.stage, found.by) for found in verdict.statements] == [
        (1, "submitted", "G22"),
        (2, "relayed", ""),
        (3, "delivered", "H55"),
        (4, "arrived", "H55"),
        (5, "refused", "H26"),
        (6, "accepted", "H55"),
        (7, "finished", "H55"),
    ]
    assert verdict.valid
    assert {found.timestamped_at for found in verdict.statements} == {AT + timedelta(hours=1)}
    assert (verdict.packet_id, verdict.sha256) == (str(story.packet.pk), story.packet.sha256)


def test_the_receipt_is_the_first_statement_and_the_second_names_all_deliveries(story: Story) -> None:
    first, second = story.json["statements"][:2]
    assert base64.b64decode(story.receipt.statement).decode() == first["statement"]
    assert base64.b64decode(story.receipt.signature).decode() == first["signature"]
    named = json.loads(second["statement"])["deliveries"]
    assert named == {row.recipient.code: str(row.pk) for row in Delivery.objects.all()}


def test_signatures_after_the_receipt_name_the_certificate_instead_of_bringing_it(story: Story) -> None:
    sizes = [len(line["signature"]) for line in story.json["statements"]]
    assert sizes[0] > 1500
    assert max(sizes[1:]) < 350


def test_a_packet_collected_twice_was_delivered_once(world: World) -> None:
    submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
    delivery = Delivery.objects.get()
    for number in range(3):
        collect_packet(world.receiver, delivery.pk, at=AT + number * MINUTE)
    stages = [found.statement.stage for found in statements_of(Packet.objects.get().as_subject())]
    assert stages == [Stage.SUBMITTED, Stage.RELAYED, Stage.DELIVERED]


def test_a_refused_or_repeated_status_is_not_attested(world: World) -> None:
    submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
    delivery = Delivery.objects.get()
    for _ in range(2):
        report_status(world.receiver, delivery.pk, StatusReport("03", AT), at=AT)
    with pytest.raises(StatusOutOfOrder):
        report_status(world.receiver, delivery.pk, StatusReport("02", AT, description="x"), at=AT)
    assert len(statements_of(Packet.objects.get().as_subject())) == 3


def test_every_status_code_has_a_stage() -> None:
    assert set(STAGES.values()) <= set(Stage)
    assert set(STAGES) == {"01", "02", "03", "04", "05", "06"}


def test_many_acts_take_no_more_queries_than_few(world: World) -> None:
    for _ in range(3):
        submit_packet(signed(edxml_packet(recipients=CODES), world.office), system=world.system, at=AT)
    deliveries = list(Delivery.objects.select_related("packet", "recipient"))
    acts = [Attestation(row.packet, Stage.WITHDRAWN, "G22", row, {"why": "x"}) for row in deliveries]
    with transaction.atomic():
        attest_all(acts, at=AT)  # fills the caches of signing
    counted = []
    for some in (acts[:2], acts):
        with CaptureQueriesContext(connection) as queries, transaction.atomic():
            attest_all(some, at=AT)
        counted.append([query for query in queries if "ledger_statement" in query["sql"]])
    assert len(counted[0]) == len(counted[1]) == 2, "the last links, the new rows; and one for the locks"
    for packet in Packet.objects.all():
        chain = [found.statement for found in statements_of(packet.as_subject())]
        assert [link.sequence for link in chain] == list(range(1, len(chain) + 1))


def test_a_packet_from_before_there_was_evidence_begins_with_its_receipt(world: World) -> None:
    receipt = submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
    packet = Packet.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE ledger_statement")
    with transaction.atomic():
        attest(packet, Stage.WITHDRAWN, by="G22", at=AT)
    verdict = verify_evidence(evidence_of(world.system, receipt.packet_id))
    assert [(found.stage, found.valid) for found in verdict.statements] == [
        ("submitted", True),
        ("withdrawn", True),
    ]


@pytest.mark.django_db(transaction=True)
def test_statuses_of_several_recipients_at_once_do_not_break_the_chain(world: World) -> None:
    receipt = submit_packet(signed(edxml_packet(recipients=CODES), world.office), system=world.system, at=AT)
    deliveries = list(Delivery.objects.select_related("recipient"))
    systems = {row.pk: system_for(row.recipient) for row in deliveries}
    work = [(row.pk, code) for row in deliveries for code in ("01", "03", "04")]
    start = Barrier(len(deliveries))

    def report(delivery_id: UUID) -> None:
        connection.ensure_connection()
        start.wait()
        for number, code in enumerate(("01", "03", "04")):
            at = AT + number * MINUTE
            report_status(systems[delivery_id], delivery_id, StatusReport(code, at), at=at)
        connection.close()

    with ThreadPoolExecutor(len(deliveries)) as threads:
        list(threads.map(report, [row.pk for row in deliveries]))
    verdict = verify_evidence(evidence_of(world.system, receipt.packet_id))
    assert [found.sequence for found in verdict.statements] == list(range(1, len(work) + 3))
    assert verdict.valid


# Batches and timestamps


def test_a_failing_timestamp_service_delays_only_the_timestamps(world: World) -> None:
    service = fake_timestamps(at=AT + MINUTE)
    service.failing = True
    told(world, stamped=False, each=True)
    assert evidence_backlog().unbatched == 0
    waiting = evidence_backlog().unstamped
    assert stamp_batches(at=AT, service=service) == 0
    assert service.asked == 1, "the first failure ends the round"
    late = evidence_standing(at=AT + timedelta(hours=2), late=timedelta(minutes=15))
    assert (late.backlog.unstamped, late.backlog.oldest_at, late.is_late) == (waiting, AT, True)
    file = evidence_of(world.system, Packet.objects.get().pk)
    verdict = verify_evidence(file)
    assert verdict.valid
    assert {found.pending for found in verdict.statements} == {"timestamp"}
    service.failing, service.nonsense = False, b"nonsense"
    assert stamp_batches(at=AT, service=service) == 0
    service.nonsense = None
    assert stamp_batches(at=AT, service=service) == 5
    assert evidence_backlog().oldest_at is None
    assert verify_evidence(evidence_of(world.system, Packet.objects.get().pk)).valid


def test_the_oldest_batch_is_stamped_first(world: World) -> None:
    told(world, stamped=False, each=True)

    class Once:
        """Answers one request, then no more."""

        name, left = "once", 1
        inner = fake_timestamps(at=AT)

        def answer(self, request: bytes) -> bytes:
            self.inner.failing, self.left = self.left == 0, 0
            return self.inner.answer(request)

    assert stamp_batches(at=AT, service=Once()) == 1
    assert [batch.token is not None for batch in batches(range(1, 6))] == [True] + [False] * 4


def test_what_is_in_no_batch_yet_is_named_as_pending(world: World) -> None:
    receipt = submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
    file = evidence_of(world.system, receipt.packet_id)
    assert [line["pending"] for line in json.loads(file)["statements"]] == ["batch", "batch"]
    assert verify_evidence(file).valid


@pytest.mark.parametrize(("tick", "closed"), [(60, False), (120, False), (180, True), (360, True)])
def test_batches_are_closed_every_period_and_when_full(world: World, tick: int, closed: bool) -> None:
    submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
    keep_evidence(most=100, seconds=180, tick=tick, at=AT)
    assert (evidence_backlog().unbatched == 0) is closed
    submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
    keep_evidence(most=2, seconds=180, tick=60, at=AT)
    assert evidence_backlog().unbatched == 0
    assert evidence_backlog().oldest_at is None, "all are stamped"


# Who gets which file


def test_a_recipient_gets_what_concerns_the_packet_and_itself(story: Story) -> None:
    file = evidence_of(system_for(story.world.recipients[1]), story.packet.pk)
    verdict = verify_evidence(file, roots=[root_certificate()])
    assert [(found.sequence, found.stage) for found in verdict.statements] == [
        (1, "submitted"),
        (2, "relayed"),
        (5, "refused"),
    ]
    assert (verdict.valid, verdict.complete) == (True, False)


def test_others_get_nothing(story: Story) -> None:
    with pytest.raises(NotFound):
        evidence_of(system_for(story.world.ministry), story.packet.pk)
    with pytest.raises(NotFound):
        evidence_of(story.world.system, UUID(int=1))


def test_the_api_hands_the_file_out(client: Client, story: Story) -> None:
    address = f"/axis/v1/packets/{story.packet.pk}/evidence"
    answer = client.get(address, headers=bearer(story.world.system))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer["Content-Disposition"] == f'attachment; filename="{story.packet.pk}.evidence.json"'
    assert answer.content == story.file
    stranger = client.get(address, headers=bearer(system_for(story.world.ministry)))
    assert (stranger.status_code, stranger.json()["title"]) == (404, "not-found")


# The file proves itself


def strings(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every text, number and name in the file."""
    if isinstance(value, dict):
        return [found for key, one in value.items() for found in strings(one, (*path, key))]
    if isinstance(value, list):
        return [found for key, one in enumerate(value) for found in strings(one, (*path, key))]
    return [] if value is None or isinstance(value, bool) else [path]


def changed(file: dict[str, Any], path: tuple[Any, ...], change: Callable[[Any], Any]) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(file))
    holder: Any = copy
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = change(holder[path[-1]])
    return copy


def flipped(at: float) -> Callable[[Any], Any]:
    """One letter of a text, at that part of its length, or one bit of a number, is another."""

    def change(value: Any) -> Any:
        if isinstance(value, int):
            return value ^ 1
        place = min(int(len(value) * at), len(value) - 1)
        other = "B" if value[place] != "B" else "C"
        return value[:place] + other + value[place + 1 :]

    return change


def concerned(file: dict[str, Any], path: tuple[Any, ...]) -> list[int]:
    """The places of the statements that a change there makes fail."""
    everyone = list(range(len(file["statements"])))
    if path[0] == "statements":
        return [path[1]]
    if path[0] == "batches":
        number = json.loads(file["batches"][path[1]]["header"])["batch"]
        return [place for place in everyone if file["statements"][place]["batch"] == number]
    return everyone


@pytest.mark.parametrize("at", [0.0, 0.013, 0.31, 0.5, 0.77, 0.99, 1.0])
def test_a_letter_changed_anywhere_makes_the_right_statements_fail(world: World, at: float) -> None:
    file = told(world, each=True).json
    roots = [root_certificate()]
    assert failing(file, roots=roots) == []
    for path in strings(file):
        if path == ("format",):
            continue
        bent = changed(file, path, flipped(at))
        assert failing(bent, roots=roots) == concerned(file, path), path


def test_bytes_changed_in_the_raw_file_never_pass_unnoticed(story: Story) -> None:
    roots = [root_certificate()]
    lines = story.file.split(b"\n")
    begin = 0
    first = next(number for number, line in enumerate(lines) if line.startswith(b'{"statement"'))
    for number, line in enumerate(lines):
        for place in range(0, len(line), max(1, len(line) // 40)):
            at = begin + place
            for mask in (0x01, 0x80):
                bent = bytearray(story.file)
                bent[at] ^= mask
                if bytes(bent) == story.file or same_meaning(bytes(bent), story.file):
                    continue
                try:
                    found = failing(bytes(bent), roots=roots)
                except EvidenceUnreadable:
                    assert not line.startswith((b'{"statement"', b'{"header"')), (at, mask)
                    continue
                assert found, (at, mask)
                if line.startswith(b'{"statement"'):
                    assert found == [number - first], (at, mask)
        begin += len(line) + 1


def same_meaning(one: bytes, other: bytes) -> bool:
    """Whether both are the same JSON: only the space between its parts differs."""
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


def test_a_statement_left_out_is_missed(story: Story) -> None:
    file = story.json
    del file["statements"][3]
    found = [one for one in verify_evidence(json.dumps(file).encode()).statements if not one.valid]
    assert [(one.sequence, one.fault) for one in found] == [(5, "chain-broken")]
    assert "4" in str(found[0].reason)


def test_statements_in_another_order_are_noticed(story: Story) -> None:
    file = story.json
    file["statements"][3:5] = reversed(file["statements"][3:5])
    assert failing(file)


def test_a_statement_of_another_packet_is_noticed(world: World) -> None:
    one, other = told(world).json, told(world).json
    one["statements"][4] = other["statements"][4]
    one["batches"] += [batch for batch in other["batches"] if batch not in one["batches"]]
    assert [found.fault for found in verdict_of(one).statements if not found.valid] == [
        "statement-of-another-packet"
    ]


def verdict_of(file: dict[str, Any]) -> EvidenceVerdict:
    return verify_evidence(json.dumps(file, ensure_ascii=False).encode())


def test_a_token_moved_to_another_batch_is_noticed(world: World) -> None:
    file = told(world, each=True).json
    first, second = file["batches"][:2]
    for name in ("timestamp", "timestamp_sha256"):
        first[name], second[name] = second[name], first[name]
    assert {found.fault for found in verdict_of(file).statements if not found.valid} == {"timestamp"}


def test_without_roots_those_of_the_file_are_named(story: Story) -> None:
    verdict = verify_evidence(story.file)
    [root] = verdict.roots
    assert root.sha256 == hashlib.sha256(root_certificate()).hexdigest()
    assert (verdict.valid, verdict.roots_given) == (True, False)


def test_another_root_is_not_led_to(story: Story) -> None:
    verdict = verify_evidence(story.file, roots=[other_root()])
    assert {found.fault for found in verdict.statements} == {"statement-signature"}


def other_root() -> bytes:
    """A root that has nothing to do with this axis, but the same name."""
    name, key = (
        x509.load_der_x509_certificate(root_certificate()).subject,
        ec.generate_private_key(ec.SECP256R1()),
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(AT - timedelta(days=1))
        .not_valid_after(AT + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.DER)


def test_an_agency_cannot_attest_in_the_name_of_the_axis(story: Story) -> None:
    file, agency = story.json, story.world.office
    line = file["statements"][2]
    line["statement"] = line["statement"].replace("H55", "H26")
    line["signature"] = sign_statement(line["statement"].encode(), at=AT, agency_id=agency.pk).decode()
    found = certificate_for_agency(agency.pk, at=AT)
    assert found is not None
    file["certificates"][found.sha256] = base64.b64encode(found.der).decode()
    assert [one.fault for one in verdict_of(file).statements if not one.valid] == ["statement-signature"]


# OpenSSL says the same


def test_openssl_accepts_an_exported_timestamp(story: Story, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        warnings.warn("openssl is not installed: the timestamp was not checked independently", stacklevel=1)
        pytest.skip("openssl is not installed")
    batch = story.json["batches"][0]
    (tmp_path / "header.json").write_text(batch["header"], "utf-8")
    (tmp_path / "token.der").write_bytes(base64.b64decode(batch["timestamp"]))
    root = x509.load_der_x509_certificate(root_certificate())
    (tmp_path / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    others = [
        x509.load_der_x509_certificate(base64.b64decode(text)).public_bytes(Encoding.PEM)
        for text in story.json["certificates"].values()
    ]
    (tmp_path / "others.pem").write_bytes(b"".join(others))
    command = [
        openssl, "ts", "-verify", "-data", "header.json", "-in", "token.der", "-token_in",
        "-CAfile", "root.pem", "-untrusted", "others.pem", "-attime", f"{AT.timestamp() + 7200:.0f}",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Verification: OK" in done.stdout + done.stderr
    (tmp_path / "header.json").write_text(batch["header"].replace("batch", "Batch"), "utf-8")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0
