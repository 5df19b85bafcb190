"""The envelope around every answer of the facade, and around every refusal."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from lienthong.axis.rest.lgsp.words import SUCCESS, ErrorCode, error_code_of
from lienthong.axis.rest.problems import (
    BadRequest,
    InvalidRequest,
    MethodNotAllowed,
    NoToken,
    Problem,
    counted,
)
from lienthong.identity.public import NotFound
from lienthong.kernel.errors import Refusal

logger = logging.getLogger(__name__)


class CredentialsWrong(Refusal):
    """No connected system has this id and secret."""

    code, status = "credentials-wrong", 401
    sentence = _("The system's id or its secret is wrong. Check X-SystemId and X-SecretKey.")


class MessageTypeDiffers(Refusal):
    """The packet is of another kind than its sender says."""

    code, status = "message-type-differs", 422
    sentence = _("messageType says %(said)s, but the packet inside is %(found)s. Nothing was stored.")


class ServerFailed(Refusal):
    """Our own fault."""

    code, status = "server-error", 500
    sentence = _("The axis made a mistake. Nothing was half done. Try again in a moment.")


def success(**content: object) -> dict[str, object]:
    """The envelope of what went well: `data`, and whatever stands beside it."""
    described = {"errorDesc": SUCCESS[0], "message": SUCCESS[1]}
    return {"status": "OK", "errorCode": str(ErrorCode.OK.value), **described, **content}


def failure(refusal: Refusal) -> Problem:
    """The envelope of a refusal, under the refusal's own HTTP status."""
    body: dict[str, object] = {
        "status": "FAIL",
        "errorCode": str(error_code_of(refusal).value),
        "errorDesc": refusal.say("vi"),
        "message": refusal.say("en"),
        "problem": refusal.code,
        "field": refusal.field,
        "data": None,
    }
    response = Problem(body, status=refusal.status)
    response.code = refusal.code
    if refusal.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="lgsp"'
    if refusal.status == 429:
        response["Retry-After"] = "300"
    return response


def install_handlers(api: NinjaAPI) -> None:
    """Let the facade answer every error in its envelope."""
    api.add_exception_handler(Refusal, _refused)
    api.add_exception_handler(AuthenticationError, lambda request, error: failure(NoToken()))
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, lambda request, error: failure(BadRequest()))
    api.add_exception_handler(SuspiciousOperation, lambda request, error: failure(BadRequest()))
    api.add_exception_handler(Http404, lambda request, error: failure(NotFound()))
    api.add_exception_handler(Exception, _failed)


def enveloped(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Wrap a view so that what django-ninja answers by itself (405, 404) has the envelope, too."""

    @counted
    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            return failure(NotFound())
        if response.status_code == 405:
            refused = failure(MethodNotAllowed(method=request.method))
            refused["Allow"] = response["Allow"]
            return refused
        return response

    return answer


def _refused(request: HttpRequest, refusal: Refusal | type[Refusal]) -> HttpResponse:
    return failure(refusal() if isinstance(refusal, type) else refusal)


def _invalid(request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    errors: list[dict[str, Any]] = [] if isinstance(error, type) else error.errors
    first = errors[0] if errors else {}
    field = "/".join(str(part) for part in first.get("loc", ())[1:]) or "body"
    return failure(InvalidRequest(field=field, reason=str(first.get("msg", ""))[:200]))


def _failed(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    logger.error("%s %s failed", request.method, request.path, exc_info=True)
    return failure(ServerFailed())
