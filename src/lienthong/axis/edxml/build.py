"""Writes packets strictly: the order and the names of QCVN 102, and the prefix `edXML:` spelt out.

A receiver in service rejects the default namespace inside the envelope, and expects the misspelt `Bussiness`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from lxml import etree

from lienthong.axis.edxml import attachments, errors
from lienthong.axis.edxml.contracts import (
    Attachment,
    EdxmlPacket,
    Party,
    ResponseFor,
    Staff,
    Status,
    Update,
    document_id_of,
)
from lienthong.axis.edxml.limits import check_packet, check_status
from lienthong.axis.edxml.reader import ENCODED
from lienthong.axis.edxml.values import clean, write_date, write_datetime
from lienthong.kernel.lifting import Lifted, Lines, Run, new_mark, token

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
XLINK = "http://www.w3.org/1999/xlink"
NEXT_ACTOR = "http://schemas.xmlsoap.org/soap/actor/next"
D = TypeVar("D")
Element = etree._Element


def build_packet(packet: EdxmlPacket) -> bytes:
    """`build_lifted_packet` of one that is small enough to be held in memory."""
    return build_lifted_packet(packet).read()


def build_lifted_packet(packet: EdxmlPacket) -> Lifted:
    """Write the packet as unsigned UTF-8 XML; texts are cleaned (NFC, stripped) first.

    Raises the refusals of `limits`, and `InvalidValue` if the document id does not end in date and code.
    """
    packet = _cleaned(packet)
    check_packet(packet)
    expected = document_id_of(packet.sender.organ_id, packet.promulgated_on, packet.code)
    if not packet.document_id.endswith(expected.removeprefix(packet.sender.organ_id)):
        raise errors.InvalidValue(field="DocumentId", allowed=expected)
    root, header = _frame()
    _message(_sub(header, "MessageHeader"), packet)
    _trace(header, packet)
    envelope = header.getparent()
    manifest = _sub(_sub(envelope, "edXMLBody"), "edXMLManifest")
    manifest.set(_name("version"), "1.0")
    encoded = etree.SubElement(root, _name("AttachmentEncoded"))
    mark, runs = new_mark(), list[Run]()
    for attachment in packet.attachments:
        _reference(manifest, attachment)
        if isinstance(attachment.content, bytes):
            text = attachments.encode(attachment.content)
        else:
            text = token(mark, len(runs)).decode()
            runs.append(Run(attachment.content, Lines()))
        _enclose(encoded, attachment, text)
    return Lifted(_write(root), mark, runs)


def build_status(status: Status) -> bytes:
    """Write the status packet as unsigned UTF-8 XML."""
    status = _cleaned(status)
    check_status(status)
    root, header = _frame()
    element = _sub(header, "Status")
    _response(element, status.response_for)
    _party(element, "From", status.sender)
    _sub(element, "StatusCode", status.code)
    _sub(element, "Description", status.description)
    _sub(element, "Timestamp", write_datetime(status.at))
    _staff(element, status.staff)
    return _write(root)


def _cleaned(value: D) -> D:
    """The dataclass with every text in it, however deep, in NFC and stripped."""
    columns = dataclasses.fields(value)  # type: ignore[arg-type]
    changes = {column.name: _clean_any(getattr(value, column.name)) for column in columns}
    return dataclasses.replace(value, **changes)  # type: ignore[type-var]


def _clean_any(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, tuple):
        return tuple(_clean_any(item) for item in value)
    return _cleaned(value) if dataclasses.is_dataclass(value) and not isinstance(value, type) else value


def _frame() -> tuple[Element, Element]:
    root = etree.Element(_name("edXML"), nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    envelope = etree.SubElement(root, _name("edXMLEnvelope"), nsmap={"edXML": NAMESPACE})
    return root, _sub(envelope, "edXMLHeader")


def _write(root: Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _name(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"


def _sub(parent: Element | None, name: str, text: str = "") -> Element:
    if parent is None:
        raise errors.NotEdxml(field=name)
    element = etree.SubElement(parent, _name(name))
    element.text = text
    return element


def _texts(parent: Element, names_and_texts: Sequence[tuple[str, str]]) -> None:
    for name, text in names_and_texts:
        _sub(parent, name, text)


def _optional(parent: Element, name: str, value: date | int | None) -> None:
    if value is not None:
        _sub(parent, name, write_date(value) if isinstance(value, date) else str(value))


def _message(message: Element, packet: EdxmlPacket) -> None:
    _party(message, "From", packet.sender)
    for recipient in packet.recipients:
        _party(message, "To", recipient)
    _texts(_sub(message, "Code"), [("CodeNumber", packet.number), ("CodeNotation", packet.notation)])
    _texts(
        _sub(message, "PromulgationInfo"),
        [("Place", packet.place), ("PromulgationDate", write_date(packet.promulgated_on))],
    )
    _texts(
        _sub(message, "DocumentType"),
        [("Type", packet.type_code), ("TypeName", packet.type_name), ("TypeDetail", packet.type_detail)],
    )
    _texts(message, [("Subject", packet.subject), ("Content", packet.content)])
    signer = packet.signer
    _texts(
        _sub(message, "SignerInfo"),
        [("Competence", signer.competence), ("Position", signer.position), ("FullName", signer.full_name)],
    )
    _optional(message, "DueDate", packet.due_on)
    _texts(_sub(message, "ToPlaces"), [("Place", place) for place in packet.to_places])
    _other(_sub(message, "OtherInfo"), packet)
    for response in packet.responses:
        _response(message, response)
    _texts(message, [("SteeringType", str(packet.steering.value)), ("DocumentId", packet.document_id)])


def _other(other: Element, packet: EdxmlPacket) -> None:
    _texts(
        other,
        [
            ("Priority", str(packet.urgency.value)),
            ("SphereOfPromulgation", packet.sphere),
            ("TyperNotation", packet.typist),
        ],
    )
    _optional(other, "PromulgationAmount", packet.copies)
    _optional(other, "PageAmount", packet.pages)
    _texts(_sub(other, "Appendixes"), [("Appendix", text) for text in packet.appendixes])


def _trace(header: Element, packet: EdxmlPacket) -> None:
    trace = _sub(header, "TraceHeaderList")
    for name, value in (("id", "trace"), ("version", "1.0"), ("mustUnderstand", "1"), ("actor", NEXT_ACTOR)):
        trace.set(name, value)
    for passed in packet.traces:
        _texts(
            _sub(trace, "TraceHeader"),
            [("OrganId", passed.organ_id), ("Timestamp", write_datetime(passed.at))],
        )
    business = _sub(trace, "Bussiness")
    _texts(
        business,
        [
            ("BussinessDocType", str(packet.business.value)),
            ("BussinessDocReason", packet.business_reason),
            ("DocumentId", packet.business_document_id),
        ],
    )
    _staff(business, packet.staff)
    _sub(business, "Paper", "1" if packet.paper_follows else "0")
    if packet.update is not None:
        _update(business, packet.update)
    if packet.replacements:
        listed = _sub(business, "ReplacementInfoList")
        for replacement in packet.replacements:
            info = _sub(listed, "ReplacementInfo")
            _sub(info, "DocumentId", replacement.document_id)
            _texts(_sub(info, "OrganIdList"), [("OrganId", organ_id) for organ_id in replacement.organ_ids])


def _update(business: Element, update: Update) -> None:
    info = _sub(business, "BussinessDocumentInfo")
    _sub(info, "DocumentInfo", str(int(update.document_info)))
    _sub(info, "DocumentReceiver", str(int(update.document_receiver)))
    receivers = _sub(info, "ReceiverList")
    for receiver in update.receivers:
        _texts(_sub(receivers, "Receiver"), [("ReceiverType", receiver.kind), ("OrganId", receiver.organ_id)])


def _party(parent: Element, name: str, party: Party) -> None:
    _texts(
        _sub(parent, name),
        [
            ("OrganId", party.organ_id),
            ("OrganizationInCharge", party.in_charge),
            ("OrganName", party.organ_name),
            ("OrganAdd", party.address),
            ("Email", party.email),
            ("Telephone", party.telephone),
            ("Fax", party.fax),
            ("Website", party.website),
        ],
    )


def _response(parent: Element, response: ResponseFor) -> None:
    element = _sub(parent, "ResponseFor")
    _texts(element, [("OrganId", response.organ_id), ("Code", response.code)])
    _optional(element, "PromulgationDate", response.promulgated_on)
    _sub(element, "DocumentId", response.document_id)


def _staff(parent: Element, staff: Staff) -> None:
    _texts(
        _sub(parent, "StaffInfo"),
        [
            ("Department", staff.department),
            ("Staff", staff.staff),
            ("Mobile", staff.mobile),
            ("Email", staff.email),
        ],
    )


def _reference(manifest: Element, attachment: Attachment) -> None:
    reference = etree.SubElement(manifest, _name("Reference"), nsmap={"xlink": XLINK})
    reference.set(f"{{{XLINK}}}href", f"cid:{attachment.content_id}")
    _texts(
        reference,
        [
            ("Description", attachment.description),
            ("AttachmentName", attachment.name),
            ("ContentType", attachment.content_type),
            ("ContentId", f"cid:{attachment.content_id}"),
        ],
    )


def _enclose(encoded: Element, attachment: Attachment, text: str) -> None:
    element = etree.SubElement(encoded, _name("Attachment"))
    for name, value in (
        ("ContentType", attachment.content_type),
        ("ContentId", attachment.content_id),
        ("Description", attachment.description),
        (ENCODED, text),
        ("AttachmentName", attachment.name),
    ):
        etree.SubElement(element, _name(name)).text = value
