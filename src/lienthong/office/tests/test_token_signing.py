"""A list signed by the leader's own token: what is asked, what is believed, and that no number is lost."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from django.urls import reverse

from lienthong.directory.public import PostHolding
from lienthong.documents.public import ChangedSinceAsked, NumberSeries
from lienthong.identity.public import Account, NotAllowed, Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.office.actions import bulk
from lienthong.office.actions import token_signing as actions
from lienthong.office.actions.outgoing import discard, sign_and_send
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.models import OutgoingDocument, Recipient, TokenList
from lienthong.office.states import OutState
from lienthong.office.tests.factories import NOON, draft
from lienthong.office.tests.pages import client_as, client_of, signer_in, text_of
from lienthong.signing.public import (
    RevocationReason,
    TokenSignatureWrong,
    ensure_agency_certificates,
    ensure_official_certificates,
    issue_token_from_request,
    revoke_certificate,
    token_certificates,
)

pytestmark = pytest.mark.django_db


class House:
    """An agency whose leader has a key here and a token."""

    def __init__(self, *drafts: str) -> None:
        self.ours = agency()
        ensure_agency_certificates([self.ours.id], at=NOON)
        self.leader = viewer_in(self.ours, Role.LEADER, at=NOON)
        self.key = ec.generate_private_key(ec.SECP256R1())
        ensure_official_certificates([self.official], at=NOON)
        certify(self.key, self.official, at=NOON)
        self.drafts = [draft(self.ours, agency()) for _number in range(3)]
        self.axis = FakeAxis()

    @property
    def official(self) -> int:
        return self.leader.official_id or 0

    @property
    def numbers(self) -> int:
        series = NumberSeries.objects.filter(agency=self.ours).first()
        return series.last if series else 0

    def open(self, *, count: int = 3, at: datetime = NOON) -> str:
        documents = [row.id for row in self.drafts[:count]]
        return actions.open_token_list(viewer=self.leader, documents=documents, at=at)[1]

    def ask(self, code: str, *, at: datetime = NOON) -> actions.Question:
        asked = actions.ask_next(code=code, at=at, port=self.axis)
        assert asked is not None
        return asked

    def answer(self, code: str, asked: actions.Question, *, at: datetime = NOON) -> str:
        value = self.key.sign(asked.to_sign, ec.ECDSA(hashes.SHA256()))
        item = actions.answer(code=code, request=asked.request, value=value, at=at, port=self.axis)
        return f"{item.state} {item.note}"


def certify(key: ec.EllipticCurvePrivateKey, official_id: int, *, at: datetime) -> str:
    """A certificate for the key; its SHA-256."""
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    pem = request.public_bytes(Encoding.PEM)
    return issue_token_from_request(pem, official_id=official_id, at=at).sha256


def test_asking_takes_no_number_and_another_who_takes_it_meanwhile_leaves_no_gap() -> None:
    house = House()
    code = house.open(count=2)
    asked = house.ask(code)
    assert (asked.left, house.numbers) == (2, 0)
    assert OutgoingDocument.objects.get(pk=house.drafts[0].pk).state == OutState.DRAFT
    other = sign_and_send(outgoing_id=house.drafts[2].id, viewer=house.leader, at=NOON, port=house.axis)
    assert other.code.startswith("01/")
    with pytest.raises(ChangedSinceAsked):
        house.answer(code, asked)
    assert house.numbers == 1
    assert house.answer(code, house.ask(code)).startswith("signed 02/")
    assert house.answer(code, house.ask(code)).startswith("signed 03/")
    assert actions.ask_next(code=code, at=NOON) is None
    held = TokenList.objects.get()
    assert (held.request, held.asked, held.pdf, held.item) == (None, None, None, None)
    assert len(house.axis.packets) == 3


def test_what_is_changed_or_told_wrongly_between_is_not_issued() -> None:
    house = House()
    code = house.open()
    asked = house.ask(code)
    stranger = ec.generate_private_key(ec.SECP256R1())
    wrong = [
        stranger.sign(asked.to_sign, ec.ECDSA(hashes.SHA256())),
        house.key.sign(b"another document", ec.ECDSA(hashes.SHA256())),
        b"",
        b"x" * 5000,
    ]
    for value in wrong:
        with pytest.raises(TokenSignatureWrong):
            actions.answer(code=code, request=asked.request, value=value, at=NOON)
        asked = house.ask(code)
    with pytest.raises(actions.NotAskedThis):
        actions.answer(code=code, request=uuid4(), value=b"x", at=NOON)
    with pytest.raises(actions.NotAskedThis):
        house.answer(code, asked, at=NOON + timedelta(minutes=6))
    assert (house.numbers, OutgoingDocument.objects.filter(state=OutState.DRAFT).count()) == (0, 3)
    given_up = house.ask(code)  # after five tries the next document is asked about
    assert given_up.left == 2
    assert bulk_states()[0] == "failed"
    assert house.answer(code, given_up).startswith("signed 01/")


def bulk_states() -> list[str]:
    made = TokenList.objects.get().signing_list
    return list(made.items.order_by("position").values_list("state", flat=True))


def test_the_code_opens_its_list_alone_for_a_time_and_as_long_as_its_leader_leads() -> None:
    house = House()
    code = house.open()
    asked = house.ask(code)
    ends = [
        lambda: TokenList.objects.update(expires_at=NOON),
        lambda: bulk.stop_signing(
            list_id=TokenList.objects.get().signing_list_id, viewer=house.leader, at=NOON
        ),
        lambda: PostHolding.objects.filter(official_id=house.official).update(
            valid_to=NOON.date() - timedelta(days=1)
        ),
    ]
    with pytest.raises(actions.TokenCodeWrong):
        actions.ask_next(code=code + "x", at=NOON)
    assert not TokenList.objects.filter(code_sha256=code).exists()
    assert house.ask(code.lower().replace("-", " ")).left == 3
    asked = house.ask(code)
    for number, end in enumerate(ends):
        if number:
            TokenList.objects.all().delete()
            code = house.open() if number < len(ends) else code
            asked = house.ask(code)
        end()
        with pytest.raises(actions.TokenCodeWrong):
            actions.ask_next(code=code, at=NOON)
        with pytest.raises(actions.TokenCodeWrong):
            house.answer(code, asked)
    assert house.numbers == 0


def test_one_that_cannot_be_signed_is_noted_and_a_revoked_certificate_signs_no_more() -> None:
    house = House()
    Recipient.objects.filter(document=house.drafts[0]).delete()
    code = house.open()
    assert house.answer(code, house.ask(code)).startswith("signed 01/")
    asked = house.ask(code)
    certificate = token_certificates(house.official).get()
    revoke_certificate(certificate.sha256, reason=RevocationReason.KEY_COMPROMISE, at=NOON)
    assert house.answer(code, asked).startswith("failed ")
    assert bulk_states() == ["failed", "signed", "failed"]
    with pytest.raises(actions.NoToken):
        house.open(count=1)


def test_a_draft_thrown_away_meanwhile_leaves_a_list_of_the_token() -> None:
    house = House()
    code = house.open(count=2)
    asked = house.ask(code)
    discard(outgoing_id=house.drafts[0].id, viewer=house.leader, at=NOON)
    assert TokenList.objects.get().signing_list.by_token
    with pytest.raises(actions.NotAskedThis):
        house.answer(code, asked)
    assert house.answer(code, house.ask(code)).startswith("signed 01/")


def test_the_key_kept_here_signs_no_list_of_the_token_and_only_leaders_make_one() -> None:
    house = House()
    house.open()
    held = TokenList.objects.get().signing_list
    assert not bulk.sign_next(list_id=held.id, viewer=house.leader, at=NOON, port=house.axis)
    assert house.numbers == 0
    with pytest.raises(NotAllowed):
        actions.open_token_list(
            viewer=viewer_in(house.ours, Role.CLERK, at=NOON), documents=[house.drafts[0].id], at=NOON
        )
    with pytest.raises(bulk.NothingChosen):
        actions.open_token_list(viewer=house.leader, documents=[], at=NOON)


def test_the_page_offers_the_token_to_who_has_one_and_shows_the_code_once() -> None:
    house = House()
    account = Account.objects.get(official_id=house.official)
    client = client_of(account)
    assert "with my token" in text_of(client.get(reverse("office:to_sign")))
    assert "with my token" not in text_of(client_of(signer_in(house.ours)).get(reverse("office:to_sign")))
    chosen = {"documents": [str(row.id) for row in house.drafts[:2]]}
    page = client.post(reverse("office:to_sign_by_token"), chosen)
    code = page.context["code"]
    assert (page.status_code, page["Cache-Control"], code in text_of(page)) == (200, "no-store", True)
    held = TokenList.objects.get()
    assert code not in text_of(client.get(reverse("office:signing_list", args=[held.signing_list_id])))
    assert client.post(reverse("office:to_sign_by_token")).status_code == 422
    call = {"content_type": "application/json", "headers": {"authorization": f"Bearer {code}"}}
    url = reverse("office:token-api:give_signature")
    for body, status in (
        ("[", 422),
        ({"request": "x", "value": ""}, 422),
        ({"request": str(uuid4()), "value": "!"}, 422),
    ):
        assert client_as(Role.CLERK, agency()).post(url, body, **call).status_code == status
    value = base64.b64encode(b"x").decode()
    answer = client.post(url, {"request": str(uuid4()), "value": value}, **call)
    assert (answer.status_code, answer.json()["title"]) == (409, "not-asked-this")
    TokenList.objects.update(expires_at=NOON)
    assert "make a new list" in text_of(
        client.get(reverse("office:signing_list", args=[held.signing_list_id]))
    )
