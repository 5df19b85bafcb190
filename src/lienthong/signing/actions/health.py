"""Whether signing works, each part really tried."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from asn1crypto import algos, tsp
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from lienthong.kernel.errors import Refusal
from lienthong.signing.adapters.held_keys import read_public_key
from lienthong.signing.contracts import Algorithm, HealthCheck, Sentence
from lienthong.signing.outside import faults
from lienthong.signing.pdf_signing import timestamp_service
from lienthong.signing.ports import KeyStoreError, TimestampUnavailable
from lienthong.signing.queries import expiring_count
from lienthong.signing.stores import new_key_store


def check_health(*, at: datetime) -> list[HealthCheck]:
    """Make, use and destroy a key; ask for a timestamp; count certificates that end; read outside roots."""
    return [
        _try("signing.key_store", _key_store),
        _try("signing.timestamp", lambda: _timestamp(at)),
        _expiring(at),
        _outside(at),
    ]


def _try(name: str, check: Callable[[], Sentence]) -> HealthCheck:
    try:
        return HealthCheck(name, True, check())
    except (KeyStoreError, TimestampUnavailable, InvalidSignature) as error:
        return HealthCheck(name, False, f"{type(error).__name__}: {error}")
    except Refusal as refusal:
        return HealthCheck(name, False, refusal.say())


def _key_store() -> Sentence:
    store, key_id, data = new_key_store(), uuid4(), b"lienthong doctor"
    public = read_public_key(store.generate([key_id], Algorithm.P256)[key_id])
    try:
        signature = store.sign(key_id, data)
    finally:
        store.delete(key_id)
    if isinstance(public, rsa.RSAPublicKey):
        raise InvalidSignature
    public.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    return store.name


def _timestamp(at: datetime) -> Sentence:
    digest = hashlib.sha256(b"lienthong doctor").digest()
    imprint = {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": digest}
    request = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "cert_req": True})
    service = timestamp_service(at=at)
    try:
        answer = tsp.TimeStampResp.load(service.answer(request.dump()))
        token = answer["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
        if token["message_imprint"]["hashed_message"].native != digest:
            raise TimestampUnavailable("the timestamp is over something else")
    except (ValueError, TypeError, KeyError) as error:
        raise TimestampUnavailable("unreadable reply") from error
    return service.name


def _outside(at: datetime) -> HealthCheck:
    wrong = faults(at=at)
    if not wrong:
        sentence: Sentence = _("Every outside authority can be used.")
    else:
        said = _("In the folder of trusted roots, unreadable, of no agency, or out of date: %(names)s.")
        sentence = said % {"names": ", ".join(wrong)}
    return HealthCheck("signing.outside", not wrong, sentence)


def _expiring(at: datetime) -> HealthCheck:
    count = expiring_count(at=at)
    if not count:
        return HealthCheck("signing.certificates", True, _("No certificate ends within 30 days."))
    sentence = ngettext(
        "%(count)s certificate ends within 30 days or has ended. Issue a new one.",
        "%(count)s certificates end within 30 days or have ended. Issue new ones.",
        count,
    )
    return HealthCheck("signing.certificates", False, sentence % {"count": count})
