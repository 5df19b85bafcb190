"""Encrypted attachments on their way in: whole, of a form everyone opens, and readable for every recipient.

The hub looks at an envelope from outside only. It cannot know what is inside, so programs and broken PDFs are
for the recipient to refuse.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from lienthong.axis.actions.intake import NAMED, Parties
from lienthong.axis.edxml import Attachment, EdxmlPacket
from lienthong.axis.encryption import is_enveloped, whole_content
from lienthong.kernel.envelopes import EnvelopeRefusal, Reader, readers_of
from lienthong.kernel.errors import Refusal
from lienthong.signing.public import KnownReader, known_readers

KnownReaders = Mapping[int, tuple[KnownReader, ...]]


class PartlyEncrypted(Refusal):
    """Some attachments are encrypted and others are not."""

    code, status = "attachments-partly-encrypted", 422
    sentence = _("“%(name)s” is not encrypted while other attachments are. Encrypt all of them, or none.")


class RecipientHasNoKey(Refusal):
    """Nothing can be encrypted for a recipient."""

    code, status = "recipient-without-encryption-key", 422
    sentence = _(
        "These recipients have no encryption certificate on this axis and could not read the attachments: "
        "%(agencies)s. Send them unencrypted, or in another packet."
    )


class RecipientCannotRead(Refusal):
    """An envelope leaves a recipient out."""

    code, status = "envelope-not-for-recipient", 422
    sentence = _(
        "The encrypted file “%(name)s” is not sealed for the encryption certificates of %(agencies)s. "
        "Fetch the current ones and encrypt again."
    )


class RecipientKeyRevoked(Refusal):
    """Sealed for a key that was revoked."""

    code, status = "envelope-key-revoked", 422
    sentence = _(
        "The encrypted file “%(name)s” is sealed for revoked certificates of %(agencies)s. "
        "Fetch the current ones and encrypt again."
    )


class RecipientKeyEnded(Refusal):
    """Sealed for a key that has ended, or was replaced more than a day ago."""

    code, status = "envelope-key-ended", 422
    sentence = _(
        "The encrypted file “%(name)s” is sealed for certificates of %(agencies)s that have ended or were "
        "replaced. Fetch the current ones and encrypt again."
    )


def readers_for(packets: Iterable[tuple[EdxmlPacket, Parties]], *, at: datetime) -> KnownReaders:
    """The encryption certificates of all who are sent something encrypted. One query, none for none."""
    ids = {
        agency.pk
        for content, parties in packets
        if any(map(is_enveloped, content.attachments))
        for agency in parties.recipients
    }
    return known_readers(ids, at=at) if ids else {}


def check_envelopes(content: EdxmlPacket, parties: Parties, known: KnownReaders) -> None:
    """Refuse an encrypted attachment that a recipient could not open, as far as can be told from outside.

    Raises:
        EnvelopeRefusal: it is none, damaged, too large, or of an unsupported form.
        PartlyEncrypted, RecipientHasNoKey, RecipientCannotRead, RecipientKeyRevoked, RecipientKeyEnded
    """
    sealed = [each for each in content.attachments if is_enveloped(each)]
    if not sealed:
        return
    plain = next((each.name for each in content.attachments if not is_enveloped(each)), None)
    if plain is not None:
        raise PartlyEncrypted(field="Attachment", name=plain)
    without = [agency.code for agency in parties.recipients if not known.get(agency.pk)]
    if without:
        raise RecipientHasNoKey(field="To/OrganId", agencies=_named(without))
    for attachment in sealed:
        _check(attachment, parties, known)


def _check(attachment: Attachment, parties: Parties, known: KnownReaders) -> None:
    field = f"Attachment/{attachment.name}"
    try:
        readers = readers_of(whole_content(attachment), name=attachment.name)
    except EnvelopeRefusal as refusal:
        refusal.field = field
        raise
    faults: dict[type[Refusal], list[str]] = {}
    for agency in parties.recipients:
        fault = _fault(readers, known[agency.pk])
        if fault is not None:
            faults.setdefault(fault, []).append(agency.code)
    for refusal_class in (RecipientKeyRevoked, RecipientKeyEnded, RecipientCannotRead):
        if refusal_class in faults:
            raise refusal_class(field=field, name=attachment.name, agencies=_named(faults[refusal_class]))


def _fault(readers: Collection[Reader], known: Iterable[KnownReader]) -> type[Refusal] | None:
    """Why an agency could not read what is sealed for these readers, or None if it can."""
    states = {one.state for one in known if one.reader in readers}
    if "usable" in states:
        return None
    if "revoked" in states:
        return RecipientKeyRevoked
    return RecipientKeyEnded if states else RecipientCannotRead


def _named(codes: list[str]) -> str:
    more = f" (+{len(codes) - NAMED})" if len(codes) > NAMED else ""
    return ", ".join(codes[:NAMED]) + more
