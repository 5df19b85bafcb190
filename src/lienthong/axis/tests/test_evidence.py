"""Evidence: a signed statement at every stage, batched, timestamped, and handed to those it concerns."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lienthong.axis.actions.collection import collect_packet
from lienthong.axis.actions.evidence import (
    Attestation,
    attest,
    attest_all,
    keep_evidence,
    stamp_batches,
)
from lienthong.axis.actions.statuses import StatusOutOfOrder, report_status
from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.contracts import StatusReport
from lienthong.axis.jobs import batch_evidence
from lienthong.axis.models import Delivery, Packet
from lienthong.axis.queries.evidence import evidence_of, evidence_standing
from lienthong.axis.states import STAGES, Stage
from lienthong.axis.tests.factories import (
    AT,
    Story,
    World,
    bearer,
    edxml_packet,
    signed,
    system_for,
    told,
)
from lienthong.identity.public import NotFound
from lienthong.ledger.public import batches, evidence_backlog, statements_of
from lienthong.signing.public import (
    EVIDENCE_STAGES,
    verify_evidence,
)
from lienthong.signing.tests.factories import fake_timestamps, root_certificate

CODES = ("H55", "H26", "H01")
MINUTE = timedelta(minutes=1)


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
    assert set(Stage) == set(EVIDENCE_STAGES)
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


def test_the_job_of_every_minute_leaves_nothing_unproven(world: World) -> None:
    submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
    batch_evidence(timestamp=0)
    assert evidence_backlog().oldest_at is None
    batch_evidence(timestamp=60)
    assert len(batches(range(1, 5))) == 1, "nothing new, so no empty batch"


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
