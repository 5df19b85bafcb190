"""What others ask the authority for: status, lists, certificates, timestamps; all public by nature."""

from __future__ import annotations

import base64
import binascii

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lienthong.kernel.access import public_page
from lienthong.kernel.clock import now
from lienthong.signing.errors import NoCertificate, SigningUnavailable
from lienthong.signing.responding import answer_ocsp, answer_timestamp, authority_certificate, authority_list

MAX_OCSP = 8 * 1024
MAX_TIMESTAMP = 8 * 1024


@public_page("whoever checks a signature asks for the certificate's status (RFC 6960)")
@csrf_exempt
@require_POST
def ocsp(request: HttpRequest) -> HttpResponse:
    """The status of one certificate, asked in the body."""
    body = _body(request, limit=MAX_OCSP)
    return _ocsp(body) if body is not None else _too_large()


@public_page("whoever checks a signature asks for the certificate's status (RFC 6960, appendix A)")
@require_GET
def ocsp_in_address(request: HttpRequest, encoded: str) -> HttpResponse:
    """The status of one certificate, asked in the address as base64."""
    if len(encoded) > MAX_OCSP:
        return _too_large()
    try:
        return _ocsp(base64.b64decode(encoded, validate=True))
    except binascii.Error:
        return _ocsp(b"")


@public_page("revocation lists are there for everyone (RFC 5280)")
@require_GET
def revocation_list(request: HttpRequest, authority: str) -> HttpResponse:
    """The list of what an authority revoked."""
    try:
        found = authority_list(authority, at=now())
    except NoCertificate as error:
        raise Http404 from error
    return HttpResponse(found, content_type="application/pkix-crl")


@public_page("the certificates of the authorities are there for everyone (RFC 5280)")
@require_GET
def certificate(request: HttpRequest, authority: str) -> HttpResponse:
    """The certificate of an authority (DER)."""
    found = authority_certificate(authority)
    if found is None:
        raise Http404
    return HttpResponse(found, content_type="application/pkix-cert")


@public_page("connected systems have their signatures timestamped (RFC 3161)")
@csrf_exempt
@require_http_methods(["POST"])
def timestamp(request: HttpRequest) -> HttpResponse:
    """A timestamp over the digest in the body."""
    body = _body(request, limit=MAX_TIMESTAMP)
    if body is None:
        return _too_large()
    try:
        answer = answer_timestamp(body, at=now())
    except (NoCertificate, SigningUnavailable):
        return HttpResponse(status=503)
    return HttpResponse(answer, content_type="application/timestamp-reply")


def _ocsp(body: bytes) -> HttpResponse:
    return HttpResponse(answer_ocsp(body, at=now()), content_type="application/ocsp-response")


def _body(request: HttpRequest, *, limit: int) -> bytes | None:
    """The body, or None if it is longer than `limit`; no more than that is read."""
    body = request.read(limit + 1)
    return body if len(body) <= limit else None


def _too_large() -> HttpResponse:
    return HttpResponse(status=413)
