"""The API with which a leader's own token signs a list (ADR 0070); each call carries that list's code."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer
from pydantic import Field

from lienthong.kernel.access import Access, mark
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.office.actions import token_signing as actions
from lienthong.signing.public import TokenSignatureWrong

LONGEST_CODE = 100
_OPEN = Access(public="API: every operation checks the code of the list it is called for")


class CallUnreadable(Refusal):
    """Body or headers are not of the described form."""

    code, status = "call-unreadable", 422
    sentence = _("The call is not of the described form. Use the lienthong command of this version.")


class Code(HttpBearer):
    """The code of one list, as a bearer token; whether it opens anything is said by each operation."""

    def authenticate(self, request: HttpRequest, token: str) -> str | None:
        """The code, if it can be one."""
        return token if 0 < len(token) <= LONGEST_CODE else None


class QuestionOut(Schema):
    """What the token signs next with SHA-256; `left` is 0 and the rest empty when nothing is left."""

    left: int
    request: str = ""
    subject: str = ""
    to_sign: str = Field(default="", description="Base64 of the bytes to sign (DER of CMS signed attributes)")


class AnswerIn(Schema):
    """The token's signature: PKCS#1 v1.5, or ECDSA in DER."""

    request: UUID
    value: str = Field(max_length=2048, description="Base64")


class ResultOut(Schema):
    """What came of the document: `signed` with its number and notation, or `failed` and why."""

    state: str
    note: str


api = NinjaAPI(
    title="Liên Thông: signing with one's own token",
    version="1",
    description="Used by `lienthong sign-token` with the code that the page “To sign” shows.",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="office:token-api",
    auth=Code(),
)


@api.post("/next", response=QuestionOut, operation_id="ask_next")
def ask_next(request: HttpRequest) -> QuestionOut:
    """The next document of the list; what cannot be signed is noted in the list and passed over."""
    found = actions.ask_next(code=_code(request), at=now())
    if found is None:
        return QuestionOut(left=0)
    return QuestionOut(
        left=found.left,
        request=str(found.request),
        subject=found.subject,
        to_sign=base64.b64encode(found.to_sign).decode(),
    )


@api.post("/signature", response=ResultOut, operation_id="give_signature")
def give_signature(request: HttpRequest, given: AnswerIn) -> ResultOut:
    """Verify the signature, and issue the document with it."""
    try:
        value = base64.b64decode(given.value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise TokenSignatureWrong from error
    item = actions.answer(code=_code(request), request=given.request, value=value, at=now())
    return ResultOut(state=item.state, note=item.note)


def api_urls() -> tuple[list[URLPattern], str, str]:
    """The addresses for `path("token/v1/", api_urls())`; built once, at start."""
    patterns, app_name, namespace = api.urls
    own = [pattern for pattern in patterns if isinstance(pattern, URLPattern)]
    for pattern in own:
        pattern.callback = mark(pattern.callback, _OPEN)
    return own, app_name, namespace


def _code(request: HttpRequest) -> str:
    return str(request.auth)  # type: ignore[attr-defined]


def _said(refusal: Refusal) -> HttpResponse:
    answer = JsonResponse(refusal.problem(), status=refusal.status, content_type="application/problem+json")
    if refusal.status == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="signing"'
    return answer


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Any) -> HttpResponse:
    return _said(refusal)


@api.exception_handler(AuthenticationError)
def _no_code(request: HttpRequest, error: Any) -> HttpResponse:
    return _said(actions.TokenCodeWrong())


@api.exception_handler(ValidationError)
@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    return _said(CallUnreadable())
