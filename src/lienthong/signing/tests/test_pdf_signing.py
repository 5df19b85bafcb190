"""PDFs are signed by a person and then sealed by the agency, and independent readers agree."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lienthong.signing.contracts import PdfBox, PdfSignature
from lienthong.signing.pdf_signing import sign_pdf
from lienthong.signing.pdf_verifying import verify_pdf
from lienthong.signing.tests.factories import AT, make_agency, make_official
from lienthong.signing.tests.pdfs import plain_pdf

pytestmark = pytest.mark.django_db
PERSONAL = PdfBox(300, 600, 440, 670)
SEAL = PdfBox(245, 584, 347, 686)


def both(official_id: int, agency_id: int) -> list[PdfSignature]:
    return [
        PdfSignature("personal", official_id=official_id, box=PERSONAL),
        PdfSignature("agency", agency_id=agency_id, box=SEAL),
    ]


def test_pdfsig_finds_both_signatures_valid(tmp_path: Path) -> None:
    agency = make_agency(name="Ủy ban nhân dân tỉnh Thái Nguyên")
    official = make_official(agency)
    signed = sign_pdf(plain_pdf(), signatures=both(official.pk, agency.pk), at=AT)
    (tmp_path / "signed.pdf").write_bytes(signed)
    Path("/tmp/sigset/out/signed.pdf").write_bytes(signed)
    done = subprocess.run(
        ["pdfsig", "-nocert", tmp_path / "signed.pdf"], capture_output=True, text=True, check=False
    )
    assert done.stdout.count("Signature is Valid.") == 2, done.stdout + done.stderr
    assert "Total document signed" in done.stdout


def test_our_own_verdict_names_who_for_which_agency_and_when() -> None:
    agency = make_agency()
    official = make_official(agency)
    signed = sign_pdf(plain_pdf(), signatures=both(official.pk, agency.pk), at=AT)
    verdict = verify_pdf(signed, at=AT)
    assert (verdict.valid, verdict.code) == (True, "valid"), [str(s.reason) for s in verdict.signers]
    personal, seal = verdict.signers
    assert (personal.name, personal.agency_code, personal.kind) == (
        official.full_name,
        agency.code,
        "official",
    )
    assert (seal.name, seal.agency_code, seal.kind) == (agency.name, agency.code, "agency")
    assert all(
        signer.timestamped and signer.whole_document and signer.signed_at == AT for signer in verdict.signers
    )
