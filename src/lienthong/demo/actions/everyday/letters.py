"""Letters over the axis: to, from and beside the province, one replaced, one revoked, one with an answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lienthong.demo import office_texts as texts
from lienthong.demo.actions.everyday.acting import (
    Days,
    agency,
    division_of,
    incoming,
    key,
    official,
    outgoing,
    printed,
    task,
)
from lienthong.demo.cast import GOVERNMENT_OFFICE, HANOI, THAI_NGUYEN
from lienthong.demo.office_texts import Letter
from lienthong.directory.public import Duty
from lienthong.documents.public import CopyForm, CopyOrder
from lienthong.identity.public import Viewer
from lienthong.office.public import (
    Composition,
    OutgoingDocument,
    PaperRecord,
    accept_change,
    add_annex,
    collect_inbox,
    compose,
    copy_outgoing,
    direct_document,
    note_reading,
    record_paper,
    register_incoming,
    report_statuses,
    revoke_outgoing,
    sign_and_send,
)
from lienthong.tasks.public import Direction, finish_task, start_task

INFORMATION, FINANCE, ROADS, BUILDING, LAND, HEALTH = (
    f"{THAI_NGUYEN}.{number}" for number in ("05", "06", "09", "10", "11", "16")
)
PLACES = {GOVERNMENT_OFFICE: "Hà Nội", HANOI: "Hà Nội"}
ON_PAPER = ("Liên minh Hợp tác xã tỉnh Thái Nguyên", "Hội Nông dân tỉnh Thái Nguyên")


def finance_reports(days: Days) -> None:
    """The finance department reports to the province, whose clerk registers it."""
    at = days.ago(9, 10)
    _sent(FINANCE, texts.DISBURSEMENT, THAI_NGUYEN, at=at)
    _registered(THAI_NGUYEN, texts.DISBURSEMENT, days.ago(9, 11))


def decision_goes_out(days: Days) -> None:
    """A decision with an annex: over the axis, inside, on paper; and copies of it."""
    at = days.ago(7, 9)
    who, head = (official(THAI_NGUYEN, duty, at) for duty in (Duty.SPECIALIST, Duty.HEAD))
    clerk, leader = (official(THAI_NGUYEN, duty, at) for duty in (Duty.CLERK, Duty.LEADER))
    draft = _drafted(
        who,
        texts.DECISION,
        INFORMATION,
        FINANCE,
        LAND,
        at=at,
        inside=(division_of(head), key(who)),
        paper=ON_PAPER,
    )
    name, sheet = "Danh mục nhiệm vụ chuyển đổi số", printed(texts.ANNEX, at)
    add_annex(outgoing_id=draft.pk, name=name, file=[sheet], viewer=who, at=at)
    at = days.ago(7, 10)
    sent = sign_and_send(outgoing_id=draft.pk, viewer=leader, at=at)
    _carried(at)
    note_reading(outgoing=sent, viewer=head, at=days.ago(7, 15))
    first = sent.paper.order_by("id")[0]
    written = PaperRecord("post", days.ago(6).date(), "Bưu điện tỉnh", receipt_number="RB 482 915 337 VN")
    record_paper(outgoing_id=sent.pk, recipient_id=first.pk, written=written, viewer=clerk, at=days.ago(6))
    order = CopyOrder(CopyForm.TRUE_COPY)
    copy_outgoing(outgoing_id=sent.pk, order=order, viewer=leader, at=days.ago(5, 9))
    order = CopyOrder(CopyForm.EXCERPT, leader.official_id, 1, 1, texts.EXCERPT)
    copy_outgoing(outgoing_id=sent.pk, order=order, viewer=clerk, at=days.ago(5, 10))


def meeting_is_moved(days: Days) -> None:
    """A letter takes the place of an earlier one; one recipient agreed, the other has not answered."""
    _sent(THAI_NGUYEN, texts.MEETING, FINANCE, BUILDING, at=days.ago(5, 14))
    for code in (FINANCE, BUILDING):
        _registered(code, texts.MEETING, days.ago(5, 15))
    at = days.ago(4, 9)
    former = outgoing(official(THAI_NGUYEN, Duty.CLERK, at), texts.MEETING)
    _sent(THAI_NGUYEN, texts.MEETING_AGAIN, FINANCE, BUILDING, at=at, replaces=former.pk)
    _accepted(FINANCE, texts.MEETING, days.ago(4, 11))


def figures_are_revoked(days: Days) -> None:
    """A letter with wrong figures is revoked; its recipient destroys it."""
    sent = _sent(THAI_NGUYEN, texts.WRONG_FIGURES, LAND, at=days.ago(3, 9))
    _registered(LAND, texts.WRONG_FIGURES, days.ago(3, 10))
    _revoked(THAI_NGUYEN, sent, texts.REVOKED_REASON, days.ago(3, 14))
    _accepted(LAND, texts.WRONG_FIGURES, days.ago(3, 16))


def departments_are_asked(days: Days) -> None:
    """A task goes to two departments as a document; one begins to work, the other does not even register."""
    at = days.ago(4, 14)
    who = official(THAI_NGUYEN, Duty.SPECIALIST, at)
    ours = task(who, texts.WORK_ONLINE)
    due_on = days.ahead(2).date()
    given: dict[str, Any] = {"task": ours.pk, "steering_type": 1, "due_on": due_on}
    _sent(THAI_NGUYEN, texts.DIRECTIVE, INFORMATION, HEALTH, at=at, **given)
    _registered(INFORMATION, texts.DIRECTIVE, days.ago(3, 8))
    at = days.ago(3, 9)
    leader, lead = (official(INFORMATION, duty, at) for duty in (Duty.LEADER, Duty.SPECIALIST))
    direction = Direction(texts.WORK_ONLINE, lead=key(lead), due_at=days.ahead(1), acceptance=False)
    document = incoming(leader, texts.DIRECTIVE)
    direct_document(document_id=document.pk, viewer=leader, direction=direction, at=at)
    start_task(task_id=task(lead, texts.WORK_ONLINE).pk, viewer=lead, at=days.ago(3, 10))
    _carried(days.ago(3, 10))


def department_replies(days: Days) -> None:
    """The one that works reports, and its report finds the task it answers."""
    at = days.ago(1, 10)
    lead = official(INFORMATION, Duty.SPECIALIST, at)
    theirs = task(lead, texts.WORK_ONLINE).pk
    _sent(INFORMATION, texts.REPLY, THAI_NGUYEN, at=at, task=theirs, steering_type=2)
    finish_task(task_id=theirs, viewer=lead, note=texts.DONE_ONLINE, at=days.ago(1, 11))
    _registered(THAI_NGUYEN, texts.REPLY, days.ago(1, 11))


def government_is_told(days: Days) -> None:
    """The province reports upwards; there the report becomes a specialist's work."""
    _sent(THAI_NGUYEN, texts.REFORM, GOVERNMENT_OFFICE, at=days.ago(3, 10))
    _registered(GOVERNMENT_OFFICE, texts.REFORM, days.ago(2, 8))
    at = days.ago(2, 9)
    lead, leader = (official(GOVERNMENT_OFFICE, duty, at) for duty in (Duty.SPECIALIST, Duty.LEADER))
    direction = Direction(texts.WORK_REFORM, lead=key(lead), due_at=days.ahead(4))
    document = incoming(leader, texts.REFORM)
    direct_document(document_id=document.pk, viewer=leader, direction=direction, at=at)


def more_arrives(days: Days) -> None:
    """What the province's clerk finds on the desk, and Hà Nội's."""
    at = days.just_now(60)
    _sent(ROADS, texts.ROADS, THAI_NGUYEN, at=at)
    _sent(HANOI, texts.CONFERENCE, THAI_NGUYEN, at=at, urgency=1)
    _sent(GOVERNMENT_OFFICE, texts.CONCLUSION, THAI_NGUYEN, HANOI, at=at, urgency=2)


def report_is_taken_back(days: Days) -> None:
    """The health department revokes a report that the province has registered; the clerk has to answer."""
    sent = _sent(HEALTH, texts.HOSPITALS, THAI_NGUYEN, at=days.ago(2, 9))
    _registered(THAI_NGUYEN, texts.HOSPITALS, days.ago(2, 10))
    _revoked(HEALTH, sent, texts.HOSPITALS_REASON, days.ago(1, 9))


def _sent(code: str, letter: Letter, *to: str, at: datetime, **values: Any) -> OutgoingDocument:
    """Draft, sign and send the letter, and let the offices collect it."""
    draft = _drafted(official(code, Duty.SPECIALIST, at), letter, *to, at=at, **values)
    sent = sign_and_send(outgoing_id=draft.pk, viewer=official(code, Duty.LEADER, at), at=at)
    _carried(at)
    return sent


def _drafted(who: Viewer, letter: Letter, *to: str, at: datetime, **values: Any) -> OutgoingDocument:
    composition = Composition(
        type_code=letter.type_code,
        subject=letter.subject,
        place=PLACES.get(who.agency_code, "Thái Nguyên"),
        recipients=tuple(agency(code, at).pk for code in to),
        body=letter.body,
        **values,
    )
    return compose(composition=composition, viewer=who, at=at)


def _carried(at: datetime) -> None:
    """Bring over what waits at the axis, and what it must be told."""
    collect_inbox(at=at)
    while report_statuses(at=at):
        pass


def _registered(code: str, letter: Letter, at: datetime) -> None:
    clerk = official(code, Duty.CLERK, at)
    register_incoming(document_id=incoming(clerk, letter).pk, viewer=clerk, at=at)
    _carried(at)


def _accepted(code: str, letter: Letter, at: datetime) -> None:
    """The clerk does what the sender asks: the letter is destroyed there."""
    clerk = official(code, Duty.CLERK, at)
    accept_change(document_id=incoming(clerk, letter).pk, viewer=clerk, at=at)
    _carried(at)


def _revoked(code: str, sent: OutgoingDocument, reason: str, at: datetime) -> None:
    revoke_outgoing(outgoing_id=sent.pk, viewer=official(code, Duty.LEADER, at), reason=reason, at=at)
    _carried(at)
