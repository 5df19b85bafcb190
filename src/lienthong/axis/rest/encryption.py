"""The directory of encryption certificates at `/axis/v1/encryption-certificates`."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from ninja import Query, Router

from lienthong.axis.queries.encryption import certificates_asked
from lienthong.axis.rest import schemas
from lienthong.axis.rest.operations import SystemToken
from lienthong.kernel.clock import now

router = Router(auth=SystemToken())


@router.get(
    "/encryption-certificates",
    response={200: schemas.EncryptionCertificatesOut},
    summary="Get what to encrypt for agencies with",
    openapi_extra={
        "responses": {304: {"description": schemas.SENTENCES[304]}, **schemas.problems(400, 401, 422)}
    },
)
def read_certificates(request: HttpRequest, asked: Query[schemas.CertificatesQuery]) -> HttpResponse:
    """The current encryption certificate of each agency, and which have none. Prove each by your own root.

    Send the ETag back in If-None-Match to learn that nothing changed.
    """
    found = certificates_asked(asked.agencies, at=now())
    body = schemas.EncryptionCertificatesOut.from_orm(found).model_dump_json()
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    if etag in request.headers.get("If-None-Match", ""):
        return HttpResponseNotModified(headers={"ETag": etag})
    return HttpResponse(body, content_type="application/json", headers={"ETag": etag})
