"""The authority issues to many at once, replaces, revokes, and never twice the same."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lienthong.directory.public import Agency
from lienthong.kernel.lifting import lifted
from lienthong.signing import errors
from lienthong.signing.actions.authority import (
    enrol_agency_certificate,
    ensure_agency_certificates,
    ensure_authority,
    ensure_official_certificates,
    revoke_certificate,
    rotate_key,
)
from lienthong.signing.actions.health import check_health
from lienthong.signing.certificates import Addresses, Holder, Issuer, is_seal, issue, organization_code
from lienthong.signing.contracts import Purpose, RevocationReason
from lienthong.signing.models import Certificate, SealedKey
from lienthong.signing.packets import verify_packet
from lienthong.signing.queries import certificate_for_agency, certificates_of
from lienthong.signing.statements import sign_statement, verify_statement
from lienthong.signing.tests.factories import AT, PACKET, make_agency, make_official
from lienthong.signing.xmldsig import sign_enveloped

pytestmark = pytest.mark.django_db


def test_the_authority_is_made_once() -> None:
    ensure_authority(at=AT)
    ensure_authority(at=AT)
    made = Certificate.objects.values_list("purpose", flat=True)
    assert sorted(made) == ["hub", "issuing", "ocsp", "root", "timestamp"]


def test_many_agencies_get_certificates_in_a_handful_of_queries() -> None:
    few = [make_agency(certificate=False).pk for _ in range(2)]
    many = [make_agency(certificate=False).pk for _ in range(60)]
    ensure_authority(at=AT)
    counts = []
    for ids in (few, many):
        with CaptureQueriesContext(connection) as queries:
            assert ensure_agency_certificates(ids, at=AT) == len(ids)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16
    assert ensure_agency_certificates(many, at=AT) == 0


def test_every_certificate_chains_to_the_root() -> None:
    agency = make_agency()
    row = Certificate.objects.get(agency=agency)
    chain = [row, row.issuer, row.issuer.issuer]  # type: ignore[union-attr]
    found = [x509.load_der_x509_certificate(bytes(one.der)) for one in chain]  # type: ignore[union-attr]
    found[0].verify_directly_issued_by(found[1])
    found[1].verify_directly_issued_by(found[2])
    found[2].verify_directly_issued_by(found[2])
    assert organization_code(found[0].subject) == agency.code
    assert is_seal(found[0].subject)


def test_a_name_longer_than_a_certificate_allows_is_shortened() -> None:
    agency = make_agency(name="Ủy ban nhân dân " + "rất dài " * 25)
    official = make_official(agency)
    assert Certificate.objects.filter(official=official).exists()
    assert certificate_for_agency(agency.pk, at=AT) is not None


def test_an_officials_certificate_names_the_agency_of_the_post() -> None:
    agency = make_agency()
    official = make_official(agency)
    assert Certificate.objects.get(official=official).agency == agency
    assert ensure_official_certificates([official.pk], at=AT) == 0


def test_an_expired_certificate_is_replaced_by_a_new_one() -> None:
    agency = make_agency()
    later = AT + timedelta(days=3 * 365 + 1)
    assert ensure_agency_certificates([agency.pk], at=later) == 1
    states = [found.state for found in certificates_of(agency_id=agency.pk, at=later)]
    assert states == ["valid", "expired"]


def test_a_rotated_key_is_gone() -> None:
    agency = make_agency()
    old = Certificate.objects.get(agency=agency).key_id
    new = rotate_key(agency.pk, at=AT)
    assert not SealedKey.objects.filter(id=old).exists()
    assert [found.state for found in certificates_of(agency_id=agency.pk, at=AT)].count("replaced") == 1
    assert certificate_for_agency(agency.pk, at=AT) == new


def test_only_what_is_there_is_rotated_or_revoked() -> None:
    with pytest.raises(errors.NoCertificate):
        rotate_key(make_agency(certificate=False).pk, at=AT)
    with pytest.raises(errors.CertificateUnknown):
        revoke_certificate("0" * 64, reason=RevocationReason.UNSPECIFIED, at=AT)


def test_a_revocation_is_final() -> None:
    agency = make_agency()
    held = certificate_for_agency(agency.pk, at=AT)
    assert held is not None
    assert revoke_certificate(held.sha256, reason=RevocationReason.CEASED, at=AT).state == "revoked"
    with pytest.raises(errors.AlreadyRevoked):
        revoke_certificate(held.sha256, reason=RevocationReason.CEASED, at=AT)
    ensure_agency_certificates([agency.pk], at=AT)
    assert certificate_for_agency(agency.pk, at=AT) != held


@pytest.mark.parametrize(
    "change",
    [
        {"agency": None},
        {"revocation_reason": "keyCompromise"},
        {"revoked_at": AT},
        {"revoked_at": AT, "revocation_reason": "boredom"},
        {"key_id": None},
        {"algorithm": "rsa512"},
        {"valid_to": AT - timedelta(days=9999)},
        {"sha256": "not a hash"},
        {"purpose": "hub"},
    ],
)
def test_the_database_refuses_a_row_that_makes_no_sense(change: dict[str, object]) -> None:
    row = Certificate.objects.filter(agency=make_agency())
    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(**change)


def test_the_database_refuses_a_second_current_certificate() -> None:
    row = Certificate.objects.get(agency=make_agency())
    row.pk, row.sha256, row.serial, row.key_id = None, "1" * 64, "1", None
    row.store = ""
    row.save()  # a foreign one beside ours is fine
    other = Certificate.objects.get(agency=make_agency())
    other.agency = row.agency
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()


def foreign_authority(folder: Path) -> Issuer:
    key = ec.generate_private_key(ec.SECP256R1())
    holder = Holder(Purpose.ROOT, "Ban Cơ yếu (thử nghiệm)", "BCY")
    root = issue(holder, key.public_key(), issuer=None, key=key, addresses=Addresses("http://x"), at=AT)
    (folder / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    return Issuer(root, key)


def test_a_foreign_certificate_counts_once_its_root_is_trusted_and_it_is_enrolled(
    tmp_path: Path, settings: object
) -> None:
    agency: Agency = make_agency(certificate=False)
    authority = foreign_authority(tmp_path)
    key = ec.generate_private_key(ec.SECP256R1())
    holder = Holder(Purpose.AGENCY, agency.name, agency.name)
    addresses = Addresses("http://192.0.2.1")
    mine = issue(holder, key.public_key(), issuer=authority, key=authority.key, addresses=addresses, at=AT)
    der = mine.public_bytes(Encoding.DER)
    signed = sign_enveloped(lifted(PACKET), key=key, chain=[mine])
    assert verify_packet(signed, at=AT).code == "certificate-untrusted"
    with pytest.raises(errors.CertificateUntrusted):
        enrol_agency_certificate(der, agency_id=agency.pk, at=AT)
    settings.ENV = settings.ENV.model_copy(update={"trusted_roots": tmp_path})  # type: ignore[attr-defined]
    assert verify_packet(signed, at=AT).valid
    assert not verify_packet(signed, at=AT).signed_by(agency.pk)
    enrol_agency_certificate(der, agency_id=agency.pk, at=AT)
    assert verify_packet(signed, at=AT).signed_by(agency.pk)
    assert verify_packet(signed, at=AT + timedelta(days=4 * 365)).code == "certificate-expired"


def test_a_statement_of_the_hub_is_verified_over_its_very_bytes() -> None:
    ensure_authority(at=AT)
    signature = sign_statement(b'{"packet":1}', at=AT)
    verdict = verify_statement(b'{"packet":1}', signature, at=AT)
    assert verdict.valid
    assert verdict.signers[0].kind == "hub"
    assert verdict.signers[0].signed_at == AT
    assert verify_statement(b'{"packet":2}', signature, at=AT).code == "signature-wrong"


def test_an_agency_may_sign_a_statement_too() -> None:
    agency = make_agency()
    signature = sign_statement(b"receipt", at=AT, agency_id=agency.pk)
    assert verify_statement(b"receipt", signature, at=AT).signed_by(agency.pk)


@pytest.mark.parametrize("signature", [b"", b"a.b.c", b"\xff", b"e30..AAAA", b"x" * 30_000])
def test_a_signature_that_is_none_is_unreadable(signature: bytes) -> None:
    assert verify_statement(b"x", signature, at=AT).code == "signature-unreadable"


def test_the_doctor_really_tries() -> None:
    missing = {check.name: check.ok for check in check_health(at=AT)}
    assert missing == {
        "signing.key_store": True,
        "signing.timestamp": False,
        "signing.certificates": True,
        "signing.outside": True,
    }
    make_agency()
    assert all(check.ok for check in check_health(at=AT))
    assert not SealedKey.objects.exclude(id__in=Certificate.objects.values("key_id")).exists()
    soon = {check.name: check for check in check_health(at=AT + timedelta(days=3 * 365 - 10))}
    assert not soon["signing.certificates"].ok
    assert "1" in str(soon["signing.certificates"].detail)
