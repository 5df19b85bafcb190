"""Documents of the office, and signed packets, for tests."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from lienthong.directory.public import Agency
from lienthong.documents.public import ElectronicCopy
from lienthong.identity.public import Role, Viewer
from lienthong.identity.tests.factories import at_noon, viewer_in
from lienthong.kernel.clock import VIETNAM
from lienthong.office.actions import outgoing
from lienthong.office.actions.registering import books_in_use
from lienthong.office.contracts import Composition
from lienthong.office.copy_models import CopyOfIncoming
from lienthong.office.models import IncomingDocument, IncomingFile, OutgoingDocument
from lienthong.office.register_models import Register, RegisterBook
from lienthong.office.states import State
from lienthong.tasks.public import Direction, Part, TaskParty, TaskState
from lienthong.tasks.tests.factories import has_part, key_of, task

_numbers = count(1)
NOON = at_noon()
SUBJECT = "Về việc kết nối, liên thông văn bản điện tử"
BODY = "Thực hiện Nghị quyết số 01/NQ-CP, đề nghị các cơ quan phối hợp.\n\nTrân trọng./."


def incoming_document(agency: Agency, *, at: datetime = NOON, **fields: Any) -> IncomingDocument:
    """An authentic document that has just arrived from the Government Office; later states are registered."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "agency": agency,
        "delivery_id": f"delivery-{number}",
        "packet_id": f"packet-{number}",
        "arrived_at": at,
        "code": f"{number}/VPCP-KSTT",
        "subject": SUBJECT,
        "type_name": "Công văn",
        "sender_code": "000.00.00.G22",
        "sender_name": "Văn phòng Chính phủ",
        "authentic": True,
        "verdict": {"valid": True, "code": "valid", "sentences": {"vi": "Chữ ký hợp lệ.", "en": "Valid."}},
    }
    state = fields.get("state", State.ARRIVED)
    if state not in {State.ARRIVED, State.REFUSED, State.DESTROYED}:
        year = at.astimezone(VIETNAM).year
        register, _made = Register.objects.get_or_create(book=general_book(agency), year=year)
        register.last_number += 1
        register.save()
        values |= {"register": register, "register_number": register.last_number, "registered_at": at}
    return IncomingDocument.objects.create(**values | fields)


def general_book(agency: Agency) -> RegisterBook:
    """The register of an agency that opened no other."""
    return next(book for book in books_in_use(agency.id) if book.is_default)


def book(agency: Agency, code: str, **fields: Any) -> RegisterBook:
    """One more register of the agency."""
    general_book(agency)
    return RegisterBook.objects.create(agency=agency, code=code, **{"name": f"Sổ {code}", **fields})


TASK_STATES = {
    State.ASSIGNED: TaskState.GIVEN,
    State.IN_PROGRESS: TaskState.IN_PROGRESS,
    State.FINISHED: TaskState.ACCEPTED,
    State.WITHDRAWN: TaskState.CANCELLED,
}


def led_by(
    document: IncomingDocument, lead: Viewer, *, part: Part = Part.LEAD, at: datetime = NOON
) -> TaskParty:
    """Give the viewer a part in the work on the document; a task of it is made if there is none."""
    if document.task is not None:
        return has_part(document.task, lead, part)
    leads = lead if part == Part.LEAD else viewer_in(document.agency, Role.SPECIALIST, at=at)
    document.task = task(
        lead,
        leads,
        at=at,
        work="Nghiên cứu, tham mưu.",
        source_kind="office.incoming",
        source_id=str(document.id),
        source_label=document.code,
        state=TASK_STATES.get(State(document.state), TaskState.GIVEN),
        needs_acceptance=False,
        agency_id=document.agency_id,
        **{"due_at": document.due_at} if document.due_at else {},
    )
    document.save()
    return document.task.lead if part == Part.LEAD else has_part(document.task, lead, part)


def assigned_document(agency: Agency, lead: Viewer, **fields: Any) -> IncomingDocument:
    """A document that the viewer leads the work on."""
    document = incoming_document(agency, **{"state": State.ASSIGNED, **fields})
    led_by(document, lead)
    return document


def copy_of(file: IncomingFile) -> ElectronicCopy:
    """An electronic copy of a file, with the file's own content instead of a sealed one."""
    maker = viewer_in(file.document.agency, Role.LEADER, at=NOON).official_id or 0
    copy = ElectronicCopy.objects.create(
        agency=file.document.agency,
        form="SY",
        number=next(_numbers),
        year=2026,
        notation="SY-X",
        original_agency=file.document.sender_name,
        original_sha256=file.blob_id or "",
        pdf=file.blob,
        instructed_by_id=maker,
        made_by_id=maker,
        made_at=NOON,
    )
    CopyOfIncoming.objects.create(copy=copy, file=file)
    return copy


def direction(lead: Viewer, **fields: Any) -> Direction:
    """A leader's direction that names the lead only."""
    values = {"text": "Giao chủ trì, tham mưu.", "lead": key_of(lead), "acceptance": False}
    return Direction(**{**values, **fields})


def composition(*recipients: Agency, **fields: Any) -> Composition:
    """A công văn to the agencies."""
    values: dict[str, Any] = {
        "type_code": "CV",
        "subject": SUBJECT,
        "place": "Hà Nội",
        "body": BODY,
        "recipients": tuple(agency.id for agency in recipients),
    }
    return Composition(**values | fields)


def draft(sender: Agency, *recipients: Agency, at: datetime = NOON, **fields: Any) -> OutgoingDocument:
    """A draft of the sender's specialist to the agencies; of its clerk if it replaces another."""
    role = Role.CLERK if "replaces" in fields else Role.SPECIALIST  # a clerk sees what others sent
    viewer = viewer_in(sender, role, at=at)
    return outgoing.compose(composition=composition(*recipients, **fields), viewer=viewer, at=at)
