"""The edXML packet of an issued document."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from cryptography.x509 import Certificate

from lienthong.axis.public import edxml, encrypt_attachments
from lienthong.directory.public import Agency
from lienthong.documents.public import OfficialDocument
from lienthong.identity.public import Viewer

PLACE_LIMIT = 150


def packet_of(
    document: OfficialDocument,
    *,
    pdf: bytes,
    recipients: Sequence[Agency],
    urgency: int,
    steering: int,
    due_on: date | None,
    place: str,
    viewer: Viewer,
    replaces: edxml.Replacement | None = None,
    readers: Sequence[Certificate] = (),
    responses: tuple[edxml.ResponseFor, ...] = (),
    annexes: Sequence[tuple[str, bytes]] = (),
) -> bytes:
    """The unsigned edXML of an issued document with its PDF; agencies are named by their old codes.

    With `replaces` it takes the place of an earlier document; with `responses` it answers some. With
    `readers` only they can open the files. `annexes` are names and PDFs that go beside the document.

    The old, leaf-first form is what QCVN 102:2016 prescribes in a packet.
    """
    agency, code = document.agency, document.code
    number, _slash, notation = code.partition("/")
    assert document.promulgated_on is not None
    sender = _party(agency)
    business = edxml.Business.REPLACE if replaces else edxml.Business.NEW
    packet = edxml.EdxmlPacket(
        sender=sender,
        recipients=tuple(_party(recipient) for recipient in recipients),
        number=number,
        notation=notation,
        promulgated_on=document.promulgated_on,
        subject=document.subject,
        document_id=document_id(document),
        business=business,
        replacements=(replaces,) if replaces else (),
        responses=responses,
        place=place,
        type_code=document.type,
        type_name=document.document_type.name_vi,
        signer=edxml.Signer(
            competence=document.authority[:100],
            position=document.position.replace("\n", " "),
            full_name=document.signer.full_name if document.signer else "",
        ),
        due_on=due_on,
        to_places=tuple(str(place)[:PLACE_LIMIT] for place in document.recipients),
        urgency=edxml.Urgency(urgency),
        steering=edxml.Steering(steering),
        staff=edxml.Staff(department=viewer.post_title, staff=viewer.name),
        attachments=_attachments(document, pdf, annexes, readers),
    )
    return edxml.build_packet(packet)


def _attachments(
    document: OfficialDocument,
    pdf: bytes,
    annexes: Sequence[tuple[str, bytes]],
    readers: Sequence[Certificate],
) -> tuple[edxml.Attachment, ...]:
    plain = edxml.Attachment(
        name=f"{document.code.replace('/', '_')}.pdf",
        content_type="application/pdf",
        content=pdf,
        content_id=f"{document.pk.hex}.pdf",
        description=document.subject[:500],
    )
    beside = [
        edxml.Attachment(
            name=name,
            content_type="application/pdf",
            content=content,
            content_id=f"{document.pk.hex}-{number}.pdf",
            description=name.removesuffix(".pdf"),
        )
        for number, (name, content) in enumerate(annexes, start=1)
    ]
    return encrypt_attachments([plain, *beside], readers) if readers else (plain, *beside)


def document_id(document: OfficialDocument) -> str:
    """The edXML DocumentId of an issued document."""
    assert document.promulgated_on is not None
    return edxml.document_id_of(document.agency.old_code, document.promulgated_on, document.code)


def revocation_of(
    original: edxml.EdxmlPacket, *, reason: str, recipients: Collection[str], viewer: Viewer
) -> bytes:
    """The unsigned packet that revokes a sent one at these of its recipients (codes as in it), or all.

    It says of the document what the first packet said, and carries no file.
    """
    parties = tuple(party for party in original.recipients if party.organ_id in recipients)
    return edxml.build_packet(
        replace(
            original,
            recipients=parties or original.recipients,
            business=edxml.Business.REVOKE,
            business_reason=reason,
            business_document_id=original.document_id,
            staff=edxml.Staff(department=viewer.post_title, staff=viewer.name),
            replacements=(),
            attachments=(),
        )
    )


def _party(agency: Agency) -> edxml.Party:
    return edxml.Party(
        organ_id=agency.old_code,
        organ_name=agency.name,
        address=agency.address,
        email=agency.email,
        telephone=agency.telephone,
    )
