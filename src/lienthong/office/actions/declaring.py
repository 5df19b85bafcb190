"""Declaring what became of an issued document to all who got it: withdrawn, replaced, corrected."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from lienthong.axis.public import edxml
from lienthong.directory.public import Agency
from lienthong.identity.public import Viewer
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Subject, record
from lienthong.office import policies
from lienthong.office.actions.owing_paper import note_paper_owed
from lienthong.office.issued_models import IssuedChange
from lienthong.office.models import OutgoingDocument
from lienthong.office.packets import document_id
from lienthong.office.states import WITHDRAWALS, OutState
from lienthong.office.telling import tell_of_change
from lienthong.tasks.public import note_changed

OUTGOING = "office.outgoing"


class NobodyToReplaceFor(Refusal):
    """None of the recipients has the document that is to be replaced."""

    code, status = "nobody-to-replace-for", 422
    sentence = _(
        "None of the recipients got the document %(code)s, whose place this one takes. "
        "Choose at least one of its recipients."
    )


def declare(
    document: OutgoingDocument,
    *,
    kind: str,
    viewer: Viewer,
    at: datetime,
    reason: str = "",
    successor: OutgoingDocument | None = None,
) -> IssuedChange | None:
    """Write it down and tell those inside the agency, and the task; None if it was withdrawn before.

    In the caller's transaction, which holds the document.
    """
    if kind in WITHDRAWALS:
        if document.withdrawn_at is not None:
            return None
        document.withdrawn_at = at
        document.save(update_fields=["withdrawn_at"])
    change = IssuedChange.objects.create(
        document=document,
        kind=kind,
        reason=reason,
        successor=successor,
        made_by_id=viewer.official_id or 0,
        made_at=at,
    )
    note_paper_owed(document, at=at)
    tell_of_change(document, change, viewer=viewer, at=at)
    if document.task_id is not None:
        said = " – ".join(filter(None, (f"{document.code} {document.subject}".strip(), reason)))
        link = (OUTGOING, str((successor or document).id))
        note_changed(task_id=document.task_id, label=said, viewer=viewer, at=at, link=link)
    return change


def hold_predecessor(outgoing: OutgoingDocument) -> OutgoingDocument | None:
    """The document that this draft is to replace or correct, held until the transaction ends.

    Raises:
        Withdrawn: it was withdrawn since the draft was written, so that nothing is left to follow it.
    """
    key = outgoing.replaces_id or outgoing.corrects_id
    if key is None:
        return None
    held = OutgoingDocument.objects.select_for_update(of=("self",)).select_related("document").get(pk=key)
    if held.withdrawn_at and (outgoing.corrects_id or held.state == OutState.ISSUED):
        raise policies.withdrawn(held)
    return held


def declare_succession(
    predecessor: OutgoingDocument | None, successor: OutgoingDocument, *, viewer: Viewer, at: datetime
) -> None:
    """On issue of the successor: say in the predecessor's history that it is replaced or corrected."""
    if predecessor is None:
        return
    kind = "replace" if successor.replaces_id else "update"
    declare(predecessor, kind=kind, successor=successor, viewer=viewer, at=at)
    record(
        actor=viewer.actor(),
        verb=f"outgoing.{kind}",
        subject=Subject(OUTGOING, str(predecessor.id)),
        at=at,
        data={"note": successor.code},
    )


def named_by(outgoing: OutgoingDocument) -> tuple[edxml.ResponseFor, ...]:
    """The document it corrects, as its packet names it."""
    corrected = outgoing.corrects
    if corrected is None or not corrected.document_code:
        return ()
    return (
        edxml.ResponseFor(
            organ_id=corrected.agency.old_code,
            code=corrected.code,
            promulgated_on=corrected.document.promulgated_on,
            document_id=corrected.document_code,
        ),
    )


def replacement_for(outgoing: OutgoingDocument, agencies: Iterable[Agency]) -> edxml.Replacement | None:
    """The document whose place this one takes, at those of the recipients who got it over the axis.

    Raises:
        NobodyToReplaceFor
    """
    replaced = outgoing.replaces
    if replaced is None:
        return None
    got = set(replaced.recipients.values_list("agency_id", flat=True))
    if not got:
        return None
    both = tuple(agency.old_code for agency in agencies if agency.id in got)
    if not both:
        raise NobodyToReplaceFor(code=replaced.code)
    return edxml.Replacement(document_id=document_id(replaced.document), organ_ids=both)
