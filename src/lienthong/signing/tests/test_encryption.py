"""Keys for encryption: apart from signing, rolled over, given out, believed only if proven; and envelopes."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.db import IntegrityError, transaction

from lienthong.directory.public import Agency
from lienthong.kernel import envelopes
from lienthong.kernel.envelopes import ReadingKey, open_envelope, readers_of, seal_envelope
from lienthong.kernel.lifting import lifted
from lienthong.signing.actions.authority import (
    ensure_encryption_certificates,
    renew_encryption_certificate,
    revoke_certificate,
)
from lienthong.signing.actions.requests import (
    RequestKeyNotForEncryption,
    issue_encryption_from_request,
    issue_from_request,
)
from lienthong.signing.contracts import CertificateInfo, RevocationReason
from lienthong.signing.encryption import (
    CertificateNotForEncryption,
    CertificateUnreadable,
    EncryptionCertificateUntrusted,
    KeptKeys,
    encryption_certificates,
    known_readers,
    trusted_readers,
)
from lienthong.signing.models import Certificate, SealedKey
from lienthong.signing.packets import verify_packet
from lienthong.signing.queries import chain_pem, expiring_certificates
from lienthong.signing.tests.factories import AT, PACKET, make_agency
from lienthong.signing.tests.test_requests import request_for
from lienthong.signing.xmldsig import sign_enveloped

pytestmark = pytest.mark.django_db
SECRET = b"%PDF-1.7 a marker that nobody on the way may read" * 20
KEYS = [rsa.generate_private_key(public_exponent=65537, key_size=3072) for _ in range(2)]


def reading(agency: Agency, *, at=AT) -> x509.Certificate:  # type: ignore[no-untyped-def]
    ensure_encryption_certificates([agency.pk], at=at)
    return x509.load_pem_x509_certificate(encryption_certificates([agency.pk], at=at)[agency.pk].pem)


def asked(agency: Agency, key: rsa.RSAPrivateKey = KEYS[0]) -> tuple[CertificateInfo, x509.Certificate]:
    issued = issue_encryption_from_request(request_for(key), agency_id=agency.pk, at=AT)
    return issued, x509.load_der_x509_certificate(issued.der)


def test_what_is_sealed_for_several_is_opened_by_each_and_by_nobody_else() -> None:
    agencies = [make_agency() for _ in range(3)]
    certificates = [reading(agency) for agency in agencies]
    sealed = seal_envelope(SECRET, certificates[:2], name="x")
    assert SECRET[:30] not in sealed
    for agency in agencies[:2]:
        assert KeptKeys([agency.pk]).open(sealed, name="x") == SECRET
    with pytest.raises(envelopes.NotForThisKey):
        KeptKeys([agencies[2].pk]).open(sealed, name="x")


def test_the_key_is_sealed_and_its_certificate_only_enciphers() -> None:
    agency = make_agency()
    usage = reading(agency).extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.key_encipherment
    assert not usage.digital_signature
    assert not usage.content_commitment
    row = Certificate.objects.get(purpose="encryption", agency=agency)
    assert (row.algorithm, row.store) == ("rsa3072", "software")
    assert SealedKey.objects.filter(id=row.key_id).exists()


def test_a_new_key_is_given_out_and_the_old_one_still_reads() -> None:
    agency = make_agency()
    sealed = seal_envelope(SECRET, [reading(agency)], name="x")
    renewed = renew_encryption_certificate(agency.pk, at=AT + timedelta(days=1))
    assert encryption_certificates([agency.pk], at=AT + timedelta(days=1))[agency.pk].sha256 == renewed.sha256
    assert KeptKeys([agency.pk]).open(sealed, name="x") == SECRET


def test_a_revoked_key_is_given_out_no_more_and_still_reads() -> None:
    agency = make_agency()
    certificate = reading(agency)
    sealed = seal_envelope(SECRET, [certificate], name="x")
    sha256 = encryption_certificates([agency.pk], at=AT)[agency.pk].sha256
    revoke_certificate(sha256, reason=RevocationReason.KEY_COMPROMISE, at=AT)
    assert not encryption_certificates([agency.pk], at=AT)
    assert [known.state for known in known_readers([agency.pk], at=AT)[agency.pk]] == ["revoked"]
    assert KeptKeys([agency.pk]).open(sealed, name="x") == SECRET


def test_a_replaced_certificate_may_be_named_for_a_day() -> None:
    agency = make_agency()
    reading(agency)
    renew_encryption_certificate(agency.pk, at=AT)
    for hours, states in ((23, {"usable"}), (25, {"usable", "ended"})):
        known = known_readers([agency.pk], at=AT + timedelta(hours=hours))[agency.pk]
        assert {one.state for one in known} == states


def test_certificates_of_many_agencies_take_one_query(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    ids = [make_agency(certificate=False).pk for _ in range(3)]
    assert ensure_encryption_certificates(ids, at=AT) == 3
    with django_assert_num_queries(1):
        assert len(encryption_certificates(ids, at=AT)) == 3
    with django_assert_num_queries(1):
        assert len(known_readers(ids, at=AT)) == 3


def test_opening_many_takes_the_queries_of_one(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    agency = make_agency()
    sealed = seal_envelope(SECRET, [reading(agency)], name="x")
    keys = KeptKeys([agency.pk])
    with django_assert_num_queries(2):
        assert [keys.open(sealed, name="x") for _ in range(5)] == [SECRET] * 5


def test_a_request_needs_an_rsa_key_of_3072_bits_that_was_never_used() -> None:
    agency = make_agency(certificate=False)
    for key in (ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)):
        with pytest.raises(RequestKeyNotForEncryption):
            issue_encryption_from_request(request_for(key), agency_id=agency.pk, at=AT)
    issued, certificate = asked(agency)
    assert not issued.kept_here
    assert envelopes.may_encrypt_for(certificate)
    asked(agency, KEYS[1])
    assert Certificate.objects.filter(purpose="encryption", replaced_at=None).count() == 1


def test_an_encryption_certificate_never_signs() -> None:
    agency = make_agency()
    _issued, certificate = asked(agency)
    forged = sign_enveloped(lifted(PACKET), key=KEYS[0], chain=[certificate])
    assert verify_packet(forged, at=AT).code == "certificate-unsuited"


def test_a_signing_certificate_is_never_encrypted_for() -> None:
    agency = make_agency(certificate=False)
    issued = issue_from_request(request_for(KEYS[0]), agency_id=agency.pk, at=AT)
    with pytest.raises(CertificateNotForEncryption):
        trusted_readers([(agency, chain_pem(issued.sha256))], at=AT)


def test_the_database_keeps_the_two_apart() -> None:
    agency = make_agency()
    reading(agency)
    rows = Certificate.objects.filter(agency=agency)
    with pytest.raises(IntegrityError, match="key_fits_purpose"), transaction.atomic():
        rows.filter(purpose="encryption").update(purpose="agency")
    with pytest.raises(IntegrityError, match="key_fits_purpose"), transaction.atomic():
        rows.filter(purpose="agency").update(purpose="encryption")


def test_a_directory_is_believed_only_about_the_agency_itself_and_now() -> None:
    one, other = make_agency(), make_agency()
    for agency in (one, other):
        reading(agency)
    given = encryption_certificates([one.pk, other.pk], at=AT)
    assert trusted_readers([(one, given[one.pk].pem)], at=AT).keys() == {one.pk}
    with pytest.raises(EncryptionCertificateUntrusted):
        trusted_readers([(one, given[other.pk].pem)], at=AT)
    with pytest.raises(EncryptionCertificateUntrusted):
        trusted_readers([(one, given[one.pk].pem)], at=AT + timedelta(days=4 * 365))
    revoke_certificate(given[one.pk].sha256, reason=RevocationReason.KEY_COMPROMISE, at=AT)
    with pytest.raises(EncryptionCertificateUntrusted):
        trusted_readers([(one, given[one.pk].pem)], at=AT)


def test_a_directory_that_makes_up_a_certificate_is_not_believed() -> None:
    """A lying hub: everything about the certificate is right except who vouches for it."""
    agency = make_agency()
    real = reading(agency)
    forged = (
        x509.CertificateBuilder(extensions=list(real.extensions))
        .subject_name(real.subject)
        .issuer_name(real.issuer)
        .serial_number(real.serial_number)
        .public_key(KEYS[0].public_key())
        .not_valid_before(real.not_valid_before_utc)
        .not_valid_after(real.not_valid_after_utc)
        .sign(KEYS[0], real.signature_hash_algorithm)  # type: ignore[arg-type]
    )
    chain = x509.load_pem_x509_certificates(encryption_certificates([agency.pk], at=AT)[agency.pk].pem)[1:]
    pem = b"".join(one.public_bytes(Encoding.PEM) for one in (forged, *chain))
    with pytest.raises(EncryptionCertificateUntrusted):
        trusted_readers([(agency, pem)], at=AT)
    for nonsense in (b"", b"no certificate", pem * 9):
        with pytest.raises(CertificateUnreadable):
            trusted_readers([(agency, nonsense)], at=AT)


def test_one_that_ends_is_told_of_as_those_for_signing_are() -> None:
    agency = make_agency(certificate=False)
    info, _ = asked(agency)
    [told] = expiring_certificates(at=info.valid_to - timedelta(days=10), agency_id=agency.pk)
    assert (told.encrypts, told.days) == (True, 10)


# Envelopes themselves


def test_openssl_opens_what_we_seal_and_we_open_what_it_seals(tmp_path: Path) -> None:
    agencies = [make_agency(), make_agency()]
    (_, one), (_, two) = asked(agencies[0]), asked(agencies[1], KEYS[1])
    for name, certificate, key in (("1", one, KEYS[0]), ("2", two, KEYS[1])):
        (tmp_path / f"{name}.crt").write_bytes(certificate.public_bytes(Encoding.PEM))
        plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (tmp_path / f"{name}.key").write_bytes(plain)
    (tmp_path / "ours.p7m").write_bytes(seal_envelope(SECRET, [one, two], name="x"))
    for name in ("1", "2"):
        command = f"cms -decrypt -binary -inform DER -in ours.p7m -recip {name}.crt -inkey {name}.key"
        assert openssl(command, tmp_path) == SECRET
    (tmp_path / "plain").write_bytes(SECRET)
    theirs = openssl("cms -encrypt -binary -aes256 -outform DER -in plain 1.crt 2.crt", tmp_path)
    for certificate, key in ((one, KEYS[0]), (two, KEYS[1])):
        assert open_envelope(theirs, [ReadingKey(certificate, key)], name="x") == SECRET


@pytest.mark.parametrize("options", [
    "-aes256 -stream", "-aes128", "-aes-256-gcm", "-aes256 -keyid", "-des3",
])  # fmt: skip
def test_forms_that_not_every_reader_opens_are_told(options: str, tmp_path: Path) -> None:
    _issued, certificate = asked(make_agency())
    (tmp_path / "1.crt").write_bytes(certificate.public_bytes(Encoding.PEM))
    (tmp_path / "plain").write_bytes(SECRET)
    sealed = openssl(f"cms -encrypt -binary {options} -outform DER -in plain 1.crt", tmp_path)
    with pytest.raises((envelopes.EnvelopeUnsupported, envelopes.NotEnveloped)):
        readers_of(sealed, name="x")


def openssl(command: str, folder: Path) -> bytes:
    done = subprocess.run(["openssl", *command.split()], cwd=folder, capture_output=True, check=True)
    return done.stdout


def test_what_is_no_envelope_is_told_apart_from_a_damaged_one() -> None:
    _issued, certificate = asked(make_agency())
    sealed = seal_envelope(SECRET, [certificate], name="x")
    for plain in (b"", SECRET, b"0", b"\x30\x80"):
        with pytest.raises(envelopes.NotEnveloped):
            readers_of(plain, name="x")
    for length in (40, 200, len(sealed) // 2, len(sealed) - 1):
        with pytest.raises(envelopes.EnvelopeDamaged):
            readers_of(sealed[:length], name="x")
    with pytest.raises(envelopes.EnvelopeDamaged):
        readers_of(sealed + b"0", name="x")


def test_no_byte_of_an_envelope_can_be_flipped_into_anything_but_a_refusal_or_other_content() -> None:
    """CBC proves nothing: a flip must never go unnoticed as the same content, nor raise anything else."""
    _issued, certificate = asked(make_agency())
    sealed = seal_envelope(SECRET, [certificate], name="x")
    key = ReadingKey(certificate, KEYS[0])
    for place in range(0, len(sealed), 7):
        flipped = bytearray(sealed)
        flipped[place] ^= 1
        try:
            opened = open_envelope(bytes(flipped), [key], name="x")
        except envelopes.EnvelopeRefusal:
            continue
        assert opened != SECRET, place


def test_bombs_are_refused_before_they_are_unfolded() -> None:
    _issued, certificate = asked(make_agency())
    with pytest.raises(envelopes.TooManyReaders):
        seal_envelope(SECRET, [certificate] * (envelopes.MAX_READERS + 1), name="x")
    repeated = cms.ContentInfo.load(seal_envelope(SECRET, [certificate], name="x"))
    [info] = repeated["content"]["recipient_infos"]
    repeated["content"]["recipient_infos"] = [info] * 10_000
    with pytest.raises(envelopes.TooManyReaders):
        readers_of(repeated.dump(force=True), name="x")
    with pytest.raises(envelopes.EnvelopeTooLarge):
        readers_of(b"\x30" * (envelopes.MAX_BYTES + 1), name="x")
    header = bytes.fromhex("06092a864886f70d010703a0")
    for inner in (b"\x30" * 1_000_000, b"\x30\x84\xff\xff\xff\xff" * 100_000):
        bomb = b"\x30\x84" + (len(inner) + 100).to_bytes(4) + header + inner
        with pytest.raises(envelopes.EnvelopeRefusal):
            readers_of(bomb, name="x")
