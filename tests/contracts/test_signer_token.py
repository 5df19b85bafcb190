"""What every signer's token must do, and the whole way of `lienthong sign-token` with each of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from cryptography import x509
from django.test import Client
from django.urls import reverse
from tests.contracts.test_key_store import PIN, TOKEN, verify
from tests.contracts.test_key_store import token as token

from lienthong.config.cli import tokens
from lienthong.documents.public import NumberSeries
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, official_in, official_of
from lienthong.kernel.blobs import read_blob
from lienthong.kernel.clock import now
from lienthong.office.public import OutgoingDocument
from lienthong.office.tests.factories import draft
from lienthong.signing.adapters.fake import FakeToken
from lienthong.signing.adapters.pkcs11 import Pkcs11KeyStore
from lienthong.signing.adapters.signer_token import Pkcs11Token
from lienthong.signing.contracts import Algorithm
from lienthong.signing.ports import SignerToken, TokenUnavailable
from lienthong.signing.public import (
    ensure_agency_certificates,
    issue_token_from_request,
    token_certificates,
    verify_pdf,
)


@pytest.fixture(params=["fake p256", "fake rsa2048", "pkcs11 p256", "pkcs11 rsa2048"])
def held(request: pytest.FixtureRequest) -> Iterator[SignerToken]:
    kind, _space, algorithm = request.param.partition(" ")
    if kind == "fake":
        yield FakeToken(Algorithm(algorithm))
        return
    module, key = request.getfixturevalue("token"), uuid4()
    Pkcs11KeyStore(module=module, token=TOKEN, pin=PIN).generate([key], Algorithm(algorithm))
    with Pkcs11Token(module=module, pin=PIN, token=TOKEN, key=str(key)) as opened:
        yield opened


def test_it_signs_and_makes_a_request_for_its_own_key(held: SignerToken) -> None:
    verify(held.public_key(), held.sign(b"data"), b"data")
    made = x509.load_pem_x509_csr(tokens.request_of(held))
    assert made.is_signature_valid


@pytest.mark.parametrize(
    ("named", "says"), [({"token": "another"}, "no such token"), ({"key": "another"}, "no such private key")]
)
def test_what_is_not_there_is_told(token: str, named: dict[str, str], says: str) -> None:
    with (
        pytest.raises(TokenUnavailable, match=says),
        Pkcs11Token(**{"module": token, "pin": PIN, "token": TOKEN, **named}),
    ):
        pass


def test_a_wrong_pin_and_a_driver_that_is_none_are_told_on_the_signers_machine(
    token: str, tmp_path: Path
) -> None:
    for module, says in ((token, "PIN is wrong"), ("/nowhere.so", "cannot be used")):
        told = subprocess.run(
            [
                *(Path(sys.executable).with_name("lienthong"), "request-token", "--module", module),
                *("--token", TOKEN, "--out", tmp_path / "request.pem"),
            ],
            input="4321\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert (told.returncode, says in told.stdout + told.stderr) == (1, True), told
    assert not (tmp_path / "request.pem").exists()


@pytest.mark.django_db
def test_the_command_signs_a_list_and_the_server_issues_with_numbers_in_a_row(held: SignerToken) -> None:
    ours = agency()
    ensure_agency_certificates([ours.pk], at=now())
    account = official_in(ours, Role.LEADER)
    official = official_of(account)
    issue_token_from_request(tokens.request_of(held), official_id=official.pk, at=now())
    drafts = [draft(ours, agency()) for _number in range(3)]
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(account)
    page = browser.post(reverse("office:to_sign_by_token"), {"documents": [row.pk for row in drafts]})
    told: list[tokens.Signed] = []
    with _client(page.context["code"]) as client:
        assert tokens.sign_list(client, held, told.append) == 0
    assert [row.state for row in told] == ["signed"] * 3
    assert NumberSeries.objects.get(agency=ours).last == 3
    for number, row in enumerate(OutgoingDocument.objects.filter(agency=ours).order_by("id"), start=1):
        assert row.code == told[number - 1].note
        assert row.code.startswith(f"0{number}/")
        assert row.document.pdf is not None
        verdict = verify_pdf(read_blob(row.document.pdf), at=now())
        assert verdict.valid, verdict
        personal, seal = verdict.signers
        assert (personal.official_id, seal.agency_id) == (official.pk, ours.pk)
        assert personal.certificate == token_certificates(official.pk).get().sha256
        assert personal.timestamped


def _client(code: str) -> httpx.Client:
    """A client whose calls go to Django without a network."""
    server = Client()

    def forward(request: httpx.Request) -> httpx.Response:
        answer = server.post(
            request.url.path,
            request.content,
            content_type="application/json",
            headers={"authorization": request.headers["authorization"]},
        )
        return httpx.Response(answer.status_code, content=answer.content, headers=dict(answer.headers))

    return httpx.Client(
        base_url=f"https://server{tokens.API}",
        headers={"Authorization": f"Bearer {code}"},
        transport=httpx.MockTransport(forward),
    )
