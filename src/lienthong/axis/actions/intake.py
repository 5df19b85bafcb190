"""What a packet must pass before it is stored: the parties, the signature, the attachments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from lienthong.axis.edxml import Attachment, EdxmlPacket
from lienthong.axis.edxml.errors import RecipientRepeated
from lienthong.axis.encryption import is_enveloped
from lienthong.axis.models import ConnectedSystem
from lienthong.axis.policies import require_same_side, require_speaks_for
from lienthong.directory.public import Agency, ClosedAgency, find_agencies, find_agency
from lienthong.kernel.errors import Refusal
from lienthong.kernel.media_types import HEAD, PDF, executable_kind, sniff
from lienthong.signing.public import SignatureRefusal, Verdict, check_pdf, require_valid

NAMED = 10


class UnknownSender(Refusal):
    """No agency has the sender's code."""

    code, status = "unknown-sender", 422
    sentence = _("The sender %(agency)s is not in the directory of agencies. Correct From/OrganId.")


class ClosedSender(Refusal):
    """The sender does not exist on the day."""

    code, status = "closed-sender", 422
    sentence = _("The sender %(agency)s no longer exists on %(day)s. Its successor must send the document.")


class UnknownRecipient(Refusal):
    """Recipients that are no agencies."""

    code, status = "unknown-recipient", 422
    sentence = _(
        "Recipients not in the directory of agencies: %(agencies)s. Correct To/OrganId and sign again."
    )


class ClosedRecipient(Refusal):
    """Recipients that do not exist on the day."""

    code, status = "closed-recipient", 422
    sentence = _("Recipients that do not exist on %(day)s: %(agencies)s. Send to their successors instead.")


class SignatureOfAnother(Refusal):
    """A good signature, but of another agency than the sender."""

    code, status = "signature-of-another-agency", 422
    sentence = _(
        "The packet was signed by %(signer)s but names %(agency)s as its sender. "
        "Sign it with the sender's certificate."
    )


class ProgramAttached(Refusal):
    """An attachment is a program."""

    code, status = "attachment-executable", 422
    sentence = _(
        "The attachment “%(name)s” is a program (%(kind)s), which is not accepted. Attach a document."
    )


@dataclass(frozen=True)
class Parties:
    """The sender and the recipients as agencies, in the order of the packet."""

    sender: Agency
    recipients: tuple[Agency, ...]


def find_named(packets: Iterable[EdxmlPacket], *, on: date) -> dict[str, Agency]:
    """The agencies that the packets name, by the code they write. Two queries at most for all."""
    return find_agencies(
        {
            code
            for packet in packets
            for code in (packet.sender.organ_id, *(party.organ_id for party in packet.recipients))
        },
        on=on,
    )


def parties_of(
    packet: EdxmlPacket, named: Mapping[str, Agency], *, system: ConnectedSystem, on: date
) -> Parties:
    """The sender and the recipients among the agencies named; each failure has its own refusal."""
    codes = [party.organ_id for party in packet.recipients]
    sender = named.get(packet.sender.organ_id)
    if sender is None:
        raise _sender_refusal(packet.sender.organ_id, on)
    require_speaks_for(system, sender)
    missing = [code for code in codes if code not in named]
    if missing:
        raise _recipients_refusal(missing[:NAMED], on)
    by_id: dict[int, str] = {}
    for code in codes:
        if named[code].pk in by_id:
            raise RecipientRepeated(field="To/OrganId", agency=f"{by_id[named[code].pk]} = {code}")
        by_id[named[code].pk] = code
    recipients = tuple(named[code] for code in codes)
    require_same_side(system, recipients)
    return Parties(sender, recipients)


def check_signature(verdict: Verdict, *, sender: Agency) -> None:
    """Refuse a packet that the sender itself has not signed with a certificate valid now.

    Raises:
        SignatureRefusal: why the signature is not accepted, each reason with its own code.
        SignatureOfAnother: it is good, but by another agency.
    """
    try:
        require_valid(verdict)
    except SignatureRefusal as refusal:
        refusal.field = "Signature"
        raise
    if not verdict.signed_by(sender.pk):
        names = ", ".join(signer.agency_code or signer.name for signer in verdict.signers)
        raise SignatureOfAnother(field="Signature", signer=names, agency=sender.code)


def check_attachments(attachments: tuple[Attachment, ...]) -> None:
    """Refuse programs and PDFs that are broken or revised too often; what is encrypted hides them."""
    for attachment in attachments:
        if is_enveloped(attachment):
            continue
        head = attachment.head(HEAD)
        kind = executable_kind(head)
        if kind:
            raise ProgramAttached(field="Attachment", name=attachment.name, kind=kind)
        if _claims_pdf(attachment) or sniff(head) == PDF:
            _check_pdf(attachment)


def _claims_pdf(attachment: Attachment) -> bool:
    return attachment.content_type.lower() == PDF or attachment.name.lower().endswith(".pdf")


def _check_pdf(attachment: Attachment) -> None:
    try:
        check_pdf(attachment.content)
    except SignatureRefusal as refusal:
        refusal.field = f"Attachment/{attachment.name}"
        raise


def _sender_refusal(code: str, on: date) -> Refusal:
    if _is_closed(code, on):
        return ClosedSender(field="From/OrganId", agency=code, day=f"{on:%d/%m/%Y}")
    return UnknownSender(field="From/OrganId", agency=code)


def _recipients_refusal(missing: list[str], on: date) -> Refusal:
    """The unknown ones first, as they are the graver mistake; at most `NAMED` are looked at."""
    closed = [code for code in missing if _is_closed(code, on)]
    unknown = [code for code in missing if code not in closed]
    if unknown:
        return UnknownRecipient(field="To/OrganId", agencies=", ".join(unknown))
    return ClosedRecipient(field="To/OrganId", agencies=", ".join(closed), day=f"{on:%d/%m/%Y}")


def _is_closed(code: str, on: date) -> bool:
    try:
        find_agency(code, on=on)
    except ClosedAgency:
        return True
    except Refusal:
        return False
    return False
