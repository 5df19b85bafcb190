"""The authority answers in the forms that other people's programs read."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from django.test import Client

from lienthong.directory.public import Agency
from lienthong.kernel.clock import now
from lienthong.signing.actions.authority import (
    ensure_agency_certificates,
    ensure_authority,
    revoke_certificate,
)
from lienthong.signing.contracts import RevocationReason
from lienthong.signing.models import Certificate
from lienthong.signing.tests.factories import make_agency

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency() -> Agency:
    """One with a certificate from now on, as the pages read the clock."""
    agency = make_agency(certificate=False)
    ensure_agency_certificates([agency.pk], at=now())
    return agency


def certificate(**where: object) -> x509.Certificate:
    return x509.load_der_x509_certificate(bytes(Certificate.objects.get(**where).der))


def question(subject: x509.Certificate) -> bytes:
    builder = ocsp.OCSPRequestBuilder().add_certificate(
        subject, certificate(purpose="issuing"), hashes.SHA1()
    )
    return builder.add_extension(x509.OCSPNonce(b"n" * 16), critical=False).build().public_bytes(Encoding.DER)


def ask(client: Client, body: bytes) -> ocsp.OCSPResponse:
    answer = client.post("/pki/ocsp", body, content_type="application/ocsp-request")
    assert answer["Content-Type"] == "application/ocsp-response"
    return ocsp.load_der_ocsp_response(answer.content)


def test_ocsp_says_good_then_revoked_with_the_nonce_and_a_signature_that_fits(
    client: Client, agency: Agency
) -> None:
    mine = certificate(agency=agency)
    good = ask(client, question(mine))
    assert good.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert [found.value.nonce for found in good.extensions] == [b"n" * 16]
    good.certificates[0].public_key().verify(
        good.signature, good.tbs_response_bytes, ec.ECDSA(hashes.SHA256())
    )  # type: ignore[union-attr,call-arg,arg-type]
    sha256 = Certificate.objects.get(agency=agency).sha256
    revoke_certificate(sha256, reason=RevocationReason.KEY_COMPROMISE, at=now())
    revoked = ask(client, question(mine))
    assert revoked.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert revoked.revocation_reason is x509.ReasonFlags.key_compromise


def test_ocsp_answers_to_get_as_well(client: Client, agency: Agency) -> None:
    encoded = base64.b64encode(question(certificate(agency=agency))).decode()
    answer = client.get(f"/pki/ocsp/{encoded}")
    assert ocsp.load_der_ocsp_response(answer.content).certificate_status is ocsp.OCSPCertStatus.GOOD


def test_ocsp_does_not_vouch_for_a_serial_it_never_issued(client: Client, agency: Agency) -> None:
    mine, issuing = certificate(agency=agency), certificate(purpose="issuing")
    builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        _hash(issuing.subject.public_bytes()), _hash(_point(issuing)), mine.serial_number + 1, hashes.SHA1()
    )
    assert (
        ask(client, builder.build().public_bytes(Encoding.DER)).certificate_status
        is ocsp.OCSPCertStatus.UNKNOWN
    )


def _hash(data: bytes) -> bytes:
    return hashlib.sha1(data).digest()


def _point(found: x509.Certificate) -> bytes:
    return found.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@pytest.mark.parametrize("body", [b"", b"nonsense", b"0" * 200])
def test_ocsp_calls_nonsense_malformed(client: Client, agency: Agency, body: bytes) -> None:
    assert ask(client, body).response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_ocsp_is_not_responsible_for_another_authority(client: Client, agency: Agency) -> None:
    builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(b"a" * 20, b"b" * 20, 1, hashes.SHA1())
    answer = ask(client, builder.build().public_bytes(Encoding.DER))
    assert answer.response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED


@pytest.mark.parametrize("path", ["/pki/ocsp", "/pki/tsa"])
def test_a_body_beyond_the_cap_is_refused(client: Client, path: str) -> None:
    answer = client.post(path, b"x" * 9000, content_type="application/octet-stream")
    assert answer.status_code == 413


def test_the_list_names_what_was_revoked_and_openssl_accepts_it(
    client: Client, agency: Agency, tmp_path: Path
) -> None:
    row = Certificate.objects.get(agency=agency)
    revoke_certificate(row.sha256, reason=RevocationReason.CEASED, at=now() - timedelta(seconds=5))
    (tmp_path / "list.crl").write_bytes(client.get("/pki/crl/issuing.crl").content)
    (tmp_path / "ca.pem").write_bytes(certificate(purpose="issuing").public_bytes(Encoding.PEM))
    assert client.get("/pki/ca/issuing.crt").content == certificate(purpose="issuing").public_bytes(
        Encoding.DER
    )
    command = [
        "openssl",
        "crl",
        "-inform",
        "DER",
        "-in",
        tmp_path / "list.crl",
        "-CAfile",
        tmp_path / "ca.pem",
    ]
    done = subprocess.run([*command, "-noout", "-text"], capture_output=True, text=True, check=False)
    assert "verify OK" in done.stdout + done.stderr
    assert row.serial.upper() in done.stdout.replace(":", "").upper()
    assert "Cessation Of Operation" in done.stdout


@pytest.mark.parametrize("path", ["/pki/crl/other.crl", "/pki/ca/other.crt", "/pki/ca/agency.crt"])
def test_an_unknown_authority_is_not_found(client: Client, agency: Agency, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("wants_certificate", [True, False])
def test_openssl_verifies_our_timestamp(client: Client, tmp_path: Path, wants_certificate: bool) -> None:
    ensure_authority(at=now())
    (tmp_path / "data").write_bytes(b"what existed")
    query = ["openssl", "ts", "-query", "-data", tmp_path / "data", "-sha256", "-out", tmp_path / "q.tsq"]
    subprocess.run([*query, *(["-cert"] if wants_certificate else [])], check=True, capture_output=True)
    answer = client.post(
        "/pki/tsa", (tmp_path / "q.tsq").read_bytes(), content_type="application/timestamp-query"
    )
    assert answer["Content-Type"] == "application/timestamp-reply"
    (tmp_path / "a.tsr").write_bytes(answer.content)
    for name in ("root", "issuing", "timestamp"):
        path = tmp_path / f"{name}.pem"
        path.write_bytes(certificate(purpose=name).public_bytes(Encoding.PEM))
    (tmp_path / "others.pem").write_bytes(
        b"".join((tmp_path / f"{n}.pem").read_bytes() for n in ("issuing", "timestamp"))
    )
    check = ["openssl", "ts", "-verify", "-queryfile", tmp_path / "q.tsq", "-in", tmp_path / "a.tsr"]
    done = subprocess.run(
        [*check, "-CAfile", tmp_path / "root.pem", "-untrusted", tmp_path / "others.pem"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Verification: OK" in done.stdout, done.stderr


@pytest.mark.parametrize("body", [b"", b"nonsense"])
def test_a_timestamp_over_nonsense_is_rejected(
    client: Client, agency: Agency, body: bytes, tmp_path: Path
) -> None:
    answer = client.post("/pki/tsa", body, content_type="application/timestamp-query")
    path = tmp_path / "a.tsr"
    path.write_bytes(answer.content)
    done = subprocess.run(
        ["openssl", "ts", "-reply", "-in", path, "-text"], capture_output=True, text=True, check=True
    )
    assert "Status: Rejected" in done.stdout
    assert "the data submitted has the wrong format" in done.stdout


def test_an_installation_without_authority_says_so(client: Client) -> None:
    assert client.post("/pki/tsa", b"x", content_type="application/timestamp-query").status_code == 503
    assert client.get("/pki/ca/root.crt").status_code == 404


def test_a_certificate_leads_to_its_status(agency: Agency) -> None:
    access = (
        certificate(agency=agency).extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    )
    addresses = [found.access_location.value for found in access]
    assert addresses == ["http://127.0.0.1:8000/pki/ocsp", "http://127.0.0.1:8000/pki/ca/issuing.crt"]
