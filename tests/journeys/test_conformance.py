"""The conformance kit in full against a real server, and against doubles that break one rule each."""

from __future__ import annotations

import json
import os
import secrets
import stat
import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lienthong.axis import conformance
from lienthong.axis.actions.joining import register_system
from lienthong.axis.actions.playing import make_kit
from lienthong.axis.models import Serves, TokenFailure
from lienthong.axis.onboarding import ConformanceReport, Verdict
from lienthong.directory.public import Agency
from lienthong.kernel.clock import now
from lienthong.ledger.public import Actor
from lienthong.signing.public import issue_from_request
from tests.journeys.conftest import Site

COMMAND = Path(sys.executable).with_name("lienthong")
ADMINISTRATOR = Actor(kind="job", id="test", name="test")


@dataclass(frozen=True)
class Joined:
    """A system in the sandbox with all that its agency got for it."""

    url: str
    system_id: int
    credentials: conformance.Credentials
    kit: conformance.Kit
    key: bytes
    certificate: bytes

    @property
    def seal(self) -> conformance.Seal:
        return conformance.Seal.from_pem(self.key, self.certificate)

    def run(self, transport: httpx.BaseTransport | None = None) -> conformance.Report:
        return conformance.conform(self.url, self.credentials, self.kit, self.seal, transport=transport)


@pytest.fixture(scope="module")
def joined(site: Site) -> Joined:
    """An agency of its own with RSA-2048, a system in the sandbox and a kit."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    with site.data():
        code = f"Q{secrets.randbelow(10**6)}"
        agency = Agency.objects.create(
            code=code, old_code=f"000.00.00.{code}", name="Sở Thử", short_name="ST", kind="department",
            valid_from=date(2000, 1, 1),
        )  # fmt: skip
        at = now()
        certificate = issue_from_request(request.public_bytes(Encoding.PEM), agency_id=agency.pk, at=at)
        system, credentials = register_system(
            name="Phần mềm", agency=agency, serves=Serves.AGENCY, actor=ADMINISTRATOR, at=at
        )
        kit = make_kit(system, actor=ADMINISTRATOR, at=at)
    pem = x509.load_der_x509_certificate(certificate.der).public_bytes(Encoding.PEM)
    return Joined(
        site.url,
        system.pk,
        conformance.Credentials(credentials.client_id, credentials.client_secret),
        conformance.Kit.from_json(kit.to_json()),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        pem,
    )


def test_this_axis_passes_every_case_and_believes_the_report(site: Site, joined: Joined) -> None:
    report = joined.run()
    failed = {outcome.case: outcome.got for outcome in report.outcomes if not outcome.passed}
    assert failed == {}
    assert [outcome.case for outcome in report.outcomes] == [case.id for case in conformance.CASES]
    assert conformance.deliver_report(report, joined.credentials) == Verdict.PASSED


def test_a_report_of_what_did_not_happen_is_not_believed(site: Site, joined: Joined) -> None:
    at = now() + timedelta(minutes=20)
    outcomes = tuple(conformance.Outcome(case.id, True, "", 0.0) for case in conformance.CASES)
    invented = conformance.Report(
        joined.url, joined.credentials.client_id, at, at, outcomes, str(uuid.uuid4())
    )
    assert conformance.deliver_report(invented, joined.credentials) == Verdict.UNPROVEN
    partial = replace(invented, outcomes=outcomes[:-1])
    assert conformance.deliver_report(partial, joined.credentials) == Verdict.INCOMPLETE
    with site.data():
        kept = ConformanceReport.objects.filter(system=joined.system_id).order_by("pk").last()
        assert kept is not None
        assert "nothing-kept" in kept.missing


Change = Callable[[httpx.Request, httpx.Response], httpx.Response]


class Double(httpx.BaseTransport):
    """A deliberately faulty axis: the real one, but for one rule, which `change` breaks in the answers."""

    def __init__(self, change: Change) -> None:
        self.change, self.real = change, httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self.real.handle_request(request)
        response.read()
        return self.change(request, response)

    def close(self) -> None:
        self.real.close()


def answer(status: int, body: Any) -> httpx.Response:
    return httpx.Response(status, json=body)


def receipt(**facts: Any) -> dict[str, Any]:
    """A receipt that can be read, and that nobody signed."""
    made = {
        "packet_id": str(uuid.uuid4()),
        "document_id": "",
        "sender": "",
        "sha256": "",
        "received_at": now().isoformat(),
        "recipients": [],
        "statement": "",
        "signature": "",
    }
    return made | facts


def takes(code: str) -> Change:
    """Accepts the packets that it should refuse with this code."""

    def change(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        single = request.url.path.endswith("/packets")
        return answer(202, receipt()) if single and title_of(response) == code else response

    return change


def takes_status(code: str) -> Change:
    """Accepts the statuses that it should refuse with this code."""

    def change(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.url.path.endswith("/status") and title_of(response) == code:
            return answer(200, {"delivery_id": str(uuid.uuid4()), "state": "01"})
        return response

    return change


def title_of(response: httpx.Response) -> str:
    return str(response.json().get("title")) if response.status_code >= 400 and response.content else ""


def new_receipt_each_time(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    repeated = request.url.path.endswith("/packets") and response.status_code == 200
    return answer(200, response.json() | {"packet_id": str(uuid.uuid4())}) if repeated else response


def other_bytes(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    collected = request.method == "GET" and request.url.path.endswith("/packet")
    return httpx.Response(200, content=response.content + b" ") if collected else response


def empty_inbox(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    listed = request.url.path.endswith("/inbox") and response.status_code == 200
    return answer(200, {"items": [], "next": ""}) if listed else response


def wrong_clock(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    if request.url.path.endswith("/packets") and response.is_success:
        facts = response.json()
        behind = datetime.fromisoformat(facts["received_at"]) - timedelta(minutes=10)
        return answer(response.status_code, facts | {"received_at": behind.isoformat()})
    return response


def any_token(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    let_in = response.status_code == 401 and "authorization" in request.headers
    asked = request.url.path.endswith("/inbox")
    return answer(200, {"items": [], "next": ""}) if let_in and asked else response


def no_token(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    let_in = response.status_code == 401 and "authorization" not in request.headers
    return answer(200, {"items": [], "next": ""}) if let_in else response


def short_bulk(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    if request.url.path.endswith("/bulk"):
        return answer(200, {"answers": response.json()["answers"][:-1]})
    return response


def says_it_in_english_only(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    if title_of(response) == "pdf-broken":
        problem = response.json()
        return answer(422, problem | {"sentences": {"en": problem["sentences"]["en"]}})
    return response


def no_agencies(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    asked = request.url.path.endswith("/agencies")
    return answer(200, {"items": [], "next": ""}) if asked else response


def takes_upload(code: str) -> Change:
    """Accepts the bytes of uploads that it should refuse with this code."""

    def change(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        written = request.method == "PATCH" and title_of(response) == code
        return httpx.Response(204, headers={"Upload-Offset": "5"}) if written else response

    return change


def forgets_uploads(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    asked = request.method == "HEAD" and response.headers.get("Upload-Offset", "0") not in "05"
    return httpx.Response(200, headers={"Upload-Offset": "0"}) if asked else response


def shows_uploads_to_all(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    hidden = request.method == "HEAD" and response.status_code == 404
    return httpx.Response(200, headers={"Upload-Offset": "0"}) if hidden else response


FAULTS: dict[str, tuple[Change, set[str]]] = {
    "a wrong signature is taken": (takes("signature-wrong"), {"signature-wrong"}),
    "a revoked certificate is taken": (takes("certificate-revoked"), {"certificate-revoked"}),
    "an unknown recipient is taken": (takes("unknown-recipient"), {"recipient-unknown"}),
    "a closed agency is taken": (takes("closed-recipient"), {"recipient-closed"}),
    "a recipient twice is taken": (takes("recipient-repeated"), {"recipient-twice"}),
    "10,000 recipients are taken": (takes("too-many-recipients"), {"recipients-10000"}),
    "a secret document is taken": (takes("secret-document"), {"secret-document"}),
    "a zip bomb is taken": (takes("attachment-zip-bomb"), {"zip-bomb"}),
    "other content with the same id is taken": (takes("document-id-reused"), {"id-reused"}),
    "the same packet gets a new receipt": (new_receipt_each_time, {"submit-again"}),
    "the collected bytes are others": (other_bytes, {"collect"}),
    "the inbox is empty": (empty_inbox, {"inbox"}),
    "the clock is 10 minutes behind": (wrong_clock, {"clock"}),
    "tokens do not end": (any_token, {"token-rotated", "token-disabled"}),
    "no token is needed": (no_token, {"token-missing"}),
    "a bulk call forgets an answer": (short_bulk, {"bulk"}),
    "a problem is told in one language": (says_it_in_english_only, {"pdf-broken"}),
    "statuses may come in any order": (takes_status("status-out-of-order"), {"status-out-of-order"}),
    "a status may be of tomorrow": (takes_status("status-in-future"), {"status-in-future"}),
    "anyone may report a status": (takes_status("not-found"), {"status-never-received"}),
    "no agency is listed": (no_agencies, {"agencies"}),
    "what arrived of an upload is forgotten": (forgets_uploads, {"upload-resumed"}),
    "bytes are taken at any offset": (takes_upload("upload-offset-wrong"), {"upload-offset"}),
    "an upload is shown to every system": (shows_uploads_to_all, {"upload-of-another"}),
    "more bytes than announced are taken": (takes_upload("upload-too-long"), {"upload-too-long"}),
    "bytes with a wrong checksum are taken": (takes_upload("upload-checksum-wrong"), {"upload-checksum"}),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_exactly_the_case_of_a_broken_rule_turns_red(site: Site, joined: Joined, fault: str) -> None:
    change, red = FAULTS[fault]
    with site.data():
        TokenFailure.objects.all().delete()  # each run tries one wrong secret; ten would lock the system out
    report = joined.run(Double(change))
    failed = {outcome.case: outcome.got for outcome in report.outcomes if not outcome.passed}
    assert failed.keys() == red, failed


def test_the_command_does_it_all_from_files(joined: Joined, tmp_path: Path) -> None:
    contents = {
        "kit.json": joined.kit.to_json(),
        "key.pem": joined.key,
        "certificate.pem": joined.certificate,
        "credentials.json": json.dumps(
            {"client_id": joined.credentials.client_id, "client_secret": joined.credentials.client_secret}
        ).encode(),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(stat.S_IRUSR | stat.S_IWUSR)
    files = {name.partition(".")[0]: name for name in contents}
    options = [word for name, file in files.items() for word in (f"--{name}", file)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIENTHONG_")}
    done = subprocess.run(
        [
            COMMAND,
            "conformance",
            joined.url,
            *options,
            "--json",
            "r.json",
        ],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("✓") == len(conformance.CASES)
    assert "The installation has the report: passed" in done.stdout
    assert len(json.loads((tmp_path / "r.json").read_text())["outcomes"]) == len(conformance.CASES)
