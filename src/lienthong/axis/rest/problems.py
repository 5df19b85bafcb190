"""Every error of the API as a problem document (RFC 9457) with its sentence in both languages."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from lienthong.axis.actions.figures import count_refusals
from lienthong.axis.models import ConnectedSystem
from lienthong.identity.public import NotFound
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal
from lienthong.kernel.pacing import given_up

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = {429: "300", 503: "60"}  # seconds, by status


class NoToken(Refusal):
    """The request has no bearer token that is valid now."""

    code, status = "token-invalid", 401
    sentence = _("The access token is missing, wrong or expired. Get a new one from the token endpoint.")


class InvalidRequest(Refusal):
    """Parameters or body are not of the described form."""

    code, status = "invalid-request", 422
    sentence = _("The request is not of the described form: %(field)s (%(reason)s).")

    def __init__(self, *, field: str, reason: str) -> None:
        super().__init__(field=field, reason=reason)
        self.facts = {"field": field, "reason": reason}


class BadRequest(Refusal):
    """The request cannot be read."""

    code, status = "bad-request", 400
    sentence = _("The request cannot be read. Check its body and its headers.")


class MethodNotAllowed(Refusal):
    """The address exists, but not with this method."""

    code, status = "method-not-allowed", 405
    sentence = _("This address does not answer the method %(method)s.")


class Problem(JsonResponse):
    """A refusal as an answer, and its code for whoever counts."""

    code = ""


Say = Callable[[Refusal], Problem]  # puts a refusal into an API's envelope


def problem_response(refusal: Refusal) -> Problem:
    """The refusal as an HTTP answer."""
    response = Problem(refusal.problem(), status=refusal.status, content_type=MEDIA_TYPE)
    return dressed(response, refusal, realm="axis")


def dressed(response: Problem, refusal: Refusal, *, realm: str) -> Problem:
    """The answer with what HTTP demands of its status, in whatever envelope the refusal is."""
    response.code = refusal.code
    if refusal.status == 401:
        response["WWW-Authenticate"] = f'Bearer realm="{realm}"'
    if refusal.status in RETRY_AFTER:
        response["Retry-After"] = RETRY_AFTER[refusal.status]
    return response


def install_handlers(api: NinjaAPI, say: Say) -> None:
    """Let the API answer its own errors, and django-ninja's, in its own envelope."""
    meant: dict[type[Exception], type[Refusal]] = {
        AuthenticationError: NoToken,
        HttpError: BadRequest,
        SuspiciousOperation: BadRequest,
        Http404: NotFound,
    }
    for error, refusal in meant.items():
        api.add_exception_handler(error, functools.partial(_meant, say, refusal))
    api.add_exception_handler(Refusal, functools.partial(_refused, say))
    api.add_exception_handler(ValidationError, functools.partial(_invalid, say))


def invalid_request(errors: Sequence[Mapping[str, Any]]) -> InvalidRequest:
    """The first of pydantic's errors as a refusal."""
    first = errors[0] if errors else {}
    field = "/".join(str(part) for part in first.get("loc", ())) or "body"
    return InvalidRequest(field=field, reason=str(first.get("msg", ""))[:200])


def answered(view: Callable[..., HttpResponseBase], say: Say) -> Callable[..., HttpResponseBase]:
    """Wrap an API view so that what is not its own answer has the API's envelope, too.

    That is what django-ninja answers by itself (405, 404), and a body that came in too slowly, of which the
    view saw only the beginning.
    """

    @counted
    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            return say(NotFound())
        except UnreadablePostError:
            return say(given_up(request) or BadRequest())
        if refusal := given_up(request):
            return say(refusal)
        if response.status_code == 405:
            problem = say(MethodNotAllowed(method=request.method))
            problem["Allow"] = response["Allow"]
            return problem
        return response

    return answer


def _meant(say: Say, refusal: type[Refusal], request: HttpRequest, error: object) -> HttpResponse:
    return say(refusal())


def _refused(say: Say, request: HttpRequest, refusal: Refusal | type[Refusal]) -> HttpResponse:
    return say(refusal() if isinstance(refusal, type) else refusal)


def _invalid(say: Say, request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    errors: list[dict[str, Any]] = [] if isinstance(error, type) else error.errors
    return say(invalid_request([{**found, "loc": found.get("loc", ())[1:]} for found in errors]))


def counted(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Count each refusal that the view answers, with the system if its token was good.

    By then the refused transaction is over.
    """

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if isinstance(response, Problem):
            system = getattr(request, "auth", None)
            known = system if isinstance(system, ConnectedSystem) else None
            count_refusals([response.code], system=known, at=now())
        return response

    return answer
