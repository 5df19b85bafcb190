"""The rules that every packet keeps, checked alike before it is written and after it is read."""

from __future__ import annotations

from dataclasses import fields

from lienthong.axis.edxml import errors
from lienthong.axis.edxml.contracts import EdxmlPacket, Party, Staff, Status
from lienthong.axis.edxml.secrecy import refuse_secret
from lienthong.axis.edxml.values import check_text

SUBJECT = 500
CONTENT = 500
PLACE = 150
ATTACHMENT_NAME = 200
NAME = 250
SHORT = 100
DOCUMENT_ID = 255
REASON = 500
# The widest known sending reaches about 3,000 agencies.
RECIPIENTS = 5_000
ATTACHMENTS = 200

STATUS_CODES = ("01", "02", "03", "04", "05", "06", "13", "15", "16")


def check_packet(packet: EdxmlPacket) -> None:
    """Refuse the first rule that the packet breaks, naming the element."""
    check_party(packet.sender, field="From")
    _check_recipients(packet.recipients)
    _require(packet.number, field="Code/CodeNumber", limit=50)
    _require(packet.subject, field="Subject", limit=SUBJECT)
    _require(packet.document_id, field="DocumentId", limit=DOCUMENT_ID)
    for field, text, limit in (
        ("Code/CodeNotation", packet.notation, SHORT),
        ("PromulgationInfo/Place", packet.place, PLACE),
        ("DocumentType/Type", packet.type_code, SHORT),
        ("DocumentType/TypeName", packet.type_name, SHORT),
        ("DocumentType/TypeDetail", packet.type_detail, SHORT),
        ("Content", packet.content, CONTENT),
        ("SignerInfo/Competence", packet.signer.competence, SHORT),
        ("SignerInfo/Position", packet.signer.position, NAME),
        ("SignerInfo/FullName", packet.signer.full_name, NAME),
        ("OtherInfo/SphereOfPromulgation", packet.sphere, NAME),
        ("OtherInfo/TyperNotation", packet.typist, SHORT),
        ("Bussiness/BussinessDocReason", packet.business_reason, REASON),
        ("Bussiness/DocumentId", packet.business_document_id, DOCUMENT_ID),
        *(("ToPlaces/Place", place, PLACE) for place in packet.to_places),
        *(("Appendixes/Appendix", text, REASON) for text in packet.appendixes),
    ):
        check_text(text, field=field, limit=limit)
    _check_staff(packet.staff)
    _check_references(packet)
    _check_attachments(packet)
    refuse_secret(packet)


def check_status(status: Status) -> None:
    """Refuse the first rule that the status packet breaks; a refusal (02) must say why."""
    check_party(status.sender, field="From")
    _require(status.response_for.organ_id, field="ResponseFor/OrganId", limit=SHORT)
    check_text(status.response_for.code, field="ResponseFor/Code", limit=DOCUMENT_ID)
    check_text(status.response_for.document_id, field="ResponseFor/DocumentId", limit=DOCUMENT_ID)
    if status.code not in STATUS_CODES:
        raise errors.InvalidValue(field="StatusCode", allowed=", ".join(STATUS_CODES))
    check_text(status.description, field="Description", limit=REASON)
    if status.code == "02" and not status.description:
        raise errors.FieldMissing(field="Description")
    _check_staff(status.staff)


def check_party(party: Party, *, field: str) -> None:
    """Refuse a party without a code, or with a text beyond its limit."""
    _require(party.organ_id, field=f"{field}/OrganId", limit=SHORT)
    for element, text in (
        ("OrganName", party.organ_name),
        ("OrganizationInCharge", party.in_charge),
        ("OrganAdd", party.address),
        ("Email", party.email),
        ("Telephone", party.telephone),
        ("Fax", party.fax),
        ("Website", party.website),
    ):
        check_text(text, field=f"{field}/{element}", limit=NAME)


def _require(text: str, *, field: str, limit: int) -> None:
    if not text:
        raise errors.FieldMissing(field=field)
    check_text(text, field=field, limit=limit)


def _check_recipients(recipients: tuple[Party, ...]) -> None:
    if not recipients:
        raise errors.FieldMissing(field="To")
    if len(recipients) > RECIPIENTS:
        raise errors.TooManyRecipients(field="To", count=len(recipients), limit=RECIPIENTS)
    seen: set[str] = set()
    for party in recipients:
        check_party(party, field="To")
        if party.organ_id in seen:
            raise errors.RecipientRepeated(field="To/OrganId", agency=party.organ_id)
        seen.add(party.organ_id)


def _check_staff(staff: Staff) -> None:
    for column in fields(staff):
        check_text(getattr(staff, column.name), field=f"StaffInfo/{column.name.capitalize()}", limit=NAME)


def _check_references(packet: EdxmlPacket) -> None:
    for response in packet.responses:
        _require(response.organ_id, field="ResponseFor/OrganId", limit=SHORT)
        check_text(response.code, field="ResponseFor/Code", limit=DOCUMENT_ID)
        check_text(response.document_id, field="ResponseFor/DocumentId", limit=DOCUMENT_ID)
    for trace in packet.traces:
        _require(trace.organ_id, field="TraceHeader/OrganId", limit=SHORT)
    for receiver in packet.update.receivers if packet.update else ():
        _require(receiver.organ_id, field="Receiver/OrganId", limit=SHORT)
        check_text(receiver.kind, field="Receiver/ReceiverType", limit=SHORT)
    for replacement in packet.replacements:
        _require(replacement.document_id, field="ReplacementInfo/DocumentId", limit=DOCUMENT_ID)
        for organ_id in replacement.organ_ids:
            _require(organ_id, field="ReplacementInfo/OrganId", limit=SHORT)


def _check_attachments(packet: EdxmlPacket) -> None:
    if len(packet.attachments) > ATTACHMENTS:
        raise errors.XmlTooComplex(field="AttachmentEncoded", rule="Attachment", limit=ATTACHMENTS)
    seen: set[str] = set()
    for attachment in packet.attachments:
        _require(attachment.name, field="Attachment/AttachmentName", limit=ATTACHMENT_NAME)
        _require(attachment.content_id, field="Attachment/ContentId", limit=NAME)
        check_text(attachment.content_type, field="Attachment/ContentType", limit=SHORT)
        check_text(attachment.description, field="Attachment/Description", limit=REASON)
        if not attachment.size:
            raise errors.AttachmentEmpty(field="Attachment", name=attachment.name)
        if attachment.content_id in seen:
            raise errors.AttachmentRepeated(field="Attachment/ContentId", content_id=attachment.content_id)
        seen.add(attachment.content_id)
