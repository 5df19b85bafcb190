"""`lienthong sign-token` and its like: a signer's own token signs what waits on a server (ADR 0070)."""

from __future__ import annotations

import base64
import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx
import typer
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from rich.markup import escape

from lienthong.config.cli import runtime
from lienthong.kernel.clock import now
from lienthong.signing.adapters.held_keys import hold, read_public_key
from lienthong.signing.adapters.signer_token import Pkcs11Token
from lienthong.signing.ports import SignerToken, TokenUnavailable

SIGNING = "lienthong.signing.public"
API, SECONDS = "/office/token/v1", 60.0
AGAIN, RETRIES = frozenset({"changed-since-asked"}), 5
Module = Annotated[Path, typer.Option(help="The token's PKCS#11 driver, a .so, .dylib or .dll of its maker.")]
Label = Annotated[str, typer.Option("--token", help="Label of the token, where several are plugged in.")]
Key = Annotated[str, typer.Option("--key", help="Label of the key, where the token holds several.")]


class SigningRefused(Exception):
    """The server's answer to a call, when it is none that helps on."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Signed:
    """One document of the list and what came of it."""

    subject: str
    state: str
    note: str


def sign_token(
    url: Annotated[str, typer.Argument(help="The server, such as https://office.example.vn.")],
    module: Module,
    token: Label = "",
    key: Key = "",
) -> None:
    """Sign a list of documents with the token in this machine. The page “To sign” shows the list's code.

    The PIN and the key never leave this machine; the server sends what to sign and verifies the signature.
    """
    require_safe(url)
    code = typer.prompt("Code of the list", hide_input=True).strip()
    pin = typer.prompt("PIN of the token", hide_input=True)
    headers = {"Authorization": f"Bearer {code}"}
    failed = 0
    try:
        with (
            Pkcs11Token(module=str(module), pin=pin, token=token, key=key) as held,
            httpx.Client(base_url=url.rstrip("/") + API, headers=headers, timeout=SECONDS) as client,
        ):
            failed = sign_list(client, held, _tell)
    except TokenUnavailable as error:
        runtime.fail(f"The token cannot be used: {error}")
    except SigningRefused as error:
        runtime.fail(str(error))
    except httpx.HTTPError as error:
        runtime.fail(f"{url} cannot be reached: {error}")
    if failed:
        raise typer.Exit(1)


def sign_list(client: httpx.Client, token: SignerToken, tell: Callable[[Signed], None]) -> int:
    """Sign whatever is left of the list, one by one; answers how many were not signed.

    A number that somebody else took meanwhile is asked for again at once, a few times.

    Raises:
        TokenUnavailable, SigningRefused, httpx.HTTPError
    """
    failed, again = 0, 0
    while (question := _call(client, "/next"))["left"]:
        value = token.sign(base64.b64decode(question["to_sign"]))
        given = {"request": question["request"], "value": base64.b64encode(value).decode()}
        try:
            result = _call(client, "/signature", given)
        except SigningRefused as refusal:
            if refusal.code not in AGAIN or again >= RETRIES:
                raise
            again += 1
            time.sleep(0.1 * again)
            continue
        again = 0
        failed += result["state"] != "signed"
        tell(Signed(question["subject"], result["state"], result["note"]))
    return failed


def request_token(
    module: Module,
    out: Annotated[Path, typer.Option(help="Where the request is written.")],
    token: Label = "",
    key: Key = "",
) -> None:
    """Write a certificate request (PKCS#10) for the key on the token; the operator certifies it.

    The name in it is a placeholder: the server names the holder itself.
    """
    if out.exists():
        runtime.fail(f"{out} exists already. Name another file.")
    pin = typer.prompt("PIN of the token", hide_input=True)
    try:
        with Pkcs11Token(module=str(module), pin=pin, token=token, key=key) as held:
            out.write_bytes(request_of(held))
    except TokenUnavailable as error:
        runtime.fail(f"The token cannot be used: {error}")
    runtime.console.print(f"Request: {out}. Give it to the operator: lienthong certify-token CB-… {out.name}")


def request_of(token: SignerToken) -> bytes:
    """A PKCS#10 request in PEM that the token signed itself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lienthong sign-token")])
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    held = hold(read_public_key(token.public_key()), token.sign)
    return builder.sign(held, hashes.SHA256()).public_bytes(Encoding.PEM)


def certify_token(
    official: Annotated[str, typer.Argument(help="The official as certificates name him or her: CB-12.")],
    request: Annotated[Path, typer.Argument(help="The request, PEM.", exists=True, dir_okay=False)],
) -> None:
    """Give an official a certificate for the key on a token. Make sure first that the token is theirs.

    The key kept in this installation stays as it is; an earlier token's certificate counts as replaced.
    """
    number = _number(official)
    with runtime.prepared(), runtime.refusals():
        issue = runtime.door(SIGNING).issue_token_from_request
        made = issue(request.read_bytes(), official_id=number, at=now())
    runtime.console.print(f"{made.subject}: certified until {made.valid_to:%d/%m/%Y}", soft_wrap=True)


def revoke_token(
    official: Annotated[str, typer.Argument(help="The official as certificates name him or her: CB-12.")],
) -> None:
    """Revoke the certificate of an official's token that is lost or stolen; what it signed before stays."""
    number = _number(official)
    with runtime.prepared(), runtime.refusals():
        signing = runtime.door(SIGNING)
        held = signing.token_certificates(number).first()
        if held is None:
            runtime.fail(f"CB-{number} has no certificate for a token.")
        reason = signing.RevocationReason.KEY_COMPROMISE
        made = signing.revoke_certificate(held.sha256, reason=reason, at=now())
    runtime.console.print(f"{made.subject}: revoked; it signs nothing here any more", soft_wrap=True)


def require_safe(url: str) -> None:
    """Leave unless the address is HTTPS, or on this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname or "")):
        return
    runtime.fail(f"{url} is not encrypted, so the code could be read on its way. Use https://")


def _number(official: str) -> int:
    number = official.upper().removeprefix("CB-")
    if not number.isdigit():
        runtime.fail("Name the official as certificates do, such as CB-12.")
    return int(number)


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _call(client: httpx.Client, path: str, given: dict[str, str] | None = None) -> dict[str, Any]:
    answer = client.post(path, json=given or {})
    try:
        found = answer.json()
    except ValueError as error:
        raise SigningRefused(
            "no-answer", f"The server answered {answer.status_code}, not as expected."
        ) from error
    if answer.is_success:
        return dict(found)
    raise SigningRefused(str(found.get("title", "")), str(found.get("detail", answer.status_code)))


def _tell(signed: Signed) -> None:
    sign = "[green]✓[/]" if signed.state == "signed" else "[red]✗[/]"
    runtime.console.print(f"{sign} {escape(signed.note)}  {escape(signed.subject)}", soft_wrap=True)
