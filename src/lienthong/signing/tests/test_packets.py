"""Packets are signed whole, and only what was signed whole by a trusted agency is accepted."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree
from signxml import CanonicalizationMethod, SignatureMethod, XMLSigner

from lienthong.kernel.lifting import lifted
from lienthong.signing import errors
from lienthong.signing.actions.authority import (
    ensure_agency_certificates,
    ensure_authority,
    revoke_certificate,
    rotate_key,
)
from lienthong.signing.certificates import Addresses, Holder, issue
from lienthong.signing.contracts import Algorithm, Purpose, RevocationReason
from lienthong.signing.models import Certificate
from lienthong.signing.packets import sign_packet, verify_packet
from lienthong.signing.queries import agency_identity, certificate_for_agency, issuer_key
from lienthong.signing.tests.factories import AT, PACKET, make_agency
from lienthong.signing.verdicts import require_signed_by, require_valid
from lienthong.signing.xml_scan import DSIG, scan
from lienthong.signing.xmldsig import sign_enveloped, verify_enveloped

pytestmark = pytest.mark.django_db


def root_of(agency_id: int, tmp_path: Path) -> Path:
    row = Certificate.objects.get(purpose="root")
    path = tmp_path / "root.der"
    path.write_bytes(bytes(row.der))
    return path


def test_a_signed_packet_names_its_agency() -> None:
    agency = make_agency()
    verdict = verify_packet(sign_packet(PACKET, agency_id=agency.pk, at=AT), at=AT)
    assert verdict.valid
    assert verdict.code == "valid"
    assert verdict.signed_by(agency.pk)
    assert [(signer.name, signer.agency_code) for signer in verdict.signers] == [(agency.name, agency.code)]


@pytest.mark.parametrize("algorithm", [Algorithm.P256, Algorithm.RSA2048])
def test_xmlsec1_accepts_what_we_sign(algorithm: Algorithm, tmp_path: Path) -> None:
    agency = make_agency(certificate=False)
    ensure_agency_certificates([agency.pk], at=AT, algorithm=algorithm)
    signed = sign_packet(PACKET, agency_id=agency.pk, at=AT)
    (tmp_path / "p.xml").write_bytes(signed)
    root = root_of(agency.pk, tmp_path)
    done = subprocess.run(
        [
            "xmlsec1",
            "--verify",
            "--verification-time",
            AT.strftime("%Y-%m-%d %H:%M:%S"),
            "--trusted-der",
            root,
            tmp_path / "p.xml",
        ],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert verify_packet(signed, at=AT).valid


def test_the_signature_is_the_last_child_of_the_header_in_its_own_default_namespace() -> None:
    agency = make_agency()
    signed = sign_packet(PACKET, agency_id=agency.pk, at=AT)
    header = next(found for found in etree.fromstring(signed).iter() if found.tag.endswith("}edXMLHeader"))
    assert header[-1].tag == f"{{{DSIG}}}Signature"
    assert f'<Signature xmlns="{DSIG}">'.encode() in signed


def test_a_changed_packet_is_refused() -> None:
    agency = make_agency()
    signed = sign_packet(PACKET, agency_id=agency.pk, at=AT)
    verdict = verify_packet(signed.replace(b">H55<", b">H56<"), at=AT)
    assert (verdict.valid, verdict.code) == (False, "signature-wrong")
    with pytest.raises(errors.SignatureWrong):
        require_valid(verdict)


def test_an_unsigned_packet_is_refused() -> None:
    assert verify_packet(PACKET, at=AT).code == "unsigned"


SHA1_TEMPLATE = (
    f'<Signature xmlns="{DSIG}"><SignedInfo>'
    '<CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>'
    f'<SignatureMethod Algorithm="{DSIG}rsa-sha1"/><Reference URI=""><Transforms>'
    f'<Transform Algorithm="{DSIG}enveloped-signature"/></Transforms>'
    f'<DigestMethod Algorithm="{DSIG}sha1"/><DigestValue/></Reference></SignedInfo><SignatureValue/>'
    "<KeyInfo><X509Data/></KeyInfo></Signature>"
).encode()


def xmlsec_sign(template: bytes, key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> bytes:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "key.pem").write_bytes(pem)
        (place / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        (place / "in.xml").write_bytes(template)
        command = [
            "xmlsec1",
            "--sign",
            "--privkey-pem",
            f"{place}/key.pem,{place}/cert.pem",
            place / "in.xml",
        ]
        return subprocess.run(command, check=True, capture_output=True).stdout


def record(certificate: x509.Certificate, agency_id: int) -> None:
    """Write it down as issued by us, with a key that is elsewhere."""
    der = certificate.public_bytes(Encoding.DER)
    Certificate.objects.create(
        purpose="agency",
        agency_id=agency_id,
        issuer=Certificate.objects.get(purpose="issuing"),
        subject="x",
        serial=f"{certificate.serial_number:x}",
        sha256=hashlib.sha256(der).hexdigest(),
        der=der,
        algorithm="rsa2048",
        store="elsewhere",
        key_id=uuid4(),
        valid_from=certificate.not_valid_before_utc,
        valid_to=certificate.not_valid_after_utc,
    )


def signed_packet() -> bytes:
    return sign_packet(PACKET, agency_id=make_agency().pk, at=AT)


def signature_in(signed: bytes) -> bytes:
    return signed[signed.index(b"<Signature ") : signed.index(b"</Signature>") + len(b"</Signature>")]


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"", "signed-file-empty"),
        (b"<a", "signed-xml-malformed"),
        (b"\xff\xfe<\x00a\x00/\x00>\x00", "signed-xml-malformed"),
        (b"<?xml version='1.0' encoding='UTF-16'?><a/>", "signed-xml-malformed"),
        ("<a>\N{LATIN SMALL LETTER A WITH GRAVE}</a>".encode("latin-1"), "signed-xml-malformed"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "signed-xml-doctype"),
        (b'<!DOCTYPE a SYSTEM "http://192.0.2.1/x.dtd"><a/>', "signed-xml-doctype"),
        (b"<!DOCTYPE a><a/>", "signed-xml-doctype"),
        (b"<a>" * 41 + b"</a>" * 41, "signed-xml-too-complex"),
        (b"<a>" + b"<b/>" * 250_001 + b"</a>", "signed-xml-too-complex"),
        (b"<a " + b" ".join(b"a%d=''" % n for n in range(41)) + b"/>", "signed-xml-too-complex"),
        (b"<a/>", "unsigned"),
        (f"<Signature xmlns='{DSIG}'/>".encode(), "certificate-missing"),
        (f"<a><Signature xmlns='{DSIG}'/><Signature xmlns='{DSIG}'/></a>".encode(), "signature-repeated"),
    ],
)
def test_hostile_xml_has_its_own_reason(xml: bytes, code: str) -> None:
    verdict = verify_packet(xml, at=AT)
    assert (verdict.valid, verdict.code) == (False, code)
    assert str(verdict.sentence)


def test_an_xml_bomb_is_refused_before_it_grows() -> None:
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE b [<!ENTITY e0 "ha">{entities}]><b>&e9;</b>'.encode()
    assert verify_packet(bomb, at=AT).code == "signed-xml-doctype"


def test_a_file_beyond_the_cap_is_refused(settings: pytest.FixtureRequest) -> None:
    settings.ENV = settings.ENV.model_copy(update={"axis_max_packet_bytes": 100})  # type: ignore[attr-defined]
    assert verify_packet(b"<a>" + b" " * 200 + b"</a>", at=AT).code == "signed-file-too-large"


def test_wrapping_a_signed_packet_in_another_is_refused() -> None:
    """The signed original is moved aside and a forged packet stands where it was read."""
    signed = signed_packet()
    inner = signed[signed.index(b"<edXML ") :].replace(signature_in(signed), b"")
    forged = PACKET.replace(b">H55<", b">H99<").replace(
        b"</edXML:edXMLHeader>", signature_in(signed) + b"</edXML:edXMLHeader>"
    )
    wrapped = forged.replace(
        b"<AttachmentEncoded/>", b"<AttachmentEncoded>" + inner + b"</AttachmentEncoded>"
    )
    assert verify_packet(wrapped, at=AT).code == "signature-wrong"


def test_a_reference_to_a_part_is_wrapping_even_if_the_signature_fits() -> None:
    agency = make_agency()
    identity = agency_identity(agency.pk, at=AT)
    root = etree.fromstring(PACKET)
    root[0].set("Id", "part")
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.ECDSA_SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    signed = etree.tostring(
        signer.sign(root, key=identity.key, cert=[identity.certificate], reference_uri="#part")
    )
    assert verify_packet(signed, at=AT).code == "signature-wrapping"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'URI=""', b'URI="#x"', "signature-wrong"),
        (b'xml-exc-c14n#"/></Transforms>', b'xml-c14n11"/></Transforms>', "signature-wrong"),
        (b"<DigestValue>", b"<DigestValue>AAAA", "signature-wrong"),
        (b"ecdsa-sha256", b"ecdsa-md5", "signature-unreadable"),
        (b"ecdsa-sha256", b"rsa-sha256", "signature-unreadable"),
    ],
)
def test_a_signature_that_was_tampered_with_is_refused(old: bytes, new: bytes, code: str) -> None:
    signed = signed_packet()
    assert old in signed
    verdict = verify_packet(signed.replace(old, new), at=AT)
    assert not verdict.valid
    assert verdict.code in {code, "signature-unsupported", "signature-wrapping"}


def test_content_hidden_in_the_signature_is_refused() -> None:
    hidden = signed_packet().replace(b"</Signature>", b"<Object><OrganId>H99</OrganId></Object></Signature>")
    assert verify_packet(hidden, at=AT).code in {"signature-unsupported", "signature-unreadable"}


def test_a_comment_cannot_split_what_was_signed() -> None:
    agency = make_agency()
    signed = sign_packet(PACKET.replace(b">H55<", b">H55.01<"), agency_id=agency.pk, at=AT)
    split = signed.replace(b">H55.01<", b">H55<!-- x -->.01<")
    certificate = agency_identity(agency.pk, at=AT).certificate
    packet = lifted(split)
    found = scan(packet, max_bytes=len(split))
    assert b">H55.01<" in verify_enveloped(packet, found, certificate=certificate).content


def test_the_certificate_of_another_authority_is_not_trusted() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    holder = Holder(Purpose.AGENCY, "Sở Giả mạo", "Sở Giả mạo", "H55")
    forged = issue(holder, key.public_key(), issuer=None, key=key, addresses=Addresses("http://x"), at=AT)
    verdict = verify_packet(sign_enveloped(lifted(PACKET), key=key, chain=[forged]), at=AT)
    assert (verdict.valid, verdict.code) == (False, "certificate-untrusted")
    assert [signer.trusted for signer in verdict.signers] == [False]
    assert verdict.signers[0].agency_code == ""


def test_a_signature_with_anothers_certificate_attached_is_wrong() -> None:
    one, two = make_agency(), make_agency()
    signed = sign_packet(PACKET, agency_id=one.pk, at=AT)
    mine, other = (certificate_for_agency(found.pk, at=AT) for found in (one, two))
    assert mine is not None
    assert other is not None
    xml = etree.fromstring(signed)
    place = xml.find(f".//{{{DSIG}}}X509Certificate")
    assert place is not None
    place.text = base64.b64encode(other.der).decode()
    assert verify_packet(etree.tostring(xml), at=AT).code == "signature-wrong"


def test_the_signature_of_another_agency_is_refused_as_such() -> None:
    one, two = make_agency(), make_agency()
    verdict = verify_packet(sign_packet(PACKET, agency_id=one.pk, at=AT), at=AT)
    assert require_signed_by(verdict, agency_id=one.pk, expected=one.name) is verdict
    with pytest.raises(errors.SignedByAnotherAgency) as refusal:
        require_signed_by(verdict, agency_id=two.pk, expected=two.name)
    assert one.name in refusal.value.say("vi")
    assert two.name in refusal.value.say("en")


def test_a_certificate_holds_only_in_its_time() -> None:
    agency = make_agency()
    signed = sign_packet(PACKET, agency_id=agency.pk, at=AT)
    assert verify_packet(signed, at=AT + timedelta(days=3 * 365 + 1)).code == "certificate-expired"
    assert verify_packet(signed, at=AT - timedelta(days=1)).code == "certificate-not-yet-valid"


def test_a_revoked_certificate_counts_no_more_and_signs_no_more() -> None:
    agency = make_agency()
    signed = sign_packet(PACKET, agency_id=agency.pk, at=AT)
    held = certificate_for_agency(agency.pk, at=AT)
    assert held is not None
    revoke_certificate(held.sha256, reason=RevocationReason.KEY_COMPROMISE, at=AT)
    assert verify_packet(signed, at=AT + timedelta(seconds=1)).code == "certificate-revoked"
    with pytest.raises(errors.NoCertificate):
        sign_packet(PACKET, agency_id=agency.pk, at=AT)


def test_what_an_old_key_signed_stays_valid_after_its_replacement() -> None:
    agency = make_agency()
    signed = sign_packet(PACKET, agency_id=agency.pk, at=AT)
    rotate_key(agency.pk, at=AT)
    again = sign_packet(PACKET, agency_id=agency.pk, at=AT)
    assert signature_in(signed) != signature_in(again)
    assert verify_packet(signed, at=AT).valid
    assert verify_packet(again, at=AT).valid


def signed_by_xmlsec(template: bytes) -> bytes:
    """The packet with this signature, made by xmlsec1, as our own signer makes no such one."""
    agency = make_agency(certificate=False)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    ensure_authority(at=AT)
    _, issuer = issuer_key(Purpose.ISSUING)
    holder = Holder(Purpose.AGENCY, agency.name, agency.name, agency.code)
    certificate = issue(
        holder, key.public_key(), issuer=issuer, key=issuer.key, addresses=Addresses("http://x"), at=AT
    )
    record(certificate, agency.pk)
    packet = PACKET.replace(b"</edXML:edXMLHeader>", template + b"</edXML:edXMLHeader>")
    return xmlsec_sign(packet, key, certificate)


def test_rsa_with_sha1_is_verified_and_called_weak() -> None:
    signed = signed_by_xmlsec(SHA1_TEMPLATE)
    verdict = verify_packet(signed, at=AT)
    assert (verdict.valid, verdict.code) == (True, "valid-weak")
    assert verdict.signers[0].weak == "rsa-sha1"


def test_a_signature_with_a_second_reference_is_refused_though_both_fit() -> None:
    """The first reference uses the tree up, so the second finds no signature in it."""
    start, end = SHA1_TEMPLATE.index(b"<Reference"), SHA1_TEMPLATE.index(b"</SignedInfo>")
    twice = SHA1_TEMPLATE[:end] + SHA1_TEMPLATE[start:end] + SHA1_TEMPLATE[end:]
    assert verify_packet(signed_by_xmlsec(twice), at=AT).code == "signature-wrapping"


def test_what_stands_beside_the_root_is_not_part_of_what_is_signed() -> None:
    signed = signed_packet()
    assert verify_packet(signed.replace(b"<edXML ", b"<?note a?><edXML ", 1), at=AT).valid
    assert verify_packet(signed + b"<?note a?><!-- b -->", at=AT).valid


def test_a_packet_is_signed_once() -> None:
    with pytest.raises(errors.AlreadySigned):
        sign_packet(signed_packet(), agency_id=make_agency().pk, at=AT)


def test_xml_without_header_has_no_place_for_a_signature() -> None:
    with pytest.raises(errors.NoPlaceForSignature):
        sign_packet(b"<a/>", agency_id=make_agency().pk, at=AT)


def test_an_agency_without_certificate_cannot_sign() -> None:
    agency = make_agency(certificate=False)
    with pytest.raises(errors.NoCertificate) as refusal:
        sign_packet(PACKET, agency_id=agency.pk, at=AT)
    assert agency.name in refusal.value.say("vi")


def test_a_large_attachment_is_signed_and_verified() -> None:
    agency = make_agency()
    large = PACKET.replace(
        b"<AttachmentEncoded/>", b"<AttachmentEncoded>" + b"QUFB" * 3_000_000 + b"</AttachmentEncoded>"
    )
    assert verify_packet(sign_packet(large, agency_id=agency.pk, at=AT), at=AT).valid
