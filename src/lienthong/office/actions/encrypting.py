"""Whom a document is encrypted for: every recipient, each by a certificate that is proven, or nobody."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from cryptography import x509
from django.utils.translation import gettext_lazy as _

from lienthong.directory.public import Agency
from lienthong.identity.public import Viewer
from lienthong.kernel.errors import Refusal
from lienthong.office import outgoing_queries, policies
from lienthong.office.adapters import connect
from lienthong.office.ports import AxisPort, AxisUnavailable
from lienthong.signing.public import encryption_certificates, trusted_readers

NAMED = 5
Readers = Mapping[int, x509.Certificate]


class RecipientsWithoutKey(Refusal):
    """Nothing can be encrypted for some of the recipients."""

    code, status = "recipients-without-encryption-key", 422
    sentence = _(
        "The document cannot be encrypted: %(names)s have no encryption certificate on the axis. "
        "Send it unencrypted, take them out, or ask them to get one."
    )


class KeysUnavailable(Refusal):
    """The axis cannot be asked for certificates now."""

    code, status = "encryption-keys-unavailable", 503
    sentence = _(
        "The axis cannot be asked for the recipients' encryption certificates at the moment. "
        "Nothing was signed or sent; try again later."
    )


def readers_for(
    agencies: Sequence[Agency], *, at: datetime, port: AxisPort | None = None
) -> dict[int, x509.Certificate]:
    """The proven certificate of each of the agencies, by agency. Asks the axis: not in a transaction.

    Raises:
        RecipientsWithoutKey, KeysUnavailable, and what `trusted_readers` does not believe.
    """
    if not agencies:
        return {}
    try:
        given = (port or connect()).encryption_certificates([one.old_code for one in agencies], at=at)
    except AxisUnavailable as error:
        raise KeysUnavailable(field="encrypted") from error
    pems = {item.agency: item.pem.encode() for item in given.items}
    _require_all(agencies, pems)
    return trusted_readers([(one, pems[one.old_code]) for one in agencies], at=at)


def readers_of_draft(
    outgoing_id: UUID, *, viewer: Viewer, at: datetime, port: AxisPort | None = None
) -> Readers | None:
    """`readers_for` the recipients of a draft, with the sender itself if it has a key; None if it goes plain.

    Raises: as `readers_for`; `NotFound`.
    """
    outgoing = outgoing_queries.find_outgoing(viewer, outgoing_id)
    if not outgoing.encrypted:
        return None
    policies.require_act(viewer, outgoing, policies.SIGN_AND_SEND)
    agencies = [row.agency for row in outgoing.recipients.select_related("agency").order_by("id")]
    own = encryption_certificates([outgoing.agency_id], at=at)
    readers = {agency_id: x509.load_pem_x509_certificate(one.pem) for agency_id, one in own.items()}
    return readers | readers_for(agencies, at=at, port=port)


def require_still_all(readers: Readers | None, agencies: Sequence[Agency]) -> list[x509.Certificate]:
    """The certificates to encrypt with; raises `RecipientsWithoutKey` for a recipient added meanwhile."""
    if readers is None:
        return []
    _require_all(agencies, {one.old_code: b"" for one in agencies if one.pk in readers})
    return list(readers.values())


def _require_all(agencies: Sequence[Agency], known: Collection[str]) -> None:
    without = [one.name for one in agencies if one.old_code not in known]
    if without:
        more = f" (+{len(without) - NAMED})" if len(without) > NAMED else ""
        raise RecipientsWithoutKey(field="encrypted", names=", ".join(without[:NAMED]) + more)
