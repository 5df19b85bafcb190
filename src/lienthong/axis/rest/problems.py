"""Every error of the API as a problem document (RFC 9457) with its sentence in both languages."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from lienthong.axis.actions.figures import count_refusals
from lienthong.axis.models import ConnectedSystem
from lienthong.identity.public import NotFound
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal

MEDIA_TYPE = "application/problem+json"


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


def problem_response(refusal: Refusal) -> Problem:
    """The refusal as an HTTP answer."""
    response = Problem(refusal.problem(), status=refusal.status, content_type=MEDIA_TYPE)
    response.code = refusal.code
    if refusal.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="axis"'
    if refusal.status == 429:
        response["Retry-After"] = "300"
    return response


def install_handlers(api: NinjaAPI) -> None:
    """Let the API answer its own errors, and django-ninja's, as problems."""
    api.add_exception_handler(Refusal, _refused)
    api.add_exception_handler(AuthenticationError, lambda request, error: problem_response(NoToken()))
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, lambda request, error: problem_response(BadRequest()))
    api.add_exception_handler(SuspiciousOperation, lambda request, error: problem_response(BadRequest()))
    api.add_exception_handler(Http404, lambda request, error: problem_response(NotFound()))


def _refused(request: HttpRequest, refusal: Refusal | type[Refusal]) -> HttpResponse:
    return problem_response(refusal() if isinstance(refusal, type) else refusal)


def _invalid(request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    errors: list[dict[str, Any]] = [] if isinstance(error, type) else error.errors
    return problem_response(invalid_request([{**found, "loc": found.get("loc", ())[1:]} for found in errors]))


def invalid_request(errors: Sequence[Mapping[str, Any]]) -> InvalidRequest:
    """The first of pydantic's errors as a refusal."""
    first = errors[0] if errors else {}
    field = "/".join(str(part) for part in first.get("loc", ())) or "body"
    return InvalidRequest(field=field, reason=str(first.get("msg", ""))[:200])


def with_problems(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Wrap an API view so that what django-ninja answers by itself (405, 404) is a problem, too."""

    @counted
    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            return problem_response(NotFound())
        if response.status_code == 405:
            problem = problem_response(MethodNotAllowed(method=request.method))
            problem["Allow"] = response["Allow"]
            return problem
        return response

    return answer


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
