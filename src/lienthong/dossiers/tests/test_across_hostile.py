"""What arrives from another installation is hostile: who sent it, its form, its files."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from lienthong.axis.public import edxml
from lienthong.directory.public import Agency
from lienthong.dossiers.across.contracts import (
    FarState,
    HandedOver,
    Kind,
    Letter,
    Recalled,
    SentDocument,
    StateTold,
    Supplied,
)
from lienthong.dossiers.across.letters import hand_over_of
from lienthong.dossiers.across.packets import packet_of
from lienthong.dossiers.across.wire import write_letter
from lienthong.dossiers.actions.across_home import hand_steps_over, settle_far_steps
from lienthong.dossiers.actions.ending import stop_dossier
from lienthong.dossiers.models import (
    AcrossArrival,
    AcrossLetter,
    Dossier,
)
from lienthong.dossiers.states import DossierState
from lienthong.dossiers.tests.across import Pair, at_the_far_step, away_of, far_of, pair, scan, theirs, verbs
from lienthong.dossiers.tests.factories import NOON, official
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency
from lienthong.kernel.identifiers import uuid7
from lienthong.kernel.lifting import lifted
from lienthong.notifications.tests.factories import told_of
from lienthong.procedures.public import ProcedureVersion
from lienthong.signing.public import ensure_agency_certificates, sign_packet

pytestmark = pytest.mark.django_db


@pytest.fixture
def two() -> Pair:
    """Two installations."""
    return pair()


def forged(
    two: Pair,
    letter: Letter | bytes,
    *,
    sender: Agency,
    to: Agency,
    signer: Agency | None = None,
    after: int = 1,
    **changes: Any,
) -> str:
    """Send what somebody may send, and answer what the receiving installation said of it."""
    key = uuid7()
    told = letter if isinstance(letter, Letter) else Letter(Kind.RECALL, key, 1, Recalled("x"))
    xml = packet_of(told, key=key, subject="Hồ sơ", sender=sender, recipient=to, at=two.at)
    packet = edxml.parse_packet(lifted(xml))
    first, *files = packet.attachments
    if isinstance(letter, bytes):
        first = replace(first, content=letter)
    packet = replace(packet, **{"attachments": (first, *files)} | changes)
    signed = sign_packet(edxml.build_packet(packet), agency_id=(signer or sender).pk, at=two.at)
    receipt = two.axis.submit(signed, at=two.at)
    (two.over_there if to == two.far else two.at_home)(after)
    return AcrossArrival.objects.get(packet_id=receipt.packet_id).refusal


def test_what_does_not_come_from_who_was_asked_is_returned_and_changes_nothing(two: Pair) -> None:
    dossier, other = at_the_far_step(two), agency()
    ensure_agency_certificates([other.pk], at=NOON)
    two.both()
    key, known = far_of(dossier).pk, theirs(dossier)
    done = Letter(Kind.STATE, key, 9, StateTold("X", FarState.FINISHED, two.at))
    before = (far_of(dossier).state, verbs(dossier))
    assert "Không có bước" in forged(two, done, sender=other, to=two.home)
    assert "không được" in forged(two, done, sender=two.far, to=two.home, signer=other)
    assert (far_of(dossier).state, verbs(dossier)) == before
    for letter in (
        Letter(Kind.RECALL, key, 9, Recalled("Giả")),
        Letter(Kind.SUPPLY, key, 9, Supplied()),
    ):
        assert "Không có bước" in forged(two, letter, sender=other, to=two.far, after=90)
    known.refresh_from_db()
    assert known.state == DossierState.ACCEPTED


def handed_over(two: Pair, **fields: Any) -> HandedOver:
    """What another installation may hand over, of a procedure that is known here."""
    dossier = at_the_far_step(two)
    hand_steps_over(at=two.at, axis=away_of(two.far))
    said = hand_over_of(far_of(dossier))
    AcrossLetter.objects.all().delete()
    return replace(said, **fields)


def test_a_hand_over_that_cannot_be_settled_here_goes_back_with_its_reason(two: Pair) -> None:
    said = handed_over(two)
    wrong = SentDocument("Bản vẽ", sha256="0" * 64, file_name="ban-ve.pdf")
    deep: object = "x"
    for _level in range(20):
        deep = {"a": deep}
    for body, words in (
        (replace(said, procedure="9.999999"), "9.999999"),
        (replace(said, answers={"child_sex": "no such"}), "Tờ khai"),
        (replace(said, reply_to="Z99"), "reply_to"),
        (replace(said, documents=(wrong,)), "Bản vẽ"),
    ):
        sent = write_letter(Letter(Kind.HAND_OVER, uuid7(), 1, body))
        assert words in forged(two, sent, sender=two.home, to=two.far), words
    whole = json.loads(write_letter(Letter(Kind.HAND_OVER, uuid7(), 1, said)))
    for changed in (
        whole | {"version": 2},
        whole | {"extra": 1},
        whole | {"body": whole["body"] | {"answers": {"a": deep}}},
        whole | {"body": whole["body"] | {"summary": "\x00"}},
        whole | {"body": whole["body"] | {"minutes": -1}},
        [whole],
    ):
        assert "phiên bản 1" in forged(two, json.dumps(changed).encode(), sender=two.home, to=two.far)
    for raw in (b"{", b"[" * 100_000, b'{"kind": NaN}', b'{"kind": 1e999}', b"x" * 1_100_000):
        assert "phiên bản 1" in forged(two, raw, sender=two.home, to=two.far)
    assert not Dossier.objects.filter(foreign=True).exists()
    assert set(two.axis.states.values()) == {"02"}


def test_a_file_that_is_not_the_one_that_was_meant_is_not_taken_in(two: Pair) -> None:
    paper = scan(two)
    said = handed_over(two, documents=(SentDocument("Giấy", sha256=paper.sha256, file_name="a.txt"),))
    letter, key = Letter(Kind.HAND_OVER, uuid7(), 1, said), uuid7()
    xml = packet_of(letter, key=key, subject="Hồ sơ", sender=two.home, recipient=two.far, at=two.at)
    first, file = edxml.parse_packet(lifted(xml)).attachments
    swapped = (first, replace(file, content=b"another text"))
    packet = replace(edxml.parse_packet(lifted(xml)), attachments=swapped)
    two.axis.submit(sign_packet(edxml.build_packet(packet), agency_id=two.home.pk, at=two.at), at=two.at)
    two.over_there()
    assert "SHA-256" in AcrossArrival.objects.get().refusal
    assert not Dossier.objects.filter(foreign=True).exists()


def test_a_return_of_a_step_that_is_closed_here_changes_nothing_and_tells_nobody(two: Pair) -> None:
    dossier = at_the_far_step(two)
    leader = official(two.home, Role.LEADER)
    ProcedureVersion.objects.filter(pk=dossier.version_id).update(
        state="withdrawn", ended_at=two.at, end_reason="Hết hiệu lực"
    )
    two.at_home()
    stop_dossier(dossier_id=dossier.pk, reason="Không đủ điều kiện", viewer=leader, at=two.at)
    settle_far_steps(at=two.at)
    before = far_of(dossier)
    two.over_there()
    two.at_home(5)
    after = far_of(dossier)
    assert before.settled_at is not None
    assert (after.state, after.words, after.settled_at) == (before.state, "", before.settled_at)
    assert not AcrossLetter.objects.filter(far=after, kind="hand-over").exists(), "the return has come"
    assert told_of(leader.official_id or 0) == []
