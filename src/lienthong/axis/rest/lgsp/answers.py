"""The envelope around every answer of the facade, and around every refusal."""

from __future__ import annotations

import logging

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lienthong.axis.rest.lgsp.words import SUCCESS, ErrorCode, error_code_of
from lienthong.axis.rest.problems import Problem, dressed
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
    return dressed(Problem(body, status=refusal.status), refusal, realm="lgsp")


def failed(request: HttpRequest, error: Exception | type[Exception]) -> Problem:
    """The envelope of our own fault, which is logged."""
    logger.error("%s %s failed", request.method, request.path, exc_info=True)
    return failure(ServerFailed())
