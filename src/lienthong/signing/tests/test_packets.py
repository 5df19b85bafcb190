"""Packets are signed whole, and only what was signed whole by a trusted agency is accepted."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from lxml import etree

from lienthong.signing import errors
from lienthong.signing.actions.authority import ensure_agency_certificates
from lienthong.signing.contracts import Algorithm
from lienthong.signing.models import Certificate
from lienthong.signing.packets import sign_packet, verify_packet
from lienthong.signing.tests.factories import AT, PACKET, make_agency
from lienthong.signing.verdicts import require_valid
from lienthong.signing.xml_scan import DSIG

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


@pytest.mark.parametrize("algorithm", Algorithm)
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
