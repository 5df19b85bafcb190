"""A packet that is read and hashed on its skeleton gets the verdict that the whole of it gets.

The whole is judged by signxml on all bytes, and by xmlsec1 where that is installed.
"""

from __future__ import annotations

import base64
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, XMLSigner, XMLVerifier  # type: ignore[attr-defined]
from signxml.algorithms import CanonicalizationMethod, SignatureMethod

from lienthong.directory.public import Agency
from lienthong.kernel.lifting import Lifted, lift
from lienthong.signing.packets import sign_lifted_packet, sign_packet, verify_packet
from lienthong.signing.queries import agency_identity
from lienthong.signing.tests.factories import AT, PACKET, make_agency

pytestmark = pytest.mark.django_db
ENDS = {0: b"", 64: b"\n", 76: b"\r\n", 100: b"\r"}


def run(size: int = 20_000, width: int = 0, seed: int = 1) -> bytes:
    text = base64.b64encode(random.Random(seed).randbytes(size))
    return ENDS[width].join(text[at : at + width] for at in range(0, len(text), width)) if width else text


def packet(*inside: bytes) -> bytes:
    """A packet with something in its attachments' place."""
    return PACKET.replace(b"<AttachmentEncoded/>", b"<A>" + b"".join(inside) + b"</A>")


def file(text: bytes) -> bytes:
    return b"<F><N>a.pdf</N><E>" + text + b"</E></F>"


def plain_signature(xml: bytes, agency: Agency, **changes: Any) -> bytes:
    """Signed by signxml over all bytes, as another program would."""
    identity = agency_identity(agency.pk, at=AT)
    root = etree.fromstring(xml, etree.XMLParser(huge_tree=True))
    header = root.find(".//{*}edXMLHeader")
    assert header is not None
    etree.SubElement(header, "{http://www.w3.org/2000/09/xmldsig#}Signature", Id="placeholder")
    values: dict[str, Any] = {
        "signature_algorithm": SignatureMethod.ECDSA_SHA256,
        "digest_algorithm": DigestAlgorithm.SHA256,
        "c14n_algorithm": CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    }
    signer = XMLSigner(**values | changes)
    signed = signer.sign(root, key=identity.key, cert=[identity.certificate, *identity.chain])  # type: ignore[arg-type]
    return etree.tostring(signed)


def fits_whole(xml: bytes, certificate: x509.Certificate) -> bool:
    """What signxml says of all bytes."""
    config = SignatureConfiguration(location=".//", verification_time=certificate.not_valid_before_utc)
    try:
        XMLVerifier().verify(
            xml, x509_cert=certificate, parser=etree.XMLParser(huge_tree=True), expect_config=config
        )
    except Exception:
        return False
    return True


def certificate_of(agency: Agency) -> x509.Certificate:
    return agency_identity(agency.pk, at=AT).certificate


WHITE = st.sampled_from([b"", b"\n", b"\r\n  ", b" x ", b"&amp;", "Việt".encode()])
RUN = st.builds(run, st.integers(12_000, 30_000), st.sampled_from(list(ENDS)), st.integers(0, 3))
PLACE = st.sampled_from(
    [
        b"<x>%s</x>",
        b"<!-- >%s<!- -->",
        b"<x><![CDATA[>%s<]]></x>",
        b"<x><![CDATA[%s]]></x>",
        b"<?x >%s<?>",
        b"<x a='>' b='%s'/>",
        b"<x>%s<!-- y --></x>",
        b"<x a='1'>%s<y/></x>",
        b"<p:x xmlns:p='u:p' p:z='' xmlns=''>%s</p:x>",
    ]
)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    inside = b""
    for place in draw(st.lists(PLACE, max_size=4)):
        text = draw(RUN)
        if b"'%s'" in place:
            text = b"A" * len(text)
        inside += draw(WHITE) + place % (
            draw(WHITE).replace(b"&amp;", b"") + text + draw(WHITE).strip(b"x &amp;")
        )
    return b"<r xmlns='u:r' xmlns:q='u:q' c='&#13;&lt;'>" + inside + b"&#13;</r>"


@settings(deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))
@given(xml=documents(), exclusive=st.booleans(), comments=st.booleans())
@example(xml=b"<r>&#13;" + run(20_000, 76) + b"\r\n</r>", exclusive=False, comments=True)
def test_the_canonical_form_is_that_of_the_whole(xml: bytes, exclusive: bool, comments: bool) -> None:
    def canonical(text: bytes) -> bytes:
        root = etree.fromstring(text, etree.XMLParser(huge_tree=True, resolve_entities=False))
        return etree.tostring(root, method="c14n", exclusive=exclusive, with_comments=comments)

    made = lift([xml])
    assert b"".join(made.filled(canonical(made.skeleton), end=b"\n")) == canonical(xml)


@pytest.mark.parametrize("width", list(ENDS))
@pytest.mark.parametrize(
    "method",
    [
        CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        CanonicalizationMethod.CANONICAL_XML_1_1,
        CanonicalizationMethod.CANONICAL_XML_1_0_WITH_COMMENTS,
    ],
)
def test_what_another_program_signed_is_valid(width: int, method: CanonicalizationMethod) -> None:
    agency = make_agency()
    xml = packet(file(run(30_000, width)), file(run(30_000, width)), file(run(40_000, 0, 2)))
    signed = plain_signature(xml, agency, c14n_algorithm=method)
    assert len(lift([signed]).runs) == 3 or width in (76, 100)  # lxml writes a CR as a reference
    verdict = verify_packet(signed, at=AT)
    assert verdict.valid, verdict.code


@pytest.mark.parametrize("width", list(ENDS))
def test_what_is_signed_here_fits_for_others(width: int, tmp_path: Path) -> None:
    agency = make_agency()
    made = lift([packet(file(run(30_000, width)), file(run(25_000, width, 2)))])
    assert len(made.runs) == 2
    signed = sign_lifted_packet(made, agency_id=agency.pk, at=AT)
    xml = signed.read()
    assert xml == lift([xml]).read()
    assert fits_whole(xml, certificate_of(agency))
    assert verify_packet(signed, at=AT).valid
    assert verify_packet(xml, at=AT).valid
    assert run(30_000, width) in xml
    assert fits_xmlsec(xml, agency, tmp_path)


def fits_xmlsec(xml: bytes, agency: Agency, folder: Path) -> bool:
    """What xmlsec1 says; true if it is not installed."""
    program = shutil.which("xmlsec1")
    if program is None:
        return True
    (folder / "packet.xml").write_bytes(xml)
    (folder / "certificate.pem").write_bytes(certificate_of(agency).public_bytes(Encoding.PEM))
    command = [program, "--verify", "--pubkey-cert-pem", str(folder / "certificate.pem")]
    command += ["--enabled-key-data", "key-name,x509", str(folder / "packet.xml")]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("width", list(ENDS))
@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(place=st.floats(0, 1, exclude_max=True), change=st.sampled_from([b"A", b"b", b"/", b"\n", b"", b"+A"]))
def test_a_run_in_which_anything_changed_is_refused(width: int, place: float, change: bytes) -> None:
    signed, text, certificate = _signed(width)
    at = signed.index(text) + int(place * len(text))
    changed = signed[:at] + change + signed[at + 1 :]
    assert verify_packet(changed, at=AT).valid == fits_whole(changed, certificate)
    if change.strip() and changed[at : at + 1] != signed[at : at + 1]:
        assert verify_packet(changed, at=AT).code == "signature-wrong"


def _signed(width: int) -> tuple[bytes, bytes, x509.Certificate]:
    agency, text = make_agency(), run(15_000, width)
    signed = sign_lifted_packet(lift([packet(file(text))]), agency_id=agency.pk, at=AT)
    return signed.read(), text, certificate_of(agency)


def test_every_piece_of_a_run_counts() -> None:
    signed, text, _certificate = _signed(0)
    start = signed.index(text)
    for place in range(0, len(text), 97):
        letter = b"B" if signed[start + place : start + place + 1] == b"A" else b"A"
        changed = signed[: start + place] + letter + signed[start + place + 1 :]
        assert verify_packet(changed, at=AT).code == "signature-wrong"


def test_files_that_change_places_are_refused() -> None:
    agency, one, other = make_agency(), run(20_000, 0, 1), run(20_000, 0, 2)
    signed = sign_packet(packet(file(one), file(other)), agency_id=agency.pk, at=AT)
    swapped = signed.replace(one, b"1").replace(other, one).replace(b">1<", b">" + other + b"<")
    assert len(swapped) == len(signed)
    assert verify_packet(swapped, at=AT).code == "signature-wrong"


def test_the_token_of_one_reading_says_nothing_in_another() -> None:
    agency = make_agency()
    made = lift([packet(file(run()))])
    signed = sign_lifted_packet(made, agency_id=agency.pk, at=AT)
    assert verify_packet(signed.read(), at=AT).valid
    assert verify_packet(signed.skeleton, at=AT).code == "signature-wrong"


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"<SignatureValue>", b"</SignatureValue>"), (b"<DigestValue>", b"</DigestValue>")],
)
def test_a_run_in_what_the_signature_is_read_from_is_refused(before: bytes, after: bytes) -> None:
    signed = sign_packet(packet(file(run())), agency_id=make_agency().pk, at=AT)
    start, end = signed.index(before) + len(before), signed.index(after)
    verdict = verify_packet(signed[:start] + run() + signed[end:], at=AT)
    assert verdict.code in {"signature-wrong", "signature-unsupported", "signature-unreadable"}


def test_a_certificate_as_long_as_a_run_is_refused() -> None:
    signed = sign_packet(packet(file(run())), agency_id=make_agency().pk, at=AT)
    start, end = signed.index(b"<X509Certificate>") + 17, signed.index(b"</X509Certificate>")
    assert not verify_packet(signed[:start] + run(15_000) + signed[end:], at=AT).valid


def test_a_run_beside_the_values_of_a_signature_is_refused() -> None:
    """It is outside of what the signature covers, as all within the signature is."""
    signed = sign_packet(packet(file(run())), agency_id=make_agency().pk, at=AT)
    for hidden in (b"<!-- >" + run() + b"< --></KeyInfo>", b"<KeyName>" + run() + b"</KeyName></KeyInfo>"):
        changed = signed.replace(b"</KeyInfo>", hidden)
        assert verify_packet(changed, at=AT).code == "signature-unsupported"


@pytest.mark.parametrize(
    "changed",
    [
        lambda xml: xml.replace(b"encoding='UTF-8'", b"encoding='ISO-8859-1'"),
        lambda xml: xml.replace(b"encoding='UTF-8'", b"encoding='UTF-7'"),
        lambda xml: xml.replace(b"encoding='UTF-8'", b"encoding='UTF-16'").decode().encode("utf-16"),
        lambda xml: xml.decode().encode("utf-16-le"),
        lambda xml: xml.replace(b"</E>", b"\0</E>"),
        lambda xml: xml.replace(b"<edXML ", b"<!DOCTYPE x [<!ENTITY e '>" + run() + b"<'>]><edXML ", 1),
    ],
)
def test_what_is_no_plain_utf8_is_refused_before_anything_is_believed(changed: Any) -> None:
    signed = sign_packet(packet(file(run())), agency_id=make_agency().pk, at=AT)
    assert changed(signed) != signed
    assert verify_packet(changed(signed), at=AT).code in {"signed-xml-malformed", "signed-xml-doctype"}


def test_the_size_of_the_whole_is_capped(settings: Any) -> None:
    settings.ENV = settings.ENV.model_copy(update={"axis_max_packet_bytes": 30_000})
    made: Lifted = lift([packet(file(run(40_000)))])
    assert len(made.skeleton) < 30_000
    assert verify_packet(made, at=AT).code == "signed-file-too-large"
