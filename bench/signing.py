"""Signatures as the product makes and checks them: packets, PDFs, receipts."""

from __future__ import annotations

import io

import pypdf

from bench.harness import Figure, measure
from lienthong.axis.public import edxml
from lienthong.directory.public import Agency, find_agency, load_country
from lienthong.kernel.clock import VIETNAM, now
from lienthong.signing.public import (
    PdfSignature,
    ensure_agency_certificates,
    sign_packet,
    sign_pdf,
    sign_statement,
    verify_packet,
    verify_pdf,
    verify_statement,
)


def run() -> list[Figure]:
    """One thread; a PDF that was verified before is answered from its kept verdict, so both are shown."""
    at = now()
    agency = _agency()
    packet = sign_packet(_packet(), agency_id=agency.pk, at=at)
    pdf = _pdf()
    place = [PdfSignature("agency", page=0, box=(100, 100, 200, 200), agency_id=agency.pk)]
    signed = iter([sign_pdf(pdf, signatures=place, at=at) for _ in range(40)])
    known = sign_pdf(pdf, signatures=place, at=at)
    verify_pdf(known, at=at)
    statement = b'{"packet":"0190"}'
    signature = sign_statement(statement, at=at)
    return [
        measure("sign packet, 5 KB", lambda: sign_packet(_packet(), agency_id=agency.pk, at=at)),
        measure("verify packet, 5 KB", lambda: verify_packet(packet, at=at)),
        measure("sign receipt", lambda: sign_statement(statement, at=at)),
        measure("verify receipt", lambda: verify_statement(statement, signature, at=at)),
        measure("seal PDF (PAdES with timestamp)", lambda: sign_pdf(pdf, signatures=place, at=at)),
        measure("verify PDF, first time", lambda: verify_pdf(next(signed), at=at), seconds=0, warm=2),
        measure("verify PDF, known", lambda: verify_pdf(known, at=at)),
    ]


def _agency() -> Agency:
    load_country()
    agency = find_agency("G22", on=now().astimezone(VIETNAM).date())
    ensure_agency_certificates([agency.pk], at=now())
    return agency


def _packet() -> bytes:
    day = now().astimezone(VIETNAM).date()
    return edxml.build_packet(
        edxml.EdxmlPacket(
            sender=edxml.Party(organ_id="G22", organ_name="Văn phòng Chính phủ"),
            recipients=(edxml.Party(organ_id="H55"),),
            number="1",
            notation="VPCP-TTĐT",
            promulgated_on=day,
            subject="Về việc đo tốc độ",
            document_id=edxml.document_id_of("G22", day, "1/VPCP-TTĐT"),
            type_name="Công văn",
        )
    )


def _pdf() -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(595, 842)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()
