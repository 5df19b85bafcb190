"""Reads packets as systems in service write them: any order or prefix, both spellings and forms of dates."""

from __future__ import annotations

from datetime import date

from lienthong.axis.edxml import errors
from lienthong.axis.edxml.attachments import Unwrapping
from lienthong.axis.edxml.contracts import (
    Attachment,
    Business,
    EdxmlPacket,
    Party,
    Receiver,
    Replacement,
    ResponseFor,
    Signer,
    Staff,
    Status,
    Steering,
    Trace,
    Update,
    Urgency,
    document_id_of,
)
from lienthong.axis.edxml.limits import check_packet, check_status
from lienthong.axis.edxml.reader import ENCODED, Node, child, children, read_tree, required, text
from lienthong.axis.edxml.values import read_choice, read_count, read_date, read_datetime, read_flag
from lienthong.kernel.lifting import Content, Lifted, lifted

# No element of the standard says how secret a document is; these were met in extensions.
_SECRECY_ELEMENTS = (
    "Secrecy",
    "SecrecyLevel",
    "SecretLevel",
    "Secret",
    "SecurityLevel",
    "Confidentiality",
    "DoMat",
)


def parse_packet(content: Content) -> EdxmlPacket:
    """Read a document packet; raises a subclass of `EdxmlRefusal` that names the field and the rule.

    The signature is not looked at here. A missing `DocumentId` is made of sender, date and code, as the
    standard makes it.
    """
    packet = lifted(content)
    root = read_tree(packet)
    envelope = _envelope(root)
    header = required(envelope, "edXMLHeader")
    message, trace = required(header, "MessageHeader"), child(header, "TraceHeaderList")
    fields = _message(message) | _other(child(message, "OtherInfo"), message) | _business(trace)
    found = EdxmlPacket(**fields, attachments=_attachments(root, envelope, packet))  # type: ignore[arg-type]
    check_packet(found)
    return found


def parse_status(xml: bytes) -> Status:
    """Read a status packet; raises as `parse_packet` does."""
    header = required(_envelope(read_tree(lifted(xml))), "edXMLHeader")
    found = [element for element in header if child(element, "StatusCode") is not None]
    if len(found) != 1:
        raise errors.NotEdxml(field="StatusCode")
    element = found[0]
    status = Status(
        response_for=_response(required(element, "ResponseFor")),
        sender=_party(required(element, "From")),
        code=text(element, "StatusCode").zfill(2),
        description=text(element, "Description"),
        at=read_datetime(text(element, "Timestamp"), field="Timestamp"),
        staff=_staff(child(element, "StaffInfo")),
    )
    check_status(status)
    return status


def _envelope(root: Node) -> Node:
    if root.name != "edxml":
        raise errors.NotEdxml(field="edXML")
    return required(root, "edXMLEnvelope")


def _message(message: Node) -> dict[str, object]:
    kind, signer, promulgation, code = (
        child(message, name) for name in ("DocumentType", "SignerInfo", "PromulgationInfo", "Code")
    )
    sender = _party(required(message, "From"))
    number, notation = text(code, "CodeNumber"), text(code, "CodeNotation")
    written = text(promulgation, "PromulgationDate")
    if not written:
        raise errors.FieldMissing(field="PromulgationInfo/PromulgationDate")
    promulgated_on = read_date(written, field="PromulgationInfo/PromulgationDate")
    full_code = f"{number}/{notation}" if notation else number
    return {
        "sender": sender,
        "recipients": tuple(_party(element) for element in children(message, "To")),
        "number": number,
        "notation": notation,
        "place": text(promulgation, "Place"),
        "promulgated_on": promulgated_on,
        "type_code": text(kind, "Type"),
        "type_name": text(kind, "TypeName"),
        "type_detail": text(kind, "TypeDetail"),
        "subject": text(message, "Subject"),
        "content": text(message, "Content"),
        "signer": Signer(
            competence=text(signer, "Competence"),
            position=text(signer, "Position"),
            full_name=text(signer, "FullName"),
        ),
        "due_on": _optional_date(message, "DueDate"),
        "to_places": _texts(child(message, "ToPlaces"), "Place"),
        "responses": tuple(_response(element) for element in children(message, "ResponseFor")),
        "steering": read_choice(text(message, "SteeringType"), Steering, field="SteeringType"),
        "document_id": text(message, "DocumentId")
        or document_id_of(sender.organ_id, promulgated_on, full_code),
    }


def _other(other: Node | None, message: Node) -> dict[str, object]:
    return {
        "urgency": read_choice(text(other, "Priority"), Urgency, field="OtherInfo/Priority"),
        "sphere": text(other, "SphereOfPromulgation"),
        "typist": text(other, "TyperNotation"),
        "copies": read_count(text(other, "PromulgationAmount"), field="OtherInfo/PromulgationAmount"),
        "pages": read_count(text(other, "PageAmount"), field="OtherInfo/PageAmount"),
        "secrecy": next(
            filter(None, (text(place, name) for place in (other, message) for name in _SECRECY_ELEMENTS)), ""
        ),
        "appendixes": _texts(child(other, "Appendixes"), "Appendix"),
    }


def _business(trace: Node | None) -> dict[str, object]:
    business = child(trace, "Bussiness")
    update = child(business, "BussinessDocumentInfo")
    return {
        "traces": tuple(
            Trace(
                organ_id=text(element, "OrganId"),
                at=read_datetime(text(element, "Timestamp"), field="TraceHeader/Timestamp"),
            )
            for element in children(trace, "TraceHeader")
        ),
        "business": read_choice(
            text(business, "BussinessDocType"), Business, field="Bussiness/BussinessDocType"
        ),
        "business_reason": text(business, "BussinessDocReason"),
        "business_document_id": text(business, "DocumentId"),
        "staff": _staff(child(business, "StaffInfo")),
        "paper_follows": read_flag(text(business, "Paper"), field="Bussiness/Paper"),
        "update": _update(update) if update is not None else None,
        "replacements": tuple(
            Replacement(
                document_id=text(element, "DocumentId"),
                organ_ids=_texts(child(element, "OrganIdList"), "OrganId"),
            )
            for element in children(child(business, "ReplacementInfoList"), "ReplacementInfo")
        ),
    }


def _update(update: Node) -> Update:
    return Update(
        document_info=read_flag(text(update, "DocumentInfo"), field="BussinessDocumentInfo/DocumentInfo"),
        document_receiver=read_flag(
            text(update, "DocumentReceiver"), field="BussinessDocumentInfo/DocumentReceiver"
        ),
        receivers=tuple(
            Receiver(kind=text(element, "ReceiverType"), organ_id=text(element, "OrganId"))
            for element in children(child(update, "ReceiverList"), "Receiver")
        ),
    )


def _party(party: Node) -> Party:
    return Party(
        organ_id=text(party, "OrganId"),
        organ_name=text(party, "OrganName"),
        in_charge=text(party, "OrganizationInCharge"),
        address=text(party, "OrganAdd"),
        email=text(party, "Email"),
        telephone=text(party, "Telephone"),
        fax=text(party, "Fax"),
        website=text(party, "Website"),
    )


def _response(element: Node) -> ResponseFor:
    return ResponseFor(
        organ_id=text(element, "OrganId"),
        code=text(element, "Code"),
        promulgated_on=_optional_date(element, "PromulgationDate"),
        document_id=text(element, "DocumentId"),
    )


def _staff(element: Node | None) -> Staff:
    return Staff(
        department=text(element, "Department"),
        staff=text(element, "Staff"),
        mobile=text(element, "Mobile"),
        email=text(element, "Email"),
    )


def _optional_date(element: Node, name: str) -> date | None:
    written = text(element, name)
    return read_date(written, field=name) if written else None


def _texts(element: Node | None, name: str) -> tuple[str, ...]:
    return tuple(filter(None, (found.text for found in children(element, name))))


def _attachments(root: Node, envelope: Node, packet: Lifted) -> tuple[Attachment, ...]:
    """The enclosed files; a file that only the manifest names is refused, one that it forgets is taken."""
    unwrapping = Unwrapping(packet)
    enclosed = tuple(
        _attachment(element, unwrapping)
        for element in children(child(root, "AttachmentEncoded"), "Attachment")
    )
    present = {attachment.content_id for attachment in enclosed}
    manifest = child(child(envelope, "edXMLBody"), "edXMLManifest")
    for reference in children(manifest, "Reference"):
        if _content_id(reference) not in present:
            raise errors.AttachmentMissing(
                field="edXMLManifest/Reference", name=text(reference, "AttachmentName")
            )
    return enclosed


def _attachment(element: Node, unwrapping: Unwrapping) -> Attachment:
    name, encoded = text(element, "AttachmentName"), child(element, ENCODED)
    content = encoded.raw_text if encoded is not None else ""
    return Attachment(
        name=name,
        content_type=text(element, "ContentType"),
        content_id=_content_id(element),
        description=text(element, "Description"),
        content=unwrapping.decode(content, name=name[:200]),
    )


def _content_id(element: Node) -> str:
    return (text(element, "ContentId") or element.attribute("href")).removeprefix("cid:")
