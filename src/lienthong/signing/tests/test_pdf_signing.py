"""PDFs are signed by a person and then sealed by the agency, and independent readers agree."""

from __future__ import annotations

import asyncio
import hashlib
import io
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import DocumentSecurityStore

from lienthong.kernel.spools import Extent, Spool
from lienthong.signing import errors, pdf_reading
from lienthong.signing.actions.authority import revoke_certificate
from lienthong.signing.adapters.fake import FakeTimestampService
from lienthong.signing.contracts import PdfBox, PdfSignature, RevocationReason
from lienthong.signing.models import Certificate, StoredVerdict
from lienthong.signing.pdf_reading import check_pdf
from lienthong.signing.pdf_signing import sign_pdf, timestamp_service
from lienthong.signing.pdf_verifying import verify_pdf
from lienthong.signing.queries import certificate_for_agency
from lienthong.signing.running import run
from lienthong.signing.tests.factories import AT, make_agency, make_official
from lienthong.signing.tests.pdfs import encrypted_pdf, plain_pdf, revised_pdf, write_over

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


def test_a_personal_signature_may_be_followed_and_a_seal_may_not() -> None:
    agency = make_agency()
    one, two = make_official(agency), make_official(agency)
    pdf = sign_pdf(plain_pdf(), signatures=[PdfSignature("personal", official_id=one.pk)], at=AT)
    sealed = sign_pdf(pdf, signatures=both(two.pk, agency.pk), at=AT)
    assert verify_pdf(sealed, at=AT).valid
    with pytest.raises(errors.PdfLocked):
        sign_pdf(sealed, signatures=[PdfSignature("personal", official_id=one.pk)], at=AT)


def test_the_sealed_file_brings_the_status_of_its_certificates() -> None:
    agency = make_agency()
    signed = sign_pdf(plain_pdf(), signatures=both(make_official(agency).pk, agency.pk), at=AT)
    store = DocumentSecurityStore.read_dss(PdfFileReader(io.BytesIO(signed)))
    assert len(store.ocsps) == 3
    assert len(store.certs) == 5


def test_a_page_counts_from_the_end_as_well_and_must_exist() -> None:
    agency = make_agency()
    last = PdfSignature("agency", agency_id=agency.pk, page=-1, box=SEAL)
    signed = sign_pdf(plain_pdf(3), signatures=[last], at=AT)
    field = PdfFileReader(io.BytesIO(signed)).embedded_signatures[0].sig_field
    reader = PdfFileReader(io.BytesIO(signed))
    assert field.raw_get("/P").idnum == reader.root["/Pages"]["/Kids"].raw_get(2).idnum
    for page in (3, -4):
        with pytest.raises(errors.PdfPageMissing):
            sign_pdf(plain_pdf(3), signatures=[PdfSignature("agency", agency_id=agency.pk, page=page)], at=AT)


def test_a_later_drawing_over_the_page_is_told() -> None:
    agency = make_agency()
    official = make_official(agency)
    signed = sign_pdf(plain_pdf(), signatures=[PdfSignature("personal", official_id=official.pk)], at=AT)
    verdict = verify_pdf(write_over(signed), at=AT)
    assert (verdict.valid, verdict.code) == (False, "pdf-revised")
    assert official.full_name in str(verdict.sentence)
    assert [signer.whole_document for signer in verdict.signers] == [False]


def test_bytes_put_behind_the_end_are_told() -> None:
    agency = make_agency()
    signed = sign_pdf(plain_pdf(), signatures=[PdfSignature("agency", agency_id=agency.pk)], at=AT)
    assert verify_pdf(signed + b"\n% more", at=AT).code == "pdf-revised"


def test_a_changed_byte_is_told() -> None:
    agency = make_agency()
    signed = sign_pdf(plain_pdf(), signatures=[PdfSignature("agency", agency_id=agency.pk)], at=AT)
    at = signed.index(b"/MediaBox")
    changed = signed[:at] + b"/MediaBoy" + signed[at + 9 :]
    assert verify_pdf(changed, at=AT).code in {"signature-wrong", "pdf-broken"}


@pytest.mark.parametrize(
    ("pdf", "code"),
    [
        (b"", "signed-file-empty"),
        (b"no PDF at all", "pdf-broken"),
        (b"%PDF-1.7\n" + b"\x00" * 5000, "pdf-broken"),
        (plain_pdf()[:3000], "pdf-broken"),
        (b"%PDF-1.7 startxref 0 %%EOF", "pdf-broken"),
        (b"%PDF-1.7" + b"\nstartxref\n0\n%%EOF" * 100, "pdf-too-many-revisions"),
        (revised_pdf(19), "pdf-too-many-revisions"),
        (encrypted_pdf(), "pdf-encrypted"),
        (plain_pdf(), "unsigned"),
        (revised_pdf(3), "unsigned"),
    ],
)
def test_a_hostile_pdf_has_its_own_reason(pdf: bytes, code: str) -> None:
    assert verify_pdf(pdf, at=AT).code == code
    if code != "unsigned":
        refusal = errors.REASONS[code]
        for attempt in (lambda: check_pdf(pdf), lambda: sign_pdf(pdf, signatures=both(*holders()), at=AT)):
            with pytest.raises(refusal):
                attempt()


def holders() -> tuple[int, int]:
    agency = make_agency()
    return make_official(agency).pk, agency.pk


def test_a_pdf_beyond_the_cap_is_refused() -> None:
    assert verify_pdf(b"%PDF-" + bytes(pdf_reading.MAX_BYTES), at=AT).code == "signed-file-too-large"


def test_a_pdf_in_a_file_is_judged_as_one_in_memory(tmp_path: Path) -> None:
    signed = sign_pdf(plain_pdf(), signatures=both(*holders()), at=AT)
    for pdf in (signed, signed[:-200], revised_pdf(25), encrypted_pdf(), b"%PDF-1.7"):
        verdict = verify_pdf(_in_file(pdf, tmp_path), at=AT)
        assert (verdict.code, verdict.sha256) == (
            verify_pdf(pdf, at=AT).code,
            hashlib.sha256(pdf).hexdigest(),
        )


def test_a_very_large_pdf_is_looked_at_in_its_ends(tmp_path: Path) -> None:
    whole = b"%PDF-1.7\n" + bytes(pdf_reading.MAX_PARSED) + b"startxref\n9\n%%EOF\n"
    check_pdf(_in_file(whole, tmp_path))
    for broken in (whole[:-20], whole[9:]):
        with pytest.raises(errors.PdfBroken):
            check_pdf(_in_file(broken, tmp_path))


def _in_file(pdf: bytes, folder: Path) -> Extent:
    path = folder / "a.pdf"
    path.unlink(missing_ok=True)
    path.write_bytes(pdf)
    return Extent(Spool.of_path(path))


def test_half_of_a_signed_file_is_broken_or_unsigned_but_never_valid() -> None:
    official_id, agency_id = holders()
    signed = sign_pdf(plain_pdf(), signatures=both(official_id, agency_id), at=AT)
    for part in range(1, 16):
        assert not verify_pdf(signed[: len(signed) * part // 16], at=AT).valid


def test_a_timestamp_keeps_a_signature_valid_beyond_the_certificate() -> None:
    official_id, agency_id = holders()
    signed = sign_pdf(plain_pdf(), signatures=both(official_id, agency_id), at=AT)
    assert verify_pdf(signed, at=AT + timedelta(days=4 * 365)).valid


def test_a_revocation_counts_from_its_time_on() -> None:
    agency = make_agency()
    signature = [PdfSignature("agency", agency_id=agency.pk)]
    before = sign_pdf(plain_pdf(), signatures=signature, at=AT)
    later = AT + timedelta(days=1)
    after = sign_pdf(plain_pdf(), signatures=signature, at=later)
    assert verify_pdf(after, at=later).valid
    held = certificate_for_agency(agency.pk, at=AT)
    assert held is not None
    revoke_certificate(held.sha256, reason=RevocationReason.CHANGED, at=AT + timedelta(hours=1))
    assert verify_pdf(before, at=later).valid
    verdict = verify_pdf(after, at=later)
    assert verdict.code == "certificate-revoked"
    assert agency.name in str(verdict.signers[0].reason)


def test_the_signature_of_an_authority_unknown_here_is_not_trusted() -> None:
    agency = make_agency()
    signed = sign_pdf(plain_pdf(), signatures=[PdfSignature("agency", agency_id=agency.pk)], at=AT)
    for rows in (~Q(issuer=None) & Q(issuer__purpose="issuing"), Q(purpose="issuing"), Q(purpose="root")):
        Certificate.objects.filter(rows).delete()
    verdict = verify_pdf(signed, at=AT)
    assert verdict.code in {"timestamp-wrong", "certificate-untrusted"}


def test_a_verdict_is_reached_once_and_forgotten_in_time(django_assert_num_queries: Any) -> None:
    official_id, agency_id = holders()
    signed = sign_pdf(plain_pdf(), signatures=both(official_id, agency_id), at=AT)
    first = verify_pdf(signed, at=AT)
    with django_assert_num_queries(1):
        again = verify_pdf(signed, at=AT + timedelta(hours=1))
    assert again == first
    assert str(again.sentence) == str(first.sentence)
    assert StoredVerdict.objects.get().expires_at == AT + timedelta(hours=12)
    with CaptureQueriesContext(connection) as queries:
        verify_pdf(signed, at=AT + timedelta(hours=13))
    assert len(queries) > 1


def test_without_timestamps_nothing_is_signed() -> None:
    official_id, agency_id = holders()
    service = FakeTimestampService(timestamp_service(at=AT))
    signed = sign_pdf(plain_pdf(), signatures=both(official_id, agency_id), at=AT, timestamps=service)
    assert verify_pdf(signed, at=AT).valid
    assert service.asked == 2
    for fault in ({"failing": True}, {"nonsense": b""}, {"nonsense": b"\x30\x03\x02\x01\x00"}):
        vars(service).update({"failing": False, "nonsense": None} | fault)
        with pytest.raises(errors.SigningUnavailable):
            sign_pdf(plain_pdf(), signatures=both(official_id, agency_id), at=AT, timestamps=service)


def test_a_timestamp_over_something_else_is_not_taken() -> None:
    """A service that repeats an old answer: the nonce gives it away."""
    official_id, agency_id = holders()
    inner = timestamp_service(at=AT)

    class Recorder:
        name = "recorder"
        last = b""

        def answer(self, request: bytes) -> bytes:
            self.last = inner.answer(request)
            return self.last

    recorder = Recorder()
    sign_pdf(plain_pdf(), signatures=both(official_id, agency_id), at=AT, timestamps=recorder)
    replaying = FakeTimestampService(inner)
    replaying.nonsense = recorder.last
    with pytest.raises(errors.SigningUnavailable):
        sign_pdf(plain_pdf(), signatures=both(official_id, agency_id), at=AT, timestamps=replaying)


def test_a_person_without_certificate_cannot_sign() -> None:
    official = make_official(certificate=False)
    with pytest.raises(errors.NoCertificate) as refusal:
        sign_pdf(plain_pdf(), signatures=[PdfSignature("personal", official_id=official.pk)], at=AT)
    assert official.full_name in refusal.value.say("vi")


def test_a_coroutine_runs_to_its_end_where_an_event_loop_runs() -> None:
    async def inside() -> int:
        return run(_answer())

    assert asyncio.run(inside()) == 42


async def _answer() -> int:
    return 42
