"""The national sign-on by OpenID Connect: Authlib speaks it, this reads what is asserted (ADR 0080)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from joserfc.errors import JoseError
from requests import RequestException

from lienthong.identity.contracts import NationalClaims
from lienthong.kernel.errors import Refusal

SECONDS = 10
# What Authlib raises on answers that do not hold; those of the last line on ones it did not foresee.
_BROKEN = (
    RequestException,
    AuthlibBaseError,
    JoseError,
    *(ValueError, KeyError, TypeError, RuntimeError, AttributeError),
)
LONGEST_NAME, LONGEST_SUBJECT = 250, 255
PERSON, BUSINESS = re.compile(r"[0-9]{12}"), re.compile(r"[0-9]{10}(-[0-9]{3})?")
DAY = re.compile(r"[0-9]{8}")


class NationalSignOnFailed(Refusal):
    """The national sign-on did not answer, refused, or its answer does not hold."""

    code, status = "national-sign-on-failed", 502
    sentence = _(
        "Signing in by the national sign-on did not work: it gave no answer that could be checked, or you "
        "cancelled. Try again, or sign in with a code."
    )


class ClaimsRefused(Refusal):
    """What the national sign-on asserts cannot be true or cannot be kept."""

    code, status = "claims-refused", 422
    sentence = _(
        "The national sign-on did not say who you are in a way that can be used (%(claim)s), so you were not "
        "signed in. Sign in with a code, or ask at a one-stop counter."
    )


def is_offered() -> bool:
    """Whether this installation has a national sign-on."""
    return bool(settings.ENV.oidc_issuer and settings.ENV.oidc_client_id)


def begin(request: HttpRequest, *, back: str) -> HttpResponse:
    """The way to the sign-on, which leads back to the address `back`.

    State, nonce and PKCE's secret stay in the session.

    Raises:
        NationalSignOnFailed
    """
    try:
        answer: HttpResponse = _client().authorize_redirect(request, back)
    except _BROKEN as error:
        raise NationalSignOnFailed from error
    return answer


def finish(request: HttpRequest) -> NationalClaims:
    """Who came back: the code is redeemed, the identity token checked, the rest asked of the sign-on.

    Raises:
        NationalSignOnFailed, ClaimsRefused
    """
    client, issuer = _client(), settings.ENV.oidc_issuer
    try:
        client.load_server_metadata()
        token = client.authorize_access_token(
            request,
            claims_options={"iss": {"essential": True, "values": [issuer]}, "sub": {"essential": True}},
        )
        identity = token.get("userinfo")
        told = client.userinfo(token=token) if identity else None
    except (
        RequestException,
        AuthlibBaseError,
        JoseError,
        ValueError,
        KeyError,
        TypeError,
        RuntimeError,
    ) as error:
        raise NationalSignOnFailed from error
    if not identity or not told or told.get("sub") != identity.get("sub"):
        raise NationalSignOnFailed
    return read_claims(issuer, {**told, **identity})


def read_claims(issuer: str, claims: Mapping[str, Any]) -> NationalClaims:
    """The claims of the national sign-on (`SoDinhDanh`, `HoVaTen`, …), none of them trusted to be well made.

    Raises:
        ClaimsRefused: names the claim.
    """
    business = _text(claims, "LoaiTaiKhoan", most=20, needed=False) in settings.ENV.oidc_business_kinds
    return NationalClaims(
        issuer=issuer,
        subject=_text(claims, "sub", most=LONGEST_SUBJECT),
        number=_spelled(claims, "SoDinhDanh", PERSON),
        name=_text(claims, "HoVaTen", most=LONGEST_NAME),
        born_date=_day(claims, "NgayThangNamSinh"),
        business_number=_spelled(claims, "MaSoThue", BUSINESS) if business else "",
        business_name=_text(claims, "TenDoanhNghiep", most=LONGEST_NAME) if business else "",
    )


def _client() -> Any:
    env = settings.ENV
    return _registered(env.oidc_issuer, env.oidc_client_id, settings.OIDC_CLIENT_SECRET, env.oidc_scope)


@cache
def _registered(issuer: str, client_id: str, secret: str, scope: str) -> Any:
    """The client, kept with the sign-on's metadata and keys; a key that is not known is asked for again."""
    return OAuth().register(
        "national",
        client_id=client_id,
        client_secret=secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": scope, "code_challenge_method": "S256", "default_timeout": SECONDS},
    )


def _text(claims: Mapping[str, Any], name: str, *, most: int, needed: bool = True) -> str:
    value = claims.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value in (None, "") and not needed:
        return ""
    if not isinstance(value, str):
        raise ClaimsRefused(claim=name)
    text = " ".join(unicodedata.normalize("NFC", value).split())
    if not 0 < len(text) <= most or any(unicodedata.category(letter)[0] == "C" for letter in text):
        raise ClaimsRefused(claim=name)
    return text


def _spelled(claims: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    text = _text(claims, name, most=14)
    if not pattern.fullmatch(text):
        raise ClaimsRefused(claim=name)
    return text


def _day(claims: Mapping[str, Any], name: str) -> date | None:
    text = _text(claims, name, most=8, needed=False)
    if not text:
        return None
    try:
        if DAY.fullmatch(text):
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        pass
    raise ClaimsRefused(claim=name)
