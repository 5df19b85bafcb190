"""The main job on real input: one document to 63 provinces, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from django.db import transaction

from lienthong.demo import texts
from lienthong.demo.cast import GOVERNMENT_OFFICE, THAI_NGUYEN, WORDS
from lienthong.demo.contracts import Scene
from lienthong.directory.public import Duty
from lienthong.identity.public import Account, Viewer, acting_viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import Actor, Subject, record, timeline
from lienthong.office.public import (
    Composition,
    IncomingDocument,
    OutgoingDocument,
    StoredVerdict,
    collect_inbox,
    compose,
    direct_document,
    progress_of,
    refuse_incoming,
    register_incoming,
    report_statuses,
    sign_and_send,
)
from lienthong.tasks.public import Direction, PartyKey, PartyKind, finish_task, start_task

PLAYED = Subject("demo.story", "one-document")
NARRATOR = Actor(kind="job", id="demo", name="demo.play", source="job:demo.play")
REGISTERING = 24
REFUSING = 1
ASSIGNING = 9
"""How many of the other provinces act, so that the sender's page shows a country at work."""

Clock = Callable[[], datetime]


def already_played() -> bool:
    """Whether the story was played to its end in this database."""
    return bool(timeline(PLAYED, limit=1))


def play_story(*, clock: Clock) -> Iterator[Scene]:
    """Play the story, scene by scene; `clock` tells the time of each act. At the end the ledger knows."""
    story = _Story(clock)
    for title, act in (
        ("Draft", story.draft),
        ("Sign and send", story.sign),
        ("Receive and verify", story.receive),
        ("Register", story.register),
        ("Assign", story.assign),
        ("Work", story.work),
        ("Finish", story.finish),
        ("Elsewhere", story.elsewhere),
    ):
        began = monotonic()
        who, outcome = act()
        while report_statuses(at=clock()):
            pass
        yield Scene(title, who.name, who.agency_name, outcome, monotonic() - began, story.seen_by_sender())
    record_played(clock())


@transaction.atomic
def record_played(at: datetime) -> None:
    """Write into the ledger that the story is over."""
    record(actor=NARRATOR, verb="demo.play", subject=PLAYED, at=at)


@dataclass
class _Story:
    """The scenes; each answers who acted and what came of it."""

    clock: Clock
    outgoing: OutgoingDocument = field(init=False)
    ours: IncomingDocument = field(init=False)

    def draft(self) -> tuple[Viewer, str]:
        at, who = self.clock(), self.official(GOVERNMENT_OFFICE, Duty.SPECIALIST)
        composition = Composition(
            type_code="CV",
            subject=texts.SUBJECT,
            place=texts.PLACE,
            groups=("provinces",),
            body=texts.BODY,
            urgency=1,
            due_on=(at + timedelta(days=14)).astimezone(VIETNAM).date(),
            steering_type=1,
        )
        self.outgoing = compose(composition=composition, viewer=who, at=at)
        return who, f"V/v {texts.SUBJECT}"

    def sign(self) -> tuple[Viewer, str]:
        who = self.official(GOVERNMENT_OFFICE, Duty.LEADER)
        self.outgoing = sign_and_send(outgoing_id=self.outgoing.pk, viewer=who, at=self.clock())
        return who, f"{self.outgoing.code}, packet {self.outgoing.packet_id}"

    def receive(self) -> tuple[Viewer, str]:
        collect_inbox(at=self.clock())
        who = self.official(THAI_NGUYEN, Duty.CLERK)
        self.ours = self.arrived(who)
        return who, StoredVerdict.from_json(self.ours.verdict).sentence

    def register(self) -> tuple[Viewer, str]:
        who = self.official(THAI_NGUYEN, Duty.CLERK)
        self.ours = register_incoming(document_id=self.ours.pk, viewer=who, at=self.clock())
        return who, f"No. {self.ours.register_number}"

    def assign(self) -> tuple[Viewer, str]:
        who, lead = self.official(THAI_NGUYEN, Duty.LEADER), self.official(THAI_NGUYEN, Duty.SPECIALIST)
        clerk = self.official(THAI_NGUYEN, Duty.CLERK)
        direction = Direction(texts.DIRECTIVE, lead=_key(lead), cooperating=(_key(clerk),), acceptance=False)
        at = self.clock()
        self.ours = direct_document(document_id=self.ours.pk, viewer=who, direction=direction, at=at)
        return who, f"{lead.name}: {texts.DIRECTIVE}"

    def work(self) -> tuple[Viewer, str]:
        who = self.official(THAI_NGUYEN, Duty.SPECIALIST)
        start_task(task_id=self.task(), viewer=who, at=self.clock())
        return who, f"{self.ours.due_at:%d/%m/%Y %H:%M}"

    def finish(self) -> tuple[Viewer, str]:
        who = self.official(THAI_NGUYEN, Duty.SPECIALIST)
        finish_task(task_id=self.task(), viewer=who, note=texts.PRODUCT, at=self.clock())
        return who, texts.PRODUCT

    def elsewhere(self) -> tuple[Viewer, str]:
        """Other provinces act too: most register, some assign, one returns its copy with a reason."""
        others = self.others()
        for code in others[:REFUSING]:
            who = self.official(code, Duty.CLERK)
            document = self.arrived(who)
            refuse_incoming(document_id=document.pk, viewer=who, reason=texts.REFUSAL, at=self.clock())
        for place, code in enumerate(others[REFUSING : REFUSING + REGISTERING]):
            who = self.official(code, Duty.CLERK)
            document = register_incoming(document_id=self.arrived(who).pk, viewer=who, at=self.clock())
            if place < ASSIGNING:
                leader, lead = self.official(code, Duty.LEADER), self.official(code, Duty.SPECIALIST)
                direction = Direction(texts.DIRECTIVE, lead=_key(lead), acceptance=False)
                at = self.clock()
                direct_document(document_id=document.pk, viewer=leader, direction=direction, at=at)
        return who, f"{REGISTERING} register, {ASSIGNING} assign, {REFUSING} returns"

    def task(self) -> UUID:
        """The task that the leader made of the document."""
        assert self.ours.task_id is not None
        return self.ours.task_id

    def official(self, agency_code: str, duty: Duty) -> Viewer:
        """Whoever does this duty in the agency."""
        account = Account.objects.get(username=f"{agency_code.lower()}.{WORDS[duty]}")
        return acting_viewer(account, at=self.clock(), source="demo")

    def arrived(self, who: Viewer) -> IncomingDocument:
        """The story's document as it lies in the agency of `who`."""
        assert who.agency_id is not None
        return IncomingDocument.objects.get(agency_id=who.agency_id, packet_id=self.outgoing.packet_id)

    def others(self) -> list[str]:
        """The codes of the other recipients."""
        codes = self.outgoing.recipients.exclude(agency__code=THAI_NGUYEN).order_by("agency__code")
        return list(codes.values_list("agency__code", flat=True))

    def seen_by_sender(self) -> dict[str, int]:
        """How many recipients stand where, by the state's label."""
        return {str(row.label): row.count for row in progress_of(self.outgoing).counts}


def _key(viewer: Viewer) -> PartyKey:
    assert viewer.official_id is not None
    return PartyKey(PartyKind.OFFICIAL, viewer.official_id)
