"""The directory of encryption certificates at `/axis/v1/encryption-certificates`."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from ninja import Query, Router, Schema
from pydantic import Field

from lienthong.axis.queries.encryption import CODES_MOST, certificates_asked
from lienthong.axis.rest import schemas
from lienthong.axis.rest.operations import SystemToken
from lienthong.kernel.clock import now

router = Router(auth=SystemToken())


class CertificatesQuery(Schema):
    agencies: Annotated[
        str,
        Field(min_length=1, max_length=CODES_MOST * 42, description="codes, parted by commas, at most 200"),
    ]


class EncryptionCertificateOut(Schema):
    agency: str = Field(description="the code as it was asked for")
    sha256: str
    valid_to: datetime
    pem: str = Field(description="the certificate, then the authorities above it without the root")


class EncryptionCertificatesOut(Schema):
    items: list[EncryptionCertificateOut]
    missing: list[str] = Field(description="agencies without one: nothing can be encrypted for them")
    unknown: list[str] = Field(description="codes of no agency")


@router.get(
    "/encryption-certificates",
    response={200: EncryptionCertificatesOut},
    summary="Get what to encrypt for agencies with",
    openapi_extra={
        "responses": {304: {"description": schemas.SENTENCES[304]}, **schemas.problems(400, 401, 422)}
    },
)
def read_certificates(request: HttpRequest, asked: Query[CertificatesQuery]) -> HttpResponse:
    """The current encryption certificate of each agency, and which have none. Prove each by your own root.

    Send the ETag back in If-None-Match to learn that nothing changed.
    """
    found = certificates_asked(asked.agencies, at=now())
    body = EncryptionCertificatesOut.from_orm(found).model_dump_json()
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    if etag in request.headers.get("If-None-Match", ""):
        return HttpResponseNotModified(headers={"ETag": etag})
    return HttpResponse(body, content_type="application/json", headers={"ETag": etag})
