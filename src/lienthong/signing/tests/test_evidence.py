"""Evidence files are hostile, and signatures by reference are as good as those that bring the certificate."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from lienthong.kernel.errors import LANGUAGES
from lienthong.signing.contracts import Purpose
from lienthong.signing.evidence import faults
from lienthong.signing.public import (
    EvidenceTooLarge,
    EvidenceUnreadable,
    SigningUnavailable,
    ensure_authority,
    looks_like_evidence,
    read_roots,
    sign_statement,
    stamp_digest,
    verify_evidence,
    verify_statement,
)
from lienthong.signing.queries import part_identity
from lienthong.signing.tests.factories import AT, fake_timestamps, root_certificate


def evidence(**changes: Any) -> dict[str, Any]:
    """A file with one statement that nobody signed."""
    line = {
        "statement": "{}",
        "signature": "",
        "batch": None,
        "position": None,
        "path": None,
        "pending": "batch",
    }
    packet = {"id": "1", "sha256": "00" * 32}
    fields = {"format": "lienthong-evidence/1", "complete": True, "packet": packet, "certificates": {}}
    return fields | {"statements": [line], "batches": []} | changes


def line(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = evidence()["statements"][0] | changes
    return found


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"format": ' + b"9" * 10_000 + b"}",
        b'{"format": NaN}',
        b'{"format": "lienthong-evidence/1", "format": "lienthong-evidence/1"}',
        json.dumps(evidence(format="lienthong-evidence/2")).encode(),
        json.dumps(evidence(more=1)).encode(),
        json.dumps(evidence(complete="yes")).encode(),
        json.dumps(evidence(packet="1")).encode(),
        json.dumps(evidence(certificates={str(number): "" for number in range(65)})).encode(),
        json.dumps(evidence(statements={})).encode(),
        b"\n".join([b'"statements": [', *[b"{"] * 20]),
    ],
)
def test_what_is_no_evidence_file_is_refused(content: bytes) -> None:
    with pytest.raises(EvidenceUnreadable) as refusal:
        verify_evidence(content)
    assert all(refusal.value.say(language) for language in LANGUAGES)


def test_a_file_that_is_too_large_is_not_read() -> None:
    with pytest.raises(EvidenceTooLarge):
        verify_evidence(b" " * (128 * 1024 * 1024 + 1))


def test_a_file_without_statements_proves_nothing() -> None:
    assert not verify_evidence(json.dumps(evidence(statements=[])).encode()).valid


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (None, "statement-unreadable"),
        ([], "statement-unreadable"),
        ({}, "statement-unreadable"),
        (line(statement=1), "statement-unreadable"),
        (line(statement="["), "statement-unreadable"),
        (line(statement="[" * 100_000), "statement-unreadable"),
        (line(statement='{"packet_id": "1", "sha256": "0", "at": "never"}'), "statement-unreadable"),
        (line(statement='{"packet_id":"1","sha256":"0","at":"2026-03-02"}'), "statement-unreadable"),
        (line(statement='{"packet_id":"1","sha256":"0","at":"9999-12-31T23:59Z"}'), "statement-unreadable"),
        (line(batch=True), "statement-unreadable"),
        (line(position=1.5), "statement-unreadable"),
        (line(path=["x"]), "statement-unreadable"),
        (line(path=["0" * 64] * 65), "statement-unreadable"),
        (line(pending="no"), "statement-unreadable"),
        (line(more=1), "statement-unreadable"),
        (
            line(statement='{"packet_id":"1","sha256":"0","at":"2026-03-02T09:00:00+07:00"}'),
            "statement-signature",
        ),
        (
            line(statement='{"packet_id":"1","sha256":"0","at":"2026-03-02T09:00Z"}', signature="ký..ký"),
            "statement-signature",
        ),
    ],
)
def test_a_bad_line_is_one_bad_statement(bad: Any, fault: str) -> None:
    [found] = verify_evidence(json.dumps(evidence(statements=[bad])).encode()).statements
    assert found.fault == fault
    assert str(found.reason)


def test_a_lone_surrogate_is_a_bad_statement() -> None:
    text = json.dumps(evidence(statements=[line(statement="\ud800", signature="\ud800..\ud800")]))
    [found] = verify_evidence(text.encode()).statements
    assert found.fault == "statement-unreadable"


@pytest.mark.parametrize("certificate", ["", "!", "AAAA", base64.b64encode(b"0" * 5000).decode()])
def test_a_certificate_that_is_none_spoils_every_statement(certificate: str) -> None:
    content = json.dumps(evidence(certificates={"00" * 32: certificate})).encode()
    assert not verify_evidence(content).valid


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(evidence(), anything)),
    st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(line(), anything)), max_size=2),
    st.lists(
        st.fixed_dictionaries(
            {}, optional=dict.fromkeys(("header", "signature", "timestamp", "timestamp_sha256"), anything)
        ),
        max_size=2,
    ),
)
def test_nothing_in_a_file_breaks_the_checking(top: Any, lines: Any, batches: Any) -> None:
    file = evidence(statements=[line(**one) for one in lines], batches=batches) | top
    try:
        verdict = verify_evidence(json.dumps(file).encode())
    except EvidenceUnreadable:
        return
    assert not verdict.valid


def test_an_evidence_file_is_told_by_its_beginning() -> None:
    assert looks_like_evidence(json.dumps(evidence()).encode()[:200])
    assert not looks_like_evidence(b"%PDF-1.7")
    assert not looks_like_evidence(b'{"a": 1}')


def test_every_fault_has_its_code_and_sentence() -> None:
    found = faults.EvidenceFault.__subclasses__()
    assert len({fault.code for fault in found}) == len(found) == 10


@pytest.mark.parametrize(
    "data", [b"", b"nothing", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
)
def test_a_file_of_roots_without_certificate_is_refused(data: bytes) -> None:
    with pytest.raises(EvidenceUnreadable):
        read_roots(data)


@pytest.mark.django_db
def test_a_signature_by_reference_is_checked_against_the_certificate_that_is_known_here() -> None:
    ensure_authority(at=AT)
    signature = sign_statement(b"words", at=AT, by_reference=True)
    assert b"x5c" not in base64.urlsafe_b64decode(signature.split(b"..")[0] + b"==")
    assert verify_statement(b"words", signature, at=AT).valid
    assert not verify_statement(b"other words", signature, at=AT).valid


@pytest.mark.django_db
def test_a_reference_to_an_unknown_certificate_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    header = {"b64": False, "crit": ["b64"], "x5t#S256": "A" * 43, "iat": int(AT.timestamp())}
    token = jwt.PyJWS().encode(b"words", key, "ES256", headers=header, is_payload_detached=True)
    assert verify_statement(b"words", token.encode(), at=AT).code == "certificate-missing"


@pytest.mark.django_db
def test_a_signature_that_brings_its_own_payload_says_nothing_about_another() -> None:
    ensure_authority(at=AT)
    identity = part_identity(Purpose.HUB)
    header = {"x5c": [base64.b64encode(bytes(identity.row.der)).decode()], "iat": int(AT.timestamp())}
    token = jwt.PyJWS().encode(b"its own words", identity.key, "ES256", headers=header)
    assert verify_statement(b"other words", token.encode(), at=AT).code == "signature-unreadable"


@pytest.mark.django_db
def test_a_timestamp_is_checked_before_it_is_handed_on() -> None:
    ensure_authority(at=AT)
    service = fake_timestamps()
    assert stamp_digest(bytes(32), at=AT, service=service)
    for failing, nonsense in ((True, None), (False, b""), (False, b"nonsense")):
        service.failing, service.nonsense = failing, nonsense
        with pytest.raises(SigningUnavailable):
            stamp_digest(bytes(32), at=AT, service=service)


@pytest.mark.django_db
def test_roots_are_read_from_der_and_pem() -> None:
    ensure_authority(at=AT)
    der = root_certificate()
    encoded = base64.encodebytes(der).decode()
    text = f"-----BEGIN CERTIFICATE-----\n{encoded}-----END CERTIFICATE-----\n".encode()
    assert read_roots(der) == read_roots(text) == [der]
    assert read_roots(text * 2) == [der, der]
