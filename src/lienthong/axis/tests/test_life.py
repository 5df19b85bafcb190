"""The whole life of documents: any acts in any order leave every delivery in a legal state (Hypothesis).

The model below is written without the axis' table, so that one checks the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from lienthong.axis.actions.changes import take_back
from lienthong.axis.actions.collection import collect_packet
from lienthong.axis.actions.statuses import report_status
from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.contracts import StatusReport
from lienthong.axis.edxml import Business, Replacement
from lienthong.axis.models import ChangeRequest, ConnectedSystem, Delivery, Packet
from lienthong.axis.tests.factories import AT, World, edxml_packet, signed, system_for
from lienthong.kernel.errors import Refusal

CODES = ("H55", "H26")
FOLLOWS = {
    "01": {"00"},
    "02": {"00", "01"},
    "03": {"00", "01"},
    "04": {"03", "04", "05"},
    "05": {"03", "04"},
    "06": {"03", "04", "05"},
}
KINDS = {Business.REVOKE: "revoke", Business.UPDATE: "update", Business.REPLACE: "replace"}


class Forbidden(Exception):
    """The model does not allow the act."""


@dataclass
class Place:
    """One delivery: its state, whether the receiver has it, and the request that waits (kind, who asks)."""

    state: str = "00"
    collected: bool = False
    pending: tuple[str, Sending | None] | None = None


@dataclass
class Sending:
    """One packet at its recipients; `changes` counts those of its document."""

    business: Business
    document_id: str
    about: Sending | None = None
    places: dict[str, Place] = field(default_factory=dict)
    changes: int = 0
    id: UUID | None = None

    @property
    def only_asks(self) -> bool:
        return self.business in {Business.REVOKE, Business.UPDATE}

    def collect(self, code: str) -> None:
        if self.places[code].state == "WD":
            raise Forbidden
        self.places[code].collected = True

    def report(self, code: str, status: str) -> None:
        if status in {"15", "16"}:
            self._answer(code, status)
            return
        place = self.places[code]
        if (self.only_asks and status != "01") or place.state not in FOLLOWS[status]:
            raise Forbidden
        place.state, place.collected = status, True
        if status == "02" and place.pending:
            (kind, asking), place.pending = place.pending, None
            if asking and asking.only_asks:
                asking.places[code].state = "WD" if kind == "update" else "15"

    def _answer(self, code: str, status: str) -> None:
        owner = self if self.places[code].pending else self.about
        place = owner.places.get(code) if owner else None
        if place is None or place.pending is None:
            raise Forbidden
        kind, asking = place.pending
        if owner is not self and asking is not self:
            raise Forbidden
        place.pending, place.collected = None, True
        if status == "15" and kind != "update":
            place.state = "WD"
        if asking and asking.only_asks:
            asking.places[code].state, asking.places[code].collected = status, True

    def ask(self, kind: str, codes: tuple[str, ...], asking: Sending | None) -> None:
        """A change of this document; a packet that asks gets its places."""
        if self.only_asks:
            raise Forbidden
        places = [self.places[code] for code in codes]
        late = any(place.pending and place.pending[0] != "update" for place in places)
        if asking and (all(place.state == "WD" for place in places) or (kind == "update" and late)):
            raise Forbidden
        done = [self._ask_at(code, kind, asking) for code in codes]
        self.changes += bool(asking) or any(done)

    def _ask_at(self, code: str, kind: str, asking: Sending | None) -> bool:
        place = self.places[code]
        if asking:
            asking.places[code] = Place()
        if kind == "take-back" and place.pending and place.pending[0] != "update":
            return False
        over = place.state in {"02", "WD"}
        if place.pending and place.pending[1] and place.pending[1].only_asks:
            place.pending[1].places[code].state = "WD"
        at_once = not over and kind != "update" and place.state == "00" and not place.collected
        place.pending = None if over or at_once else (kind, asking)
        if at_once:
            place.state = "WD"
        if asking and asking.only_asks and (over or at_once):
            asking.places[code].state = "WD"
        return not over


some_codes = st.sampled_from([CODES[:1], CODES[1:], CODES])
one_code = st.sampled_from(CODES)


class LifeMachine(RuleBasedStateMachine):
    """Two receivers and any number of documents of one sender; each act a minute after the last."""

    sendings: Bundle[Sending] = Bundle("sendings")

    def __init__(self, world: World, receivers: dict[str, ConnectedSystem]) -> None:
        super().__init__()
        self.world, self.receivers = world, receivers
        self.all: list[Sending] = []
        self.at: datetime = AT

    @rule(target=sendings, codes=some_codes)
    def submit(self, codes: tuple[str, ...]) -> Sending:
        packet = edxml_packet(recipients=codes)
        sending = Sending(Business.NEW, packet.document_id, places={code: Place() for code in codes})
        self._send(sending, packet)
        return sending

    @rule(target=sendings, about=sendings, business=st.sampled_from(list(KINDS)), codes=some_codes)
    def change(self, about: Sending, business: Business, codes: tuple[str, ...]) -> Sending:
        codes = tuple(code for code in codes if code in about.places) or tuple(about.places)
        named: dict[str, Any] = {"business_document_id": about.document_id}
        if business is Business.REPLACE:
            named = {"replacements": (Replacement(document_id=about.document_id),)}
        packet = edxml_packet(recipients=codes, business=business, **named)
        asking = Sending(business, packet.document_id, about)

        def model() -> None:
            about.ask(KINDS[business], codes, asking)

        if self._both(model, lambda: self._send(asking, packet)):
            return asking
        return about

    @rule(sending=sendings, code=one_code)
    def collect(self, sending: Sending, code: str) -> None:
        if code in sending.places:
            self._both(
                lambda: sending.collect(code),
                lambda: collect_packet(self.receivers[code], self._delivery(sending, code), at=self.at),
            )

    @rule(sending=sendings, code=one_code, status=st.sampled_from([*FOLLOWS, "15", "16", "15", "16"]))
    def report(self, sending: Sending, code: str, status: str) -> None:
        if code in sending.places:
            report = StatusReport(code=status, at=self.at, description="Lý do")
            delivery = self._delivery(sending, code)
            self._both(
                lambda: sending.report(code, status),
                lambda: report_status(self.receivers[code], delivery, report, at=self.at),
            )

    @rule(sending=sendings, codes=some_codes)
    def take_back(self, sending: Sending, codes: tuple[str, ...]) -> None:
        named = tuple(code for code in codes if code in sending.places) or tuple(sending.places)
        assert sending.id is not None
        packet_id = sending.id
        self._both(
            lambda: sending.ask("take-back", named, None),
            lambda: take_back(self.world.system, packet_id, reason="Gửi nhầm", recipients=named, at=self.at),
        )

    @invariant()
    def every_delivery_is_where_the_model_has_it(self) -> None:
        ids = [sending.id for sending in self.all]
        rows = Delivery.objects.filter(packet__in=ids).values_list("packet_id", "recipient__code", "state")
        places = {(s.id, code): place for s in self.all for code, place in s.places.items()}
        assert {row[:2]: row[2] for row in rows} == {key: place.state for key, place in places.items()}
        pending = ChangeRequest.objects.filter(delivery__packet__in=ids, state="pending").values_list(
            "delivery__packet_id", "recipient__code", "kind", "asking__packet_id"
        )
        assert {row[:2]: row[2:] for row in pending} == {
            key: (place.pending[0], place.pending[1].id if place.pending[1] else None)
            for key, place in places.items()
            if place.pending
        }
        assert len(pending) == len({row[:2] for row in pending})

    @invariant()
    def the_withdrawn_are_never_collected_afterwards(self) -> None:
        withdrawn = Delivery.objects.filter(
            packet__in=[sending.id for sending in self.all], state="WD", collected_at__isnull=False
        )
        assert all(row.last_status_at and row.collected_at <= row.last_status_at for row in withdrawn)

    @invariant()
    def changes_are_numbered_without_gap(self) -> None:
        for sending in self.all:
            packets = Packet.objects.filter(about=sending.id).values_list("sequence", flat=True)
            asked = ChangeRequest.objects.filter(delivery__packet=sending.id)
            numbers = {*packets, *asked.values_list("sequence", flat=True)}
            assert numbers == set(range(1, sending.changes + 1))

    def _both(self, model: Any, real: Any) -> bool:
        """The model and the axis either both do it or both refuse."""
        self.at += timedelta(minutes=1)
        try:
            model()
        except Forbidden:
            allowed = False
        else:
            allowed = True
        try:
            real()
        except Refusal:
            done = False
        else:
            done = True
        assert done is allowed
        return done

    def _send(self, sending: Sending, packet: Any) -> None:
        xml = signed(packet, self.world.office)
        sending.id = submit_packet(xml, system=self.world.system, at=self.at).packet_id
        self.all.append(sending)

    def _delivery(self, sending: Sending, code: str) -> UUID:
        return Delivery.objects.get(packet=sending.id, recipient__code=code).pk


def test_any_acts_in_any_order_leave_every_delivery_in_a_legal_state(world: World) -> None:
    receivers = {agency.code: system_for(agency) for agency in world.recipients}
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        lambda: LifeMachine(world, receivers),
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
