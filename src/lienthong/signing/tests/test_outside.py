"""Another installation's signatures: believed for the agencies its authority may name, and for no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from lienthong.directory.public import Agency
from lienthong.kernel.lifting import lifted
from lienthong.signing.actions.authority import (
    ensure_agency_certificates,
    ensure_encryption_certificates,
    revoke_certificate,
)
from lienthong.signing.actions.requests import enrol_encryption_certificate, issue_encryption_from_request
from lienthong.signing.contracts import PdfSignature, Purpose, RevocationReason
from lienthong.signing.encryption import (
    EncryptionCertificateUntrusted,
    encryption_certificates,
    trusted_readers,
)
from lienthong.signing.models import Certificate, StoredVerdict
from lienthong.signing.outside import faults
from lienthong.signing.packets import sign_packet, verify_packet
from lienthong.signing.pdf_signing import sign_pdf, timestamp_service
from lienthong.signing.pdf_verifying import verify_pdf
from lienthong.signing.ports import TimestampService
from lienthong.signing.queries import chain_pem
from lienthong.signing.responding import authority_certificate, authority_list
from lienthong.signing.tests.factories import AT, PACKET, make_agency, make_official
from lienthong.signing.tests.pdfs import plain_pdf
from lienthong.signing.tests.test_requests import request_for
from lienthong.signing.xmldsig import sign_enveloped

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Elsewhere:
    """What another installation signed, its root, and its revocation lists before and after."""

    province: Agency
    department: Agency
    packet: bytes
    pdf: bytes
    root: bytes
    clean: bytes
    revoked: bytes
    stamps: TimestampService


@pytest.fixture
def elsewhere(settings: Any) -> Elsewhere:
    """A department of another installation has signed; then all of that installation is gone from here.

    An authority of this installation's own is there instead.
    """
    here, settings.BASE_URL = settings.BASE_URL, "https://elsewhere.example"
    province = make_agency(certificate=False)
    department = make_agency(parent=province)
    for one in (province, department):
        one.refresh_from_db()
    official = make_official(department)
    signatures = [
        PdfSignature("personal", official_id=official.pk),
        PdfSignature("agency", agency_id=department.pk),
    ]
    packet = sign_packet(PACKET, agency_id=department.pk, at=AT)
    pdf = sign_pdf(plain_pdf(), signatures=signatures, at=AT)
    root, clean = authority_certificate("root"), authority_list("issuing", at=AT)
    row = Certificate.objects.get(purpose=Purpose.AGENCY, agency=department)
    revoke_certificate(row.sha256, reason=RevocationReason.KEY_COMPROMISE, at=AT)
    revoked, stamps = authority_list("issuing", at=AT), timestamp_service(at=AT)
    Certificate.objects.update(issuer=None)
    Certificate.objects.all().delete()
    StoredVerdict.objects.all().delete()
    settings.BASE_URL = here
    ensure_agency_certificates([make_agency(certificate=False).pk], at=AT)
    assert root is not None
    assert root != authority_certificate("root")
    return Elsewhere(province, department, packet, pdf, root, clean, revoked, stamps)


Trust = Callable[..., None]


@pytest.fixture
def trust(tmp_path: Path, settings: Any) -> Trust:
    """`trust(scope, root, revoked)`: put a root, and a list, in the scope's folder; "" for a plain root."""
    settings.ENV = settings.ENV.model_copy(update={"trusted_roots": tmp_path})

    def put(scope: str, root: bytes, revoked: bytes = b"") -> None:
        folder = tmp_path / "agencies" / scope if scope else tmp_path
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "root.crt").write_bytes(root)
        if revoked:
            (folder / "issuing.crl").write_bytes(revoked)

    return put


def codes(found: Elsewhere) -> tuple[str, str]:
    return verify_packet(found.packet, at=AT).code, verify_pdf(found.pdf, at=AT).code


def test_nobody_is_believed_before_being_trusted(elsewhere: Elsewhere) -> None:
    assert codes(elsewhere) == ("certificate-untrusted", "timestamp-wrong")


@pytest.mark.parametrize("level", ["itself", "above", "all"])
def test_an_authority_names_the_agencies_of_its_scope(elsewhere: Elsewhere, trust: Trust, level: str) -> None:
    ours = elsewhere.department
    scope = {"itself": ours.code, "above": elsewhere.province.code, "all": "all"}[level]
    trust(scope, elsewhere.root)
    verdict = verify_packet(elsewhere.packet, at=AT)
    assert (verdict.code, verdict.signed_by(ours.pk)) == ("valid", True)
    verdict = verify_pdf(elsewhere.pdf, at=AT)
    assert verdict.code == "valid", [str(signer.reason) for signer in verdict.signers]
    person, seal = verdict.signers
    assert (person.kind, person.agency_code, person.timestamped) == ("official", ours.code, True)
    assert (seal.kind, seal.agency_code, seal.name) == ("agency", ours.code, ours.name)


def test_an_authority_cannot_name_an_agency_outside_its_scope(elsewhere: Elsewhere, trust: Trust) -> None:
    trust(make_agency(certificate=False).code, elsewhere.root)
    assert codes(elsewhere) == ("certificate-untrusted", "certificate-untrusted")


def test_a_scope_that_is_no_agency_gives_nothing(elsewhere: Elsewhere, trust: Trust) -> None:
    trust("X-Y-Z", elsewhere.root)
    assert codes(elsewhere) == ("certificate-untrusted", "certificate-untrusted")


def test_a_plain_root_is_believed_but_names_nobody(elsewhere: Elsewhere, trust: Trust) -> None:
    trust("", elsewhere.root)
    verdict = verify_packet(elsewhere.packet, at=AT)
    assert (verdict.valid, verdict.signed_by(elsewhere.department.pk)) == (True, False)
    assert verify_pdf(elsewhere.pdf, at=AT).valid


def test_what_the_authority_revoked_is_refused(elsewhere: Elsewhere, trust: Trust) -> None:
    trust(elsewhere.province.code, elsewhere.root, elsewhere.revoked)
    soon = AT + timedelta(minutes=1)
    assert verify_packet(elsewhere.packet, at=soon).code == "certificate-revoked"


def test_what_is_on_no_list_is_believed(elsewhere: Elsewhere, trust: Trust) -> None:
    trust(elsewhere.province.code, elsewhere.root, elsewhere.clean)
    soon = AT + timedelta(minutes=1)
    assert verify_packet(elsewhere.packet, at=soon).valid
    assert verify_pdf(elsewhere.pdf, at=soon).valid


def test_an_old_list_stops_its_own_authority_and_no_other(elsewhere: Elsewhere, trust: Trust) -> None:
    trust(elsewhere.province.code, elsewhere.root, elsewhere.revoked)
    ours, later = make_agency(), AT + timedelta(days=2)
    pdf = sign_pdf(plain_pdf(), signatures=[PdfSignature("agency", agency_id=ours.pk)], at=later)
    assert verify_packet(elsewhere.packet, at=later).code == "certificate-untrusted"
    assert verify_packet(sign_packet(PACKET, agency_id=ours.pk, at=later), at=later).valid
    assert verify_pdf(pdf, at=later).valid


def test_a_person_does_not_sign_as_the_agency(elsewhere: Elsewhere, trust: Trust) -> None:
    trust("all", elsewhere.root)
    person, _seal = verify_pdf(elsewhere.pdf, at=AT).signers
    assert not person.by(elsewhere.department.pk)


def test_a_scoped_timestamp_service_proves_nothing_for_others(elsewhere: Elsewhere, trust: Trust) -> None:
    ours = make_agency()
    seal = PdfSignature("agency", agency_id=ours.pk, locks=False)
    pdf = sign_pdf(plain_pdf(), signatures=[seal], at=AT, timestamps=elsewhere.stamps)
    trust(elsewhere.province.code, elsewhere.root)
    assert verify_pdf(pdf, at=AT).code == "timestamp-wrong"
    trust("", elsewhere.root)
    assert verify_pdf(pdf, at=AT).valid


def test_what_is_wrong_with_the_folder_counts_for_nothing_and_is_told(
    elsewhere: Elsewhere, trust: Trust, tmp_path: Path
) -> None:
    trust(elsewhere.province.code, elsewhere.root, elsewhere.clean)
    soon = AT + timedelta(minutes=1)
    assert faults(at=soon) == []
    trust("X99", b"no certificate")
    trust("X98", elsewhere.root)
    (tmp_path / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n")
    (tmp_path / "lists.crl").write_bytes(b"")
    assert verify_packet(elsewhere.packet, at=soon).valid
    assert faults(at=soon) == ["agencies/X99/root.crt", "key.pem", "lists.crl", "agencies/X98"]
    [late] = [fault for fault in faults(at=AT + timedelta(days=1)) if fault.startswith("CRL")]
    assert "Issuing CA" in late


def test_files_that_change_are_read_again(elsewhere: Elsewhere, trust: Trust) -> None:
    trust(elsewhere.province.code, authority_certificate("root"))
    assert verify_packet(elsewhere.packet, at=AT).code == "certificate-untrusted"
    trust(elsewhere.department.code, elsewhere.root)
    assert verify_packet(elsewhere.packet, at=AT).code == "valid"


@pytest.fixture
def reader_elsewhere(settings: Any) -> tuple[Agency, bytes, bytes, bytes]:
    """An agency whose encryption key another installation keeps: certificate and chain, root, list."""
    here, settings.BASE_URL = settings.BASE_URL, "https://elsewhere.example"
    department = make_agency(certificate=False)
    ensure_encryption_certificates([department.pk], at=AT)
    given = encryption_certificates([department.pk], at=AT)[department.pk]
    root = authority_certificate("root")
    revoke_certificate(given.sha256, reason=RevocationReason.KEY_COMPROMISE, at=AT)
    revoked = authority_list("issuing", at=AT)
    Certificate.objects.update(issuer=None)
    Certificate.objects.all().delete()
    settings.BASE_URL = here
    assert root is not None
    return department, given.pem, root, revoked


def test_an_outside_encryption_certificate_is_believed_about_its_own_agencies_only(
    reader_elsewhere: tuple[Agency, bytes, bytes, bytes], trust: Trust
) -> None:
    department, pem, root, _revoked = reader_elsewhere
    other = make_agency(certificate=False)
    for scope in (None, "", other.code):
        if scope is not None:
            trust(scope, root)
        with pytest.raises(EncryptionCertificateUntrusted):
            enrol_encryption_certificate(pem, agency=department, at=AT)
    trust(department.code, root)
    enrolled = enrol_encryption_certificate(pem, agency=department, at=AT)
    assert not enrolled.kept_here
    assert encryption_certificates([department.pk], at=AT)[department.pk].pem == pem
    assert enrol_encryption_certificate(pem, agency=department, at=AT).sha256 == enrolled.sha256
    with pytest.raises(EncryptionCertificateUntrusted):
        trusted_readers([(other, pem)], at=AT)


def test_an_outside_encryption_certificate_that_was_revoked_is_not_believed(
    reader_elsewhere: tuple[Agency, bytes, bytes, bytes], trust: Trust
) -> None:
    department, pem, root, revoked = reader_elsewhere
    trust(department.code, root, revoked)
    with pytest.raises(EncryptionCertificateUntrusted):
        trusted_readers([(department, pem)], at=AT + timedelta(hours=1))


def test_an_outside_encryption_certificate_never_signs(settings: Any, trust: Trust) -> None:
    here, settings.BASE_URL = settings.BASE_URL, "https://elsewhere.example"
    agency, key = make_agency(certificate=False), rsa.generate_private_key(65537, 3072)
    issued = issue_encryption_from_request(request_for(key), agency_id=agency.pk, at=AT)
    chain, root = x509.load_pem_x509_certificates(chain_pem(issued.sha256)), authority_certificate("root")
    Certificate.objects.update(issuer=None)
    Certificate.objects.all().delete()
    settings.BASE_URL = here
    assert root is not None
    trust(agency.code, root)
    forged = sign_enveloped(lifted(PACKET), key=key, chain=chain)
    assert verify_packet(forged, at=AT).code == "certificate-unsuited"
