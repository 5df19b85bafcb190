"""The cases of tokens: who may come in, and to what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx

from lienthong.axis.client import AxisRefused
from lienthong.axis.conformance.contracts import Case, Failed, Kit
from lienthong.axis.conformance.run import Run, expect_refusal
from lienthong.kernel.clock import now

# Tokens of the kit expire by themselves after half an hour, and then prove nothing.
FRESH = timedelta(minutes=25)


def _token(run: Run) -> str:
    with run.http() as http:
        answer = http.post(
            "token",
            data={"grant_type": "client_credentials"},
            auth=(run.credentials.client_id, run.credentials.client_secret),
        )
    if answer.status_code != 200:
        raise Failed(f"{answer.status_code} {answer.text[:200]}")
    facts = answer.json()
    if str(facts.get("token_type")).lower() != "bearer" or not facts.get("access_token"):
        raise Failed(f"token_type {facts.get('token_type')}")
    if not 0 < int(facts.get("expires_in", 0)) <= 86_400:
        raise Failed(f"expires_in {facts.get('expires_in')}")
    return f"bearer, {facts['expires_in']} s"


def _wrong_secret(run: Run) -> str:
    with run.http() as http:
        answer = http.post(
            "token",
            data={"grant_type": "client_credentials"},
            auth=(run.credentials.client_id, "not-the-secret"),
        )
    return _expect(answer, 401)


def _no_token(run: Run) -> str:
    with run.http() as http:
        return _expect(http.get("inbox"), 401)


def _ended(token_of: Callable[[Kit], str]) -> Callable[[Run], str]:
    def attempt(run: Run) -> str:
        if now() - run.kit.made_at > FRESH:
            raise Failed(f"the kit file is of {run.kit.made_at:%d/%m %H:%M}; its tokens must be newer")
        with run.http() as http:
            answer = http.get("inbox", headers={"Authorization": f"Bearer {token_of(run.kit)}"})
        return _expect(answer, 401)

    return attempt


def _of_another(run: Run) -> str:
    sent = run.send()
    try:
        run.partner.packet_state(sent.receipt.packet_id)
    except AxisRefused as refused:
        expect_refusal(refused, 404, "not-found")
    else:
        raise Failed("the recipient's token reads what only the sender may")
    packet = run.packet()
    run.refused.add(packet.document_id)
    try:
        receipt = run.partner.submit_packet(run.signed(packet))
    except AxisRefused as refused:
        return f"404 not-found, {expect_refusal(refused, 403, 'sender-not-served')}"
    raise Failed(f"the recipient's token sent for {run.kit.sender}: {receipt.packet_id}")


def _expect(answer: httpx.Response, status: int) -> str:
    if answer.status_code != status:
        raise Failed(f"{answer.status_code} {answer.text[:200]}")
    return str(status)


ACCESS = (
    Case("token", "Lấy mã truy cập", "Getting a token", "200, bearer, expires_in", _token),
    Case("token-wrong-secret", "Sai mật khẩu hệ thống", "A wrong secret", "401", _wrong_secret),
    Case("token-missing", "Không có mã truy cập", "No token", "401", _no_token),
    Case(
        "token-rotated",
        "Mã truy cập cũ sau khi đổi mật khẩu hệ thống",
        "A replayed token after its secret was replaced",
        "401",
        _ended(lambda kit: kit.rotated_token),
    ),
    Case(
        "token-disabled",
        "Mã truy cập của hệ thống đã ngừng",
        "A replayed token of a disabled system",
        "401",
        _ended(lambda kit: kit.disabled_token),
    ),
    Case(
        "token-of-another",
        "Mã truy cập của cơ quan khác",
        "A token of another agency",
        "404 not-found, 403 sender-not-served",
        _of_another,
    ),
)
