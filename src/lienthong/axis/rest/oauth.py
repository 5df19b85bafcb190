"""OAuth 2 client credentials (RFC 6749, 4.4) by oauthlib; this file only answers its questions."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from oauthlib.oauth2 import BackendApplicationServer, OAuth2Error, RequestValidator

from lienthong.axis.actions.systems import TOKEN_SECONDS, authenticate_system, issue_token
from lienthong.axis.models import ConnectedSystem


@dataclass(frozen=True)
class TokenAnswer:
    """What the token endpoint answers: JSON text (RFC 6749, 5.1 and 5.2), status and headers."""

    body: str
    status: int
    headers: dict[str, str]


@dataclass
class _Client:
    """oauthlib reads `client_id` of it."""

    client_id: str
    system: ConnectedSystem


def answer_token_request(
    *, uri: str, body: str, headers: dict[str, str], address: str, at: datetime
) -> TokenAnswer:
    """Check the client and hand out a token, or an OAuth error.

    Raises:
        TooManyAttempts: this client or address failed too often.
    """
    validator = _Validator(address=address, at=at)
    server = BackendApplicationServer(
        validator, token_generator=validator.make_token, token_expires_in=TOKEN_SECONDS
    )
    try:
        given, text, status = server.create_token_response(uri, "POST", body, headers)
    except OAuth2Error as error:
        given, text, status = {**error.headers}, error.json, error.status_code
    return TokenAnswer(text, status, {name: value for name, value in given.items() if name != "Content-Type"})


class _Validator(RequestValidator):  # type: ignore[misc]
    """What oauthlib asks about clients, grants and scopes."""

    def __init__(self, *, address: str, at: datetime) -> None:
        super().__init__()
        self.address, self.at = address, at

    def authenticate_client(self, request: Any, *args: object, **kwargs: object) -> bool:
        """By HTTP Basic, or by id and secret in the body."""
        client_id, secret = _basic(request.headers.get("Authorization", "")) or (
            request.client_id or "",
            request.client_secret or "",
        )
        if not client_id or not secret:
            return False
        system = authenticate_system(client_id, secret, address=self.address, at=self.at)
        if system is None:
            return False
        request.client, request.client_id = _Client(client_id, system), client_id
        return True

    def validate_grant_type(self, client_id: str, grant_type: str, *args: object, **kwargs: object) -> bool:
        """Only client credentials."""
        return grant_type == "client_credentials"

    def get_default_scopes(self, client_id: str, request: Any, *args: object, **kwargs: object) -> list[str]:
        """There is one scope: what the system serves."""
        return []

    def validate_scopes(
        self, client_id: str, scopes: list[str], client: Any, request: Any, *args: object, **kwargs: object
    ) -> bool:
        """No scope may be asked for."""
        return not scopes

    def make_token(self, request: Any, *args: object, **kwargs: object) -> str:
        """A token of 256 random bits, stored as its hash."""
        return issue_token(request.client.system, at=self.at).value

    def save_bearer_token(self, token: Any, request: Any, *args: object, **kwargs: object) -> None:
        """Stored by `make_token` already."""


def _basic(header: str) -> tuple[str, str] | None:
    """Client id and secret of an Authorization header (RFC 6749, 2.3.1: form-encoded first, then base64)."""
    kind, _space, encoded = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client_id, _colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "", ""
    return unquote_plus(client_id), unquote_plus(secret)
