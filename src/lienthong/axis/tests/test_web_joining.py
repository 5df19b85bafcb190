"""The administrator's pages of systems and certificates, and the operator's "Go live"."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lienthong.axis.conformance import CASES, Kit
from lienthong.axis.models import ConnectedSystem, Serves
from lienthong.axis.onboarding import ConformanceReport, Verdict
from lienthong.axis.states import SystemState
from lienthong.axis.tests.factories import AT, World, system_for
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import official_in
from lienthong.kernel.clock import now
from lienthong.ledger.public import Subject, timeline
from lienthong.signing.public import certificates_of
from lienthong.signing.tests.factories import end_certificate


@pytest.fixture
def administrator(world: World) -> Client:
    return signed_in(world, Role.ADMINISTRATOR)


def signed_in(world: World, role: Role) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(official_in(world.office, role))
    return client


def request_file(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None) -> SimpleUploadedFile:
    key = key or ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    return SimpleUploadedFile("request.pem", request.public_bytes(Encoding.PEM))


def report_of(system: ConnectedSystem, verdict: Verdict, **changes: object) -> ConformanceReport:
    passed = verdict == Verdict.PASSED
    fields: dict[str, object] = {
        "started_at": AT,
        "finished_at": AT,
        "received_at": AT,
        "passed_count": len(CASES) - (not passed),
        "failed_count": int(not passed),
        "outcomes": [{"case": "inbox", "passed": passed, "got": "never seen", "seconds": 0.1}],
    }
    return ConformanceReport.objects.create(system=system, verdict=verdict, **fields | changes)


def test_an_administrator_registers_a_system_and_sees_its_secret_once(
    administrator: Client, world: World
) -> None:
    answer = administrator.post("/axis/mine/register/", {"name": "Phần mềm", "serves": "agency"})
    system = ConnectedSystem.objects.get(name="Phần mềm")
    assert (system.agency, system.state) == (world.office, SystemState.SANDBOX)
    [secret] = re.findall(r"<dd class=\"mono\">([\w-]{43})</dd>", answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    for address in ("/axis/mine/", f"/axis/mine/{system.pk}/"):
        page = administrator.get(address).content.decode()
        assert system.client_id in page
        assert secret not in page


def test_a_system_for_everyone_cannot_be_registered_by_an_agency(administrator: Client) -> None:
    before = ConnectedSystem.objects.count()
    answer = administrator.post("/axis/mine/register/", {"name": "S", "serves": "all"})
    assert (answer.status_code, ConnectedSystem.objects.count()) == (422, before)


def test_another_agencys_systems_and_certificates_are_not_there(administrator: Client, world: World) -> None:
    theirs = system_for(world.ministry, sandbox=True)
    [certificate] = certificates_of(agency_id=world.ministry.pk, at=now())
    assert administrator.get(f"/axis/mine/{theirs.pk}/").status_code == 404
    for address in (f"{theirs.pk}/rotate/", f"{theirs.pk}/kit/", f"{theirs.pk}/disable/"):
        assert administrator.post(f"/axis/mine/{address}", {"overlap": "0"}).status_code == 404
    address = f"/axis/mine/certificates/{certificate.sha256}/"
    assert administrator.get(address).status_code == 404
    assert administrator.post(f"{address}revoke/", {"reason": "superseded"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.disabled_at is None


def test_the_secret_is_replaced_with_an_overlap(administrator: Client, world: World) -> None:
    system = system_for(world.office, sandbox=True)
    answer = administrator.post(f"/axis/mine/{system.pk}/rotate/", {"overlap": "8"})
    assert len(re.findall(r"<dd class=\"mono\">([\w-]{43})</dd>", answer.content.decode())) == 1
    assert "The old secret ends" in administrator.get(f"/axis/mine/{system.pk}/").content.decode()
    assert administrator.post(f"/axis/mine/{system.pk}/rotate/", {"overlap": "48"}).status_code == 422


def test_the_kit_file_is_downloaded_and_never_cached(administrator: Client, world: World) -> None:
    system = system_for(world.office, sandbox=True)
    answer = administrator.post(f"/axis/mine/{system.pk}/kit/")
    assert Kit.from_json(answer.content).sender == "G22"
    assert json.loads(answer.content)["partner"]["client_secret"]
    assert "no-store" in answer["Cache-Control"]
    assert "attachment" in answer["Content-Disposition"]


def test_a_request_becomes_a_certificate_that_can_be_downloaded_and_revoked(
    administrator: Client, world: World
) -> None:
    answer = administrator.post(
        "/axis/mine/certificates/request/", {"purpose": "sign", "request": request_file()}, follow=True
    )
    [issued] = [row for row in certificates_of(agency_id=world.office.pk, at=now()) if not row.kept_here]
    assert issued.serial[:16] in answer.content.decode()
    pem = administrator.get(f"/axis/mine/certificates/{issued.sha256}/").content
    chain = x509.load_pem_x509_certificates(pem)
    assert (len(chain), chain[0].issuer) == (2, chain[1].subject)
    administrator.post(f"/axis/mine/certificates/{issued.sha256}/revoke/", {"reason": "keyCompromise"})
    states = {row.sha256: row.state for row in certificates_of(agency_id=world.office.pk, at=now())}
    assert states[issued.sha256] == "revoked"
    events = timeline(Subject("signing.certificate", issued.sha256))
    assert {event.verb for event in events} == {"certificate.request", "certificate.revoke"}


@pytest.mark.parametrize("content", [b"", b"no request", b"\x00" * 20_000])
def test_a_bad_request_is_explained_beside_its_field(administrator: Client, content: bytes) -> None:
    file = SimpleUploadedFile("request.pem", content)
    answer = administrator.post("/axis/mine/certificates/request/", {"purpose": "sign", "request": file})
    assert answer.status_code == 422
    assert "ds-validation-message" in answer.content.decode()


def test_the_key_kept_here_is_replaced(administrator: Client, world: World) -> None:
    administrator.post("/axis/mine/certificates/issue/")
    states = [row.state for row in certificates_of(agency_id=world.office.pk, at=now())]
    assert states == ["valid", "replaced"]


def test_a_certificate_about_to_end_is_told_of_to_both(administrator: Client, world: World) -> None:
    [certificate] = certificates_of(agency_id=world.office.pk, at=now())
    end_certificate(certificate.sha256, at=now())
    assert "Certificates that end within 30 days" in administrator.get("/axis/mine/").content.decode()
    operator = signed_in(world, Role.OPERATOR)
    assert "G22" in operator.get("/axis/systems/").content.decode()


def test_a_failed_run_is_shown_with_its_failures(administrator: Client, world: World) -> None:
    system = system_for(world.office, Serves.AGENCY, sandbox=True)
    report_of(system, Verdict.FAILED)
    page = administrator.get(f"/axis/mine/{system.pk}/").content.decode()
    assert "never seen" in page
    assert "The recipient&#x27;s inbox" in page
    assert "1 case failed" in page


def test_an_operator_sets_a_system_live_with_a_reason(world: World) -> None:
    operator, system = signed_in(world, Role.OPERATOR), system_for(world.office, sandbox=True)
    report_of(system, Verdict.PASSED)
    page = operator.get("/axis/systems/").content.decode()
    assert "All conformance cases passed." in page
    assert operator.post(f"/axis/systems/{system.pk}/live/", {"reason": ""}).status_code == 422
    assert operator.post(f"/axis/systems/{system.pk}/live/", {"reason": "Đã đạt"}).status_code == 302
    assert operator.post(f"/axis/systems/{system.pk}/live/", {"reason": "Đã đạt"}).status_code == 409
    system.refresh_from_db()
    assert system.state is SystemState.LIVE


def test_without_a_passed_report_the_button_says_so_and_still_works(world: World) -> None:
    operator, system = signed_in(world, Role.OPERATOR), system_for(world.office, sandbox=True)
    assert "Not all conformance cases have passed" in operator.get("/axis/systems/").content.decode()
    assert operator.post(f"/axis/systems/{system.pk}/live/", {"reason": "Gấp"}).status_code == 302


def test_a_system_that_the_operator_connects_begins_in_the_sandbox(world: World) -> None:
    operator = signed_in(world, Role.OPERATOR)
    operator.post("/axis/systems/connect/", {"name": "Mới", "agency": "H55", "serves": "agency"})
    assert ConnectedSystem.objects.get(name="Mới").state is SystemState.SANDBOX


def test_a_key_for_encryption_kept_here_is_issued_and_replaced(administrator: Client, world: World) -> None:
    for times in (1, 2):
        administrator.post("/axis/mine/certificates/issue/", {"purpose": "encrypt"})
        rows = [row for row in certificates_of(agency_id=world.office.pk, at=now()) if not row.signs]
        assert [row.state for row in rows] == ["valid", "replaced"][:times]
        assert all(row.kept_here for row in rows)
    page = administrator.get("/axis/mine/").content.decode()
    assert "Replaced, still opens" in page
    assert "Replace the key for encryption" in page
    events = timeline(Subject("signing.certificate", rows[0].sha256))
    assert [event.verb for event in events] == ["certificate.issue"]


def test_a_request_for_encryption_needs_a_key_that_can_be_encrypted_for(
    administrator: Client, world: World
) -> None:
    answer = administrator.post(
        "/axis/mine/certificates/request/", {"purpose": "encrypt", "request": request_file()}
    )
    assert answer.status_code == 422
    assert "RSA of 3072 or 4096 bits" in answer.content.decode()
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    administrator.post(
        "/axis/mine/certificates/request/", {"purpose": "encrypt", "request": request_file(key)}
    )
    [row] = [row for row in certificates_of(agency_id=world.office.pk, at=now()) if not row.signs]
    assert (row.state, row.kept_here) == ("valid", False)
    assert "Your system keeps the current key" in administrator.get("/axis/mine/").content.decode()


def test_a_certificate_of_an_authority_not_trusted_here_is_not_given_out(
    administrator: Client, world: World
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    name = x509.Name([x509.NameAttribute(x509.ObjectIdentifier("2.5.4.97"), "GO:VN-G22")])
    usage = x509.KeyUsage(False, False, True, False, False, False, False, False, False)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .serial_number(7)
        .public_key(key.public_key())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    file = SimpleUploadedFile("certificate.pem", made.public_bytes(Encoding.PEM))
    answer = administrator.post("/axis/mine/certificates/request/", {"purpose": "encrypt", "request": file})
    assert answer.status_code == 422
    assert "is not believed" in answer.content.decode()
    assert all(row.signs for row in certificates_of(agency_id=world.office.pk, at=now()))
