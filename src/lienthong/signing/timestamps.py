"""Timestamps (RFC 3161): our own service, one over HTTP, and the way pyHanko asks either."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from lienthong.signing.cms import HeldSigner, sign_encapsulated
from lienthong.signing.ports import TimestampService, TimestampUnavailable
from lienthong.signing.running import run

POLICY = "2.25.302513371042178493310764214371983052411"  # a UUID of our own (X.667)
DIGEST_BYTES = {"sha256": 32, "sha384": 48, "sha512": 64}
MAX_REQUEST = 4096
MAX_ANSWER = 64 * 1024
HTTP_SECONDS = 10


@dataclass(frozen=True)
class LocalTimestampService:
    """Our own service: says that what it is asked about existed at `at`, with the certificate of `signer`."""

    signer: HeldSigner
    at: datetime
    name: str = "local"

    def answer(self, request: bytes) -> bytes:
        """The timestamp, or a signed-off refusal: `badDataFormat`, `badAlg` (RFC 3161, 2.4.2)."""
        try:
            asked = tsp.TimeStampReq.load(request, strict=True)
            imprint = asked["message_imprint"]
            algorithm = imprint["hash_algorithm"]["algorithm"].native
            digest = imprint["hashed_message"].native
            nonce, wants_certificate = asked["nonce"].native, bool(asked["cert_req"].native)
        except (ValueError, TypeError, KeyError):
            return _rejection("bad_data_format")
        if DIGEST_BYTES.get(algorithm) != len(digest):
            return _rejection("bad_alg")
        token = run(sign_encapsulated(self.signer, "tst_info", self._info(algorithm, digest, nonce)))
        if not wants_certificate:
            token["content"]["certificates"] = None
        return bytes(tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump())

    def _info(self, algorithm: str, digest: bytes, nonce: int | None) -> bytes:
        fields = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": {
                "hash_algorithm": algos.DigestAlgorithm({"algorithm": algorithm}),
                "hashed_message": digest,
            },
            "serial_number": secrets.randbits(127) + 1,
            "gen_time": self.at.astimezone(UTC).replace(microsecond=0),
            "accuracy": {"seconds": 1},
            "tsa": asn1.GeneralName("directory_name", self.signer.certificate.subject),
        }
        if nonce is not None:
            fields["nonce"] = nonce
        return bytes(tsp.TSTInfo(fields).dump())


@dataclass(frozen=True)
class HttpTimestampService:
    """A service at an address."""

    url: str
    name: str = "http"

    def answer(self, request: bytes) -> bytes:
        """What the service says; `TimestampUnavailable` if it is not reached or speaks of something else."""
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        try:
            answer = httpx.post(self.url, content=request, headers=headers, timeout=HTTP_SECONDS)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise TimestampUnavailable(type(error).__name__) from error
        kind = answer.headers.get("content-type", "").partition(";")[0].strip()
        if kind != "application/timestamp-reply" or len(answer.content) > MAX_ANSWER:
            raise TimestampUnavailable("not a timestamp reply")
        return answer.content


class PortTimeStamper(TimeStamper):
    """What pyHanko calls; an answer that is no timestamp of what was asked is as good as none."""

    def __init__(self, service: TimestampService) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]
        self._service = service

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """The token over the digest, its status, nonce and digest checked; raises `TimestampUnavailable`."""
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            info = token["content"]["encap_content_info"]["content"].parsed
            imprint = info["message_imprint"]["hashed_message"].native
        except (TimestampRequestError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise TimestampUnavailable(str(error)) from error
        if imprint != message_digest:
            raise TimestampUnavailable("the timestamp is over something else")
        return token

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Ask the service. (Never `.native` of the whole: asn1crypto then dumps it anew for seconds.)"""
        return tsp.TimeStampResp.load(self._service.answer(req.dump()), strict=True)


class _Rejection(core.Sequence):  # type: ignore[misc]
    """A TimeStampResp without token, which asn1crypto does not allow for (RFC 3161, 2.4.2 does)."""

    _fields = [("status", tsp.PKIStatusInfo)]


def _rejection(failure: str) -> bytes:
    return bytes(_Rejection({"status": {"status": "rejection", "fail_info": {failure}}}).dump())
