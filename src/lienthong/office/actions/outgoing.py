"""Preparing, signing and issuing an agency's documents; sending is beside it in `sending.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from lienthong.axis.public import edxml
from lienthong.directory.public import Agency, Division
from lienthong.documents.public import (
    AskToken,
    OfficialDocument,
    TokenAnswer,
    adopt_file,
    draft_document,
    given_file,
    issue_document,
    preview_draft,
    sign_with_keys,
    written_draft,
)
from lienthong.identity.public import Viewer
from lienthong.kernel.blobs import read_blob, store_blob
from lienthong.kernel.lifting import lifted
from lienthong.kernel.models import Blob
from lienthong.ledger.public import JSON, Subject, record
from lienthong.office import outgoing_queries, policies
from lienthong.office.actions.addressing import (
    Beside,
    address,
    addressed,
    agencies_of,
    beside_of,
    save_beside,
)
from lienthong.office.actions.annexing import file_name, finish_annexes
from lienthong.office.actions.carrying import carry, require_task, responses_of
from lienthong.office.actions.declaring import declare_succession, hold_predecessor, named_by, replacement_for
from lienthong.office.actions.encrypting import Readers, readers_for, readers_of_draft, require_still_all
from lienthong.office.actions.form import require_form
from lienthong.office.actions.owing_paper import note_paper_owed
from lienthong.office.actions.reading import order_reading_issued
from lienthong.office.actions.reporting import LEASE
from lienthong.office.actions.reviewing import lapse_review, require_reviewed
from lienthong.office.actions.sending import submit
from lienthong.office.actions.versions import keep_version, require_newest
from lienthong.office.contracts import Composition
from lienthong.office.groups import ADDRESSES
from lienthong.office.models import OutgoingDocument
from lienthong.office.packets import document_id, packet_of
from lienthong.office.ports import AxisPort
from lienthong.office.states import DOCUMENT_URGENCIES, OutState
from lienthong.office.telling import tell_issued
from lienthong.office.versions import paragraphs_of
from lienthong.signing.public import Pin, sign_lifted_packet, unlock_key

# Types that are addressed to somebody ("Kính gửi", box 9a of NĐ 30/2020, annex I).
ADDRESSED = frozenset({"CV", "CD", "TTR"})
ARCHIVED = "Lưu: VT."
COMMITTEE = "TM. ỦY BAN NHÂN DÂN"


def compose(
    *,
    composition: Composition,
    viewer: Viewer,
    at: datetime,
    pdf: Iterable[bytes] | None = None,
    port: AxisPort | None = None,
) -> OutgoingDocument:
    """Prepare a document of the viewer's agency, from its text or from `pdf`; nothing is sent yet.

    Raises:
        NotAllowed; UnknownRecipients, ClosedRecipients, DueInPast; and what `draft_document` and `adopt_pdf`
        refuse: texts too long or empty, secrecy marks, broken or empty PDFs; and what `readers_for` refuses
        if it is to be encrypted.
    """
    policies.require_compose(viewer)
    _require_readers(composition, viewer, at, port)
    with transaction.atomic():
        _require_replaceable(composition, viewer)
        require_task(composition, viewer)
        groups, beside = _recipients(composition, viewer, at)
        document = _official(composition, groups, beside, pdf, viewer, at)
        outgoing = OutgoingDocument.objects.create(
            agency_id=viewer.agency_id or 0,
            document=document,
            prepared_by_id=viewer.official_id or 0,
            prepared_post_id=viewer.post_id,
            prepared_at=at,
            **_facts(composition, document),
        )
        address(outgoing, groups)
        save_beside(outgoing, beside, viewer=viewer, at=at)
        keep_version(outgoing, viewer=viewer, at=at)
        _record(outgoing, "outgoing.compose", viewer, at)
    return outgoing


def revise(
    *,
    outgoing_id: UUID,
    composition: Composition,
    viewer: Viewer,
    at: datetime,
    pdf: Iterable[bytes] | None = None,
    based_on: int | None = None,
    port: AxisPort | None = None,
) -> OutgoingDocument:
    """Change a draft: the official document is drafted anew; without `pdf` and text the PDF there stays.

    `based_on` is the number of the version the writer began from; the result is the next version, and an
    open review must begin anew.

    Raises:
        NotFound, NotAllowed, NotNow, ChangedMeanwhile, and what `compose` refuses.
    """
    _require_readers(composition, viewer, at, port)
    with transaction.atomic():
        outgoing = outgoing_queries.find_outgoing(viewer, outgoing_id, lock=True)
        policies.require_act(viewer, outgoing, policies.REVISE)
        require_newest(outgoing, based_on=based_on)
        _require_replaceable(composition, viewer)
        require_task(composition, viewer)
        groups, beside = _recipients(composition, viewer, at)
        former = outgoing.document
        kept = given_file(former)
        if pdf is None and not composition.body and kept is not None:
            pdf = [read_blob(kept)]
        outgoing.document = _official(composition, groups, beside, pdf, viewer, at)
        for name, value in _facts(composition, outgoing.document).items():
            setattr(outgoing, name, value)
        outgoing.save()
        former.delete()
        for named in (outgoing.recipients, outgoing.inside, outgoing.paper):
            named.all().delete()
        address(outgoing, groups)
        save_beside(outgoing, beside, viewer=viewer, at=at)
        lapse_review(outgoing, at=at)
        version = keep_version(outgoing, viewer=viewer, at=at)
        _record(outgoing, "outgoing.revise", viewer, at, {"version": version.number})
    return outgoing


def discard(*, outgoing_id: UUID, viewer: Viewer, at: datetime) -> None:
    """Throw a draft away; the ledger remembers it. Raises `NotFound`, `NotAllowed`, `NotNow`."""
    with transaction.atomic():
        outgoing = outgoing_queries.find_outgoing(viewer, outgoing_id, lock=True)
        policies.require_act(viewer, outgoing, policies.DISCARD)
        _record(outgoing, "outgoing.discard", viewer, at, {"subject": outgoing.subject})
        document = outgoing.document
        outgoing.delete()
        document.delete()


def sign_and_send(
    *,
    outgoing_id: UUID,
    viewer: Viewer,
    at: datetime,
    port: AxisPort | None = None,
    despite: str = "",
    pin: Pin | None = None,
    token: AskToken | TokenAnswer | None = None,
) -> OutgoingDocument:
    """Issue the draft as the viewer, seal its packet with the agency's key, and hand it to the axis.

    Issue and packet are one transaction. If the axis then fails, the document stays WAITING, and
    `sending.send_waiting` sends the same bytes until the axis takes them. Must not run in a transaction.
    `despite` is why it is signed although its form has errors; `pin` unlocks the viewer's key;
    `token` signs in its place (ADR 0070).

    Raises:
        NotFound, NotAllowed, NotNow, NotReviewed, FormFaults, NoRecipients, ClosedRecipients, Withdrawn,
        NobodyToReplaceFor, PinNeeded, WrongPin, KeyLocked, and what `issue_document` refuses; if it goes
        encrypted, what `readers_of_draft` refuses.
    """
    policies.require_act(viewer, outgoing_queries.find_outgoing(viewer, outgoing_id), policies.SIGN_AND_SEND)
    readers = readers_of_draft(outgoing_id, viewer=viewer, at=at, port=port)
    if token is None:
        unlocked = unlock_key(official_id=viewer.official_id or 0, pin=pin, at=at)
        issue = partial(issue_document, sign=partial(sign_with_keys, unlocked=unlocked))
    else:
        issue = partial(issue_document, sign=token.sign, laid_out=token.lay_out)
    with transaction.atomic():
        outgoing = outgoing_queries.find_outgoing(viewer, outgoing_id, lock=True)
        policies.require_act(viewer, outgoing, policies.SIGN_AND_SEND)
        require_reviewed(outgoing, at=at)
        form = require_form(outgoing, viewer=viewer, despite=despite, at=at)
        agencies, predecessor = addressed(outgoing, at), hold_predecessor(outgoing)
        replacement = replacement_for(outgoing, agencies)
        issued = issue(document=outgoing.document, viewer=viewer, at=at)
        outgoing.document, outgoing.code, outgoing.issued_at = issued, issued.code, at
        outgoing.document_code = document_id(issued)
        annexes = finish_annexes(outgoing, viewer=viewer, at=at)
        if agencies:
            _pack(outgoing, agencies, annexes, readers, replacement, viewer, at)
        else:
            outgoing.state = OutState.ISSUED
        outgoing.save()
        carry(outgoing, agencies, viewer=viewer, at=at)
        order_reading_issued(outgoing, at=at)
        note_paper_owed(outgoing, at=at)
        declare_succession(predecessor, outgoing, viewer=viewer, at=at)
        tell_issued(outgoing, viewer=viewer, at=at)
        facts: dict[str, JSON] = {"code": issued.code, "recipients": len(agencies)}
        _record(outgoing, "outgoing.issue", viewer, at, facts | form)
    if agencies:
        submit(outgoing, actor=viewer.actor(), at=at, port=port)
    return outgoing_queries.find_outgoing(viewer, outgoing_id)


def _pack(
    outgoing: OutgoingDocument,
    agencies: list[Agency],
    annexes: list[tuple[str, Blob]],
    readers: Readers | None,
    replacement: edxml.Replacement | None,
    viewer: Viewer,
    at: datetime,
) -> None:
    """Make and seal the packet of a document just issued, which then waits to be sent."""
    issued = outgoing.document
    assert issued.pdf is not None
    xml = packet_of(
        issued,
        pdf=read_blob(issued.pdf),
        recipients=agencies,
        urgency=outgoing.urgency,
        steering=outgoing.steering_type,
        due_on=outgoing.due_on,
        place=outgoing.place,
        viewer=viewer,
        replaces=replacement,
        readers=require_still_all(readers, agencies),
        responses=responses_of(outgoing) + named_by(outgoing),
        annexes=[(file_name(name), read_blob(blob)) for name, blob in annexes],
    )
    signed = sign_lifted_packet(lifted(xml), agency_id=outgoing.agency_id, at=at)
    outgoing.edxml = store_blob(signed, at=at, max_bytes=settings.ENV.axis_max_packet_bytes)
    outgoing.state, outgoing.next_attempt_at = OutState.WAITING, at + LEASE


def send_again(
    *, outgoing_id: UUID, viewer: Viewer, at: datetime, port: AxisPort | None = None
) -> OutgoingDocument:
    """Try at once to send what waits. Raises `NotFound`, `NotAllowed`, `NotNow`."""
    with transaction.atomic():
        outgoing = outgoing_queries.find_outgoing(viewer, outgoing_id, lock=True)
        policies.require_act(viewer, outgoing, policies.SEND_AGAIN)
        outgoing.next_attempt_at = at + LEASE
        outgoing.save(update_fields=["next_attempt_at"])
    submit(outgoing, actor=viewer.actor(), at=at, port=port)
    return outgoing_queries.find_outgoing(viewer, outgoing_id)


def _recipients(
    composition: Composition, viewer: Viewer, at: datetime
) -> tuple[dict[str, list[Agency]], Beside]:
    """The recipients over the axis by group, and those beside it; raises what is wrong with them."""
    groups = agencies_of(composition, viewer, at)
    elsewhere = {agency.id for agencies in groups.values() for agency in agencies}
    beside = beside_of(
        inside=composition.inside, paper=composition.paper, elsewhere=elsewhere, viewer=viewer, at=at
    )
    return groups, beside


def _require_readers(composition: Composition, viewer: Viewer, at: datetime, port: AxisPort | None) -> None:
    """Refuse an encrypted document that not all could read; the axis is asked before anything is locked."""
    if composition.encrypted:
        groups = agencies_of(composition, viewer, at).values()
        readers_for([agency for agencies in groups for agency in agencies], at=at, port=port)


def _require_replaceable(composition: Composition, viewer: Viewer) -> None:
    """Raise `NotFound`, `NotAllowed`, `NotNow`, `Withdrawn` if what it replaces or corrects may not be."""
    for key, act in ((composition.replaces, policies.REPLACE), (composition.corrects, policies.CORRECT)):
        if key is not None:
            policies.require_act(viewer, outgoing_queries.find_outgoing(viewer, key), act)


def _official(
    composition: Composition,
    groups: Mapping[str, list[Agency]],
    beside: Beside,
    pdf: Iterable[bytes] | None,
    viewer: Viewer,
    at: datetime,
) -> OfficialDocument:
    """The draft in `documents`, of the text or of the uploaded PDF."""
    urgency = DOCUMENT_URGENCIES[composition.urgency]
    division = _unit_of(composition, viewer)
    if pdf is not None:
        return adopt_file(
            viewer=viewer,
            file=pdf,
            type_code=composition.type_code,
            subject=composition.subject,
            urgency=urgency,
            division=division,
            at=at,
        )
    return draft_document(**_written(composition, groups, beside, viewer, division), viewer=viewer, at=at)


def preview(*, composition: Composition, viewer: Viewer, at: datetime) -> list[bytes]:
    """The first pages of the document as they would look, as PNG; nothing is kept.

    Raises:
        What `compose` refuses of a document written here.
    """
    policies.require_compose(viewer)
    groups, beside = _recipients(composition, viewer, at)
    texts = _written(composition, groups, beside, viewer, _unit_of(composition, viewer))
    return preview_draft(written_draft(**texts, viewer=viewer, at=at), at=at)


def _unit_of(composition: Composition, viewer: Viewer) -> Division | None:
    """The drafting unit, which only the notation of a công văn names."""
    if composition.type_code != "CV":
        return None
    return Division.objects.filter(pk=viewer.division_id or 0).first()


def _written(
    composition: Composition,
    groups: Mapping[str, list[Agency]],
    beside: Beside,
    viewer: Viewer,
    division: Division | None,
) -> dict[str, Any]:
    """The texts of a document written here, by the names of `draft_document`."""
    outside = [ADDRESSES[group] for group in composition.groups] + [agency.name for agency in groups[""]]
    outside += beside.paper_names
    addressed_to = (outside or beside.inside_names) if composition.type_code in ADDRESSED else []
    listed = [name for name in [*outside, *beside.inside_names] if name not in addressed_to]
    agency = Agency.objects.get(pk=viewer.agency_id or 0)
    return {
        "type_code": composition.type_code,
        "subject": composition.subject,
        "paragraphs": paragraphs_of(composition.body),
        "addressees": addressed_to,
        "recipients": [
            *(["Như trên;"] if addressed_to else []),
            *(f"{name};" for name in listed),
            ARCHIVED,
        ],
        "authority": COMMITTEE if agency.short_name == "UBND" else "",
        "place": composition.place,
        "urgency": DOCUMENT_URGENCIES[composition.urgency],
        "division": division,
    }


def _facts(composition: Composition, document: OfficialDocument) -> dict[str, object]:
    """The columns of an outgoing document that its composition gives."""
    return {
        "subject": document.subject,
        "place": composition.place,
        "urgency": composition.urgency,
        "due_on": composition.due_on,
        "steering_type": composition.steering_type,
        "encrypted": composition.encrypted,
        "replaces_id": composition.replaces,
        "corrects_id": composition.corrects,
        "task_id": composition.task,
    }


def _record(
    outgoing: OutgoingDocument, verb: str, viewer: Viewer, at: datetime, data: dict[str, JSON] | None = None
) -> None:
    record(
        actor=viewer.actor(),
        verb=verb,
        subject=Subject("office.outgoing", str(outgoing.id)),
        at=at,
        data=data,
    )
