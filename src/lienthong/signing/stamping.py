"""A timestamp over something of ours, asked for and checked before it is kept."""

from __future__ import annotations

from datetime import datetime

from lienthong.signing import errors
from lienthong.signing.offline import Certificates, by_sha256, require_timestamp
from lienthong.signing.pdf_signing import timestamp_service
from lienthong.signing.ports import KeyStoreError, TimestampService, TimestampUnavailable
from lienthong.signing.running import run
from lienthong.signing.timestamps import PortTimeStamper
from lienthong.signing.trust import anchors


def stamp_digest(digest: bytes, *, at: datetime, service: TimestampService | None = None) -> bytes:
    """The RFC 3161 token (DER) over a SHA-256; `service` replaces the one of the settings.

    Raises:
        NoCertificate: our own service has none yet.
        SigningUnavailable: the service does not answer, or with a token that nobody here could trust later.
    """
    trusted = anchors()
    certificates = Certificates(
        roots=by_sha256(root.dump() for root in trusted.roots),
        others=by_sha256(other.dump() for other in trusted.others),
    )
    stamper = PortTimeStamper(service or timestamp_service(at=at))
    try:
        token = run(stamper.async_timestamp(digest, "sha256")).dump()
        require_timestamp(token, digest, certificates)
    except (KeyStoreError, TimestampUnavailable, errors.TimestampWrong) as error:
        raise errors.SigningUnavailable(detail=type(error).__name__) from error
    return bytes(token)
