"""The directory of encryption certificates, as senders and administrators see it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from lienthong.axis.contracts import EncryptionCertificate, EncryptionCertificates
from lienthong.directory.public import find_agencies
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.signing.public import encryption_certificates

CODES_MOST = 200


class TooManyCodes(Refusal):
    """More agencies than one call answers."""

    code, status = "too-many-agencies", 422
    sentence = _("At most %(most)s agencies are answered in one call. Ask in parts.")


def certificates_asked(text: str, *, at: datetime) -> EncryptionCertificates:
    """`certificates_for` codes parted by commas; raises `TooManyCodes`."""
    codes = text.split(",")
    if len(codes) > CODES_MOST:
        raise TooManyCodes(field="agencies", most=CODES_MOST)
    return certificates_for(codes, at=at)


def certificates_for(codes: Collection[str], *, at: datetime) -> EncryptionCertificates:
    """What to encrypt for these agencies with, in the order of the codes, each once. Three queries."""
    asked = list(dict.fromkeys(code.strip() for code in codes if code.strip()))
    found = find_agencies(asked, on=at.astimezone(VIETNAM).date())
    given = encryption_certificates([agency.pk for agency in found.values()], at=at)
    return EncryptionCertificates(
        items=tuple(
            EncryptionCertificate(code, one.sha256, one.valid_to, one.pem.decode())
            for code in asked
            if code in found and (one := given.get(found[code].pk))
        ),
        missing=tuple(code for code in asked if code in found and found[code].pk not in given),
        unknown=tuple(code for code in asked if code not in found),
    )
