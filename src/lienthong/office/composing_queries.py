"""How the form begins with which a document is composed: as a draft has it, or from what it follows."""

from __future__ import annotations

from lienthong.directory.public import AdministrativeUnit
from lienthong.identity.public import Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.office.models import OutgoingDocument
from lienthong.office.outgoing_queries import outgoing_of
from lienthong.tasks.public import PartyKey, PartyKind, Task


def recipient_ids(document: OutgoingDocument) -> set[int]:
    """The agencies chosen one by one as recipients of a draft."""
    return set(document.recipients.filter(group="").values_list("agency_id", flat=True))


def composed(draft: OutgoingDocument) -> dict[str, object]:
    """A draft's parts by the names of the compose form."""
    document = draft.document
    return {
        "type_code": document.type,
        "subject": document.subject,
        "place": draft.place,
        "urgency": draft.urgency,
        "steering_type": draft.steering_type,
        "encrypted": draft.encrypted,
        "due_on": draft.due_on,
        "source": "template" if document.body else "upload",
        "body": "\n\n".join(document.body),
        "replaces": draft.replaces_id,
        "corrects": draft.corrects_id,
        "task": draft.task_id,
        "groups": sorted(set(draft.recipients.exclude(group="").values_list("group", flat=True))),
        "inside": [str(key) for key in inside_keys(draft)],
        "paper": "\n".join(draft.paper.values_list("name", flat=True)),
    }


def inside_keys(draft: OutgoingDocument) -> list[PartyKey]:
    """The divisions and officials that are recipients of the document."""
    return [
        PartyKey(PartyKind.DIVISION, division) if division else PartyKey(PartyKind.OFFICIAL, official or 0)
        for division, official in draft.inside.values_list("division_id", "official_id")
    ]


def replacing(original: OutgoingDocument) -> dict[str, object]:
    """How the document that takes the place of an issued one begins, by the names of the compose form."""
    began = {"replaces": original.id, "corrects": None}
    return composed(original) | began | {"groups": [], "due_on": None, "source": "template"}


def correcting(original: OutgoingDocument) -> dict[str, object]:
    """How the công văn that corrects an issued document begins (NĐ 30/2020, Đ.18)."""
    words = f"Đính chính {original.document.document_type.name_vi} số {original.code}"
    own = {"corrects": original.id, "replaces": None, "type_code": "CV", "subject": words, "body": ""}
    return replacing(original) | own | {"steering_type": 0, "task": None}


def for_task(viewer: Viewer, task: Task) -> dict[str, object]:
    """How a document that carries a part of the task to others begins, by the names of the compose form."""
    return {
        "type_code": "CV",
        "place": usual_place(viewer),
        "subject": task.work[:500],
        "steering_type": 1,
        "due_on": task.due_at.astimezone(VIETNAM).date(),
        "task": task.id,
    }


def usual_place(viewer: Viewer) -> str:
    """Where the agency's last document was issued, or the name of its administrative unit."""
    last = outgoing_of(viewer).exclude(place="").order_by("-id").values_list("place", flat=True).first()
    if last:
        return last
    unit = AdministrativeUnit.objects.filter(agencies=viewer.agency_id).first()
    return (
        unit.name.removeprefix(unit.kind).removeprefix("Tỉnh ").removeprefix("Thành phố ").strip()
        if unit
        else ""
    )
