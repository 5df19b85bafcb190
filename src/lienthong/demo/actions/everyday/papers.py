"""What comes on paper or by mail, and its registers."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from uuid import UUID

from lienthong.demo import office_texts as texts
from lienthong.demo.actions.everyday.acting import (
    Days,
    division_of,
    incoming,
    key,
    official,
    printed,
    summary,
    task,
)
from lienthong.demo.cast import THAI_NGUYEN
from lienthong.demo.office_texts import Sheet
from lienthong.directory.public import Duty
from lienthong.office.public import (
    BookSettings,
    IncomingDocument,
    PaperFacts,
    direct_document,
    keep_scan,
    open_book,
    receive_paper,
    register_incoming,
)
from lienthong.tasks.public import (
    Direction,
    PartyKey,
    accept_product,
    ask_extension,
    finish_task,
    start_task,
)


def open_registers(days: Days) -> None:
    """Besides the general register, one for the letters of citizens."""
    at = days.ago(20)
    settings = BookSettings(name=texts.CITIZEN_BOOK, position=2, senders=("citizen",))
    open_book(code="don-thu", settings=settings, viewer=official(THAI_NGUYEN, Duty.CLERK, at), at=at)


def citizen_is_answered(days: Days) -> None:
    """A citizen's letter, from the counter to the accepted product."""
    facts = PaperFacts(
        subject=summary(texts.CITIZEN),
        sender_name="Nguyễn Văn Hòa, phường Hoàng Văn Thụ, thành phố Thái Nguyên",
        sender_kind="citizen",
        came_by="hand",
        type_name="Đơn",
        promulgated_on=days.ago(16).date(),
    )
    document = _entered(facts, texts.CITIZEN, days.ago(15))
    at = days.ago(15, 10)
    lead = official(THAI_NGUYEN, Duty.SPECIALIST, at)
    task_id = _directed(document, texts.WORK_CITIZEN, key(lead), due_at=days.ago(8, 17), at=at)
    start_task(task_id=task_id, viewer=lead, at=days.ago(14))
    product = printed(texts.PRODUCT_CITIZEN, days.ago(9))
    finish_task(
        task_id=task_id,
        viewer=lead,
        note=texts.DONE_CITIZEN,
        product=[product],
        product_name="phieu-trinh.pdf",
        at=days.ago(9, 15),
    )
    leader = official(THAI_NGUYEN, Duty.LEADER, at)
    accept_product(task_id=task_id, viewer=leader, text=texts.ON_TIME, at=days.ago(8, 8))


def cooperatives_wait(days: Days) -> None:
    """A union's request, whose task is late by now."""
    facts = PaperFacts(
        subject=summary(texts.COOPERATIVES),
        sender_name=texts.COOPERATIVES.by,
        code="145/LMHTX-KH",
        type_name="Công văn",
        promulgated_on=days.ago(13).date(),
        urgency=1,
    )
    document = _entered(facts, texts.COOPERATIVES, days.ago(12))
    at = days.ago(12, 14)
    lead = official(THAI_NGUYEN, Duty.SPECIALIST, at)
    clerk = official(THAI_NGUYEN, Duty.CLERK, at)
    work = texts.WORK_COOPERATIVES
    task_id = _directed(document, work, key(lead), key(clerk), due_at=days.ago(2, 17), at=at)
    start_task(task_id=task_id, viewer=lead, at=days.ago(11))


def more_time_is_asked(days: Days) -> None:
    """The union's request needs more time, which the leader has not granted yet."""
    at = days.ago(3, 16)
    lead = official(THAI_NGUYEN, Duty.SPECIALIST, at)
    late = task(lead, texts.WORK_COOPERATIVES)
    ask_extension(task_id=late.pk, due_at=days.ahead(4), reason=texts.MORE_TIME, viewer=lead, at=at)


def business_writes(days: Days) -> None:
    """A company's letter, registered, waits for the leader."""
    facts = PaperFacts(
        subject=summary(texts.TEA),
        sender_name=texts.TEA.by,
        sender_kind="business",
        came_by="mail",
        code="27/CV-CTC",
        type_name="Công văn",
        promulgated_on=days.ago(4).date(),
    )
    _entered(facts, texts.TEA, days.ago(3, 8))


def others_arrive(days: Days) -> None:
    """Two papers wait to be registered."""
    for sheet, code, minutes in ((texts.RED_CROSS, "88/CTĐ-PT", 90), (texts.LAWYERS, "31/ĐLS", 80)):
        facts = PaperFacts(
            subject=summary(sheet),
            sender_name=sheet.by,
            code=code,
            type_name="Công văn",
            promulgated_on=days.ago(3).date(),
        )
        _received(facts, sheet, days.just_now(minutes))


def disbursement_is_looked_into(days: Days) -> None:
    """The finance department's report: a division leads, and its head gives a part of the work on."""
    at = days.ago(9, 14)
    head = official(THAI_NGUYEN, Duty.HEAD, at)
    document = incoming(head, texts.DISBURSEMENT)
    _directed(document, texts.WORK_DISBURSEMENT, division_of(head), due_at=days.ahead(3), at=at)


def _received(facts: PaperFacts, sheet: Sheet, at: datetime) -> IncomingDocument:
    clerk = official(THAI_NGUYEN, Duty.CLERK, at)
    scan = keep_scan(files=[("ban-quet.pdf", io.BytesIO(printed(sheet, at)))], viewer=clerk, at=at)
    return receive_paper(facts=facts, scan=scan, viewer=clerk, at=at)


def _entered(facts: PaperFacts, sheet: Sheet, at: datetime) -> IncomingDocument:
    document = _received(facts, sheet, at)
    clerk = official(THAI_NGUYEN, Duty.CLERK, at)
    return register_incoming(document_id=document.pk, viewer=clerk, at=at + timedelta(minutes=5))


def _directed(
    document: IncomingDocument,
    work: str,
    lead: PartyKey,
    *cooperating: PartyKey,
    due_at: datetime,
    at: datetime,
) -> UUID:
    direction = Direction(work, lead=lead, cooperating=cooperating, due_at=due_at)
    leader = official(THAI_NGUYEN, Duty.LEADER, at)
    directed = direct_document(document_id=document.pk, viewer=leader, direction=direction, at=at)
    assert directed.task_id is not None
    return directed.task_id
