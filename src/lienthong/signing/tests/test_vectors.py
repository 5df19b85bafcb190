"""Files that others signed, or spoilt, pass through our own verifying code."""

from __future__ import annotations

import shutil
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from lienthong.signing.packets import verify_packet
from lienthong.signing.pdf_verifying import verify_pdf
from lienthong.signing.tests.factories import AT
from lienthong.signing.tests.vectors import VectorsUnavailable, vectors

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
IN_TIME = datetime(2020, 12, 1, tzinfo=UTC)  # while the test signers' certificates hold

# In the form packets carry, and cryptographically right: only the certificates are not ours, or are old.
FITTING_XML = {
    "phaos-xmldsig-three/signature-rsa-enveloped.xml": "certificate-expired",
    "pyXMLSecurity/edugain.xml": "certificate-expired",
}
# Each refused for its own reason.
REFUSED_XML = {
    "phaos-xmldsig-three/signature-rsa-enveloped-bad-digest-val.xml": "signature-wrong",
    "phaos-xmldsig-three/signature-rsa-enveloped-bad-sig.xml": "signature-wrapping",
    "phaos-xmldsig-three/signature-rsa-detached.xml": "signature-wrapping",
    "phaos-xmldsig-three/signature-rsa-enveloping.xml": "signature-unsupported",
    "phaos-xmldsig-three/signature-dsa-enveloped.xml": "signature-unsupported",
    "phaos-xmldsig-three/signature-rsa-detached-xslt-transform.xml": "certificate-missing",
    "aleksey-xmldsig-01-enveloped/enveloped-sha256-rsa-sha256-test-1.xml": "signature-wrapping",
    "aleksey-xmldsig-01-enveloped/invalid_enveloped_transform.xml": "signature-wrong",
    "aleksey-xmldsig-01/enveloping-md5-rsa-md5.xml": "signature-unsupported",
    "aleksey-xmldsig-01/enveloping-ripemd160-rsa-ripemd160.xml": "signature-unsupported",
    "aleksey-xmldsig-01/enveloping-sha256-hmac-sha256.xml": "certificate-missing",
    "aleksey-xmldsig-01/xpointer-hmac.xml": "signed-xml-doctype",
    "merlin-xmldsig-twenty-three/signature.xml": "signed-xml-doctype",
    "pyXMLSecurity/SAML_assertion_sha256.xml": "signature-wrapping",
    "soap/request.xml": "signature-wrapping",
}
# With pyHanko's testing authority as a trusted root.
JUDGED_PDF = {
    "certified-with-indirect-refs-in-dir.pdf": "valid",
    "pades-lta-dss-indirect-arrs-test.pdf": "valid",
    "pades-lta-dss-indirect-arrs-test-2.pdf": "valid",
    "pades-with-old-style-signing-cert-attr.pdf": "valid",
    "separate-annots-kids-indir.pdf": "valid",
    "sig-no-signed-attrs.pdf": "valid",
    "sig-with-ski-sid.pdf": "valid",
    "form-update-override-appearance-stream.pdf": "valid",
    "form-update-override-appearance-stream-sneaky.pdf": "pdf-revised",
    "form-update-ap-indirect-sneaky-trailer.pdf": "pdf-revised",
    "form-update-no-override-appearance-stream-ap-indirect-sneaky.pdf": "pdf-revised",
    "coverage-anomalies/one-byterange.pdf": "pdf-revised",
    "coverage-anomalies/signature-gap-too-big.pdf": "pdf-revised",
    "coverage-anomalies/tail-uncovered.pdf": "pdf-revised",
    "coverage-anomalies/weird-byterange.pdf": "pdf-revised",
    "minimal-signed-twice-both-created.pdf": "timestamp-wrong",
    "minimal-signed-twice-no-sig-type.pdf": "certificate-untrusted",
    "ed448-disallowed-hash.pdf": "certificate-untrusted",
    "pdf-sig-with-econtent.pdf": "pdf-broken",
    "circular-xref-chain.pdf": "pdf-broken",
    "form-tree-circular-ref-input.pdf": "pdf-broken",
    "xref-malformed-prev.pdf": "pdf-broken",
    "minimal-startxref-hopeless.pdf": "pdf-broken",
    "minimal-aes256.pdf": "pdf-encrypted",
    "minimal-rc4.pdf": "pdf-encrypted",
    "malformed-encrypt-dict1.pdf": "pdf-encrypted",
    "circular-page-tree.pdf": "unsigned",
    "struct-tree-circular-ref.pdf": "unsigned",
}


def unpacked(package: str) -> Path:
    try:
        return vectors(package)
    except VectorsUnavailable as error:
        message = f"INTEROP VECTORS NOT TESTED, the package registry gave no source distribution: {error}"
        warnings.warn(message, stacklevel=2)
        pytest.skip(message)


def test_every_xml_vector_gets_a_verdict_and_none_is_trusted() -> None:
    files = sorted((unpacked("signxml") / "test").rglob("*.xml"))
    assert len(files) > 100
    codes = {str(file): verify_packet(file.read_bytes(), at=AT) for file in files}
    assert [name for name, verdict in codes.items() if verdict.valid] == []
    assert all(str(verdict.sentence) for verdict in codes.values())


@pytest.mark.parametrize(("name", "code"), (FITTING_XML | REFUSED_XML).items())
def test_an_xml_vector_is_judged_as_it_should_be(name: str, code: str) -> None:
    content = (unpacked("signxml") / "test" / "interop" / name).read_bytes()
    assert verify_packet(content, at=AT).code == code


@pytest.mark.parametrize("name", FITTING_XML)
def test_a_fitting_xml_vector_with_one_letter_changed_is_wrong(name: str) -> None:
    content = (unpacked("signxml") / "test" / "interop" / name).read_bytes()
    root = etree.fromstring(content)
    root.text = (root.text or "") + "x"
    assert verify_packet(etree.tostring(root), at=AT).code == "signature-wrong"


def test_every_xml_bomb_is_stopped() -> None:
    folder = unpacked("signxml") / "test" / "defusedxml-test-data"
    bombs = [file for file in sorted(folder.iterdir()) if not file.name.startswith("simple")]
    assert {verify_packet(bomb.read_bytes(), at=AT).code for bomb in bombs} == {"signed-xml-doctype"}


@pytest.fixture
def testing_authority(tmp_path: Path, settings: Any) -> Path:
    """pyHanko's test files, whose authority is trusted for the time of a test."""
    data = unpacked("pyhanko") / "pyhanko_testing_commons" / "test_data" / "data"
    shutil.copy(data / "crypto" / "testing-ca" / "root" / "root.cert.pem", tmp_path / "root.pem")
    settings.ENV = settings.ENV.model_copy(update={"trusted_roots": tmp_path})
    return data / "pdf"


def test_every_pdf_vector_gets_a_verdict(testing_authority: Path) -> None:
    files = sorted(testing_authority.rglob("*.pdf"))
    assert len(files) > 100
    verdicts = [verify_pdf(file.read_bytes(), at=AT) for file in files]
    assert all(str(verdict.sentence) for verdict in verdicts)


@pytest.mark.parametrize(("name", "code"), JUDGED_PDF.items())
def test_a_pdf_vector_is_judged_as_it_should_be(testing_authority: Path, name: str, code: str) -> None:
    verdict = verify_pdf((testing_authority / name).read_bytes(), at=IN_TIME)
    assert verdict.code == code
