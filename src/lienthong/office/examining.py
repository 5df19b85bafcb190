"""What a collected packet says and whether it is authentic, before anything of it is written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from lienthong.axis.public import edxml, is_enveloped, opened, whole_content
from lienthong.directory.public import find_agencies
from lienthong.documents.public import NotScannedNow, VirusFound, store_received
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.envelopes import EnvelopeRefusal
from lienthong.kernel.errors import Refusal
from lienthong.kernel.lifting import Lifted
from lienthong.kernel.models import Blob
from lienthong.office.contracts import StoredSigner, StoredVerdict, in_both_languages
from lienthong.office.models import IncomingDocument
from lienthong.signing.public import KeptKeys, SigningUnavailable, Verdict, verify_packet, verify_pdf

UNSIGNED_CODES = frozenset({"unsigned", "no-signature"})
# An annex that is too large to be verified is as good as one without a signature; its verdict says why.
PASSING_ANNEXES = UNSIGNED_CODES | {"signed-file-too-large"}


class SignedByAnother(Refusal):
    """The packet is signed, but not by the agency it names as its sender."""

    code, status = "signed-by-another", 409
    sentence = _(
        "The packet names %(sender)s as its sender but is signed by %(signer)s. "
        "Ask the sender by another way."
    )


class NoDocumentInside(Refusal):
    """A packet without any attachment carries no document."""

    code, status = "no-document-inside", 409
    sentence = _("The packet carries no file, so there is no document to receive.")


@dataclass(frozen=True)
class ExaminedFile:
    """An attachment, stored unless a virus is in it; the verdict of a PDF, or why it could not be opened."""

    name: str
    blob: Blob | None
    verdict: StoredVerdict | None


@dataclass(frozen=True)
class Examined:
    """A packet as it was found: `content` is None when it could not be read at all.

    `packet` is None when it carries a virus. `encrypted`:
    its signature is valid and its files came encrypted, for whoever may then read them.
    """

    packet: Blob | None
    content: edxml.EdxmlPacket | None
    files: tuple[ExaminedFile, ...]
    verdict: StoredVerdict
    authentic: bool
    encrypted: bool = False

    @property
    def reason(self) -> str:
        """Why it goes back, in Vietnamese for the sender."""
        wrong = [self.verdict, *(file.verdict for file in self.files if file.verdict)]
        return next((verdict.sentences.get("vi", "") for verdict in wrong if not verdict.valid), "")


def examine(xml: Lifted, *, agency_ids: Collection[int], at: datetime) -> Examined:
    """Store the packet and its files, verify every signature, and say whether the whole is authentic.

    It is when the packet's signature is valid and by the named sender's agency, and the document (its first
    PDF) bears a valid signature; an annex may be unsigned, but a signature on it must be valid, unless it is
    too large to be verified. Nothing is raised for what is wrong with a packet: the verdict holds it
    (NĐ 30/2020, Đ.21 k.2). What is encrypted is opened with the keys that the agencies have here, and stored
    as it was before; what they do not open is stored as it came.

    Raises:
        NotScannedNow: the virus scanner is away; try again.
        SigningUnavailable: a key is here but cannot be reached now; try again.
    """
    files: list[ExaminedFile] = []
    content = None
    try:
        verdict = stored_verdict(verify_packet(xml, at=at))
        content = edxml.parse_packet(xml)
        if verdict.valid:
            _require_sender_signed(content, verdict, at)
        keys = KeptKeys(agency_ids)
        files += [_file(attachment, keys, at) for attachment in content.attachments]
        if not files:
            raise NoDocumentInside
    except (SigningUnavailable, NotScannedNow):
        raise
    except Refusal as refusal:
        verdict = _refused(refusal)
    infected = any(file.blob is None for file in files)
    limit = settings.ENV.axis_max_packet_bytes
    packet = None if infected else store_blob(xml, at=at, max_bytes=limit)
    encrypted = not infected and content is not None and any(map(is_enveloped, content.attachments))
    authentic = verdict.valid and _files_are_authentic(files)
    return Examined(packet, content, tuple(files), verdict, authentic, verdict.valid and encrypted)


def _file(attachment: edxml.Attachment, keys: KeptKeys, at: datetime) -> ExaminedFile:
    """The attachment, decrypted if it is encrypted and a key is here, stored and its signatures verified."""
    closed, limit = None, settings.ENV.axis_max_packet_bytes
    if is_enveloped(attachment):
        try:
            content = keys.open(whole_content(attachment), name=attachment.name)
            attachment = opened(attachment, content)
        except EnvelopeRefusal as refusal:
            closed = _refused(refusal)
    try:
        blob = store_received(attachment.open(), at=at, max_bytes=limit)
    except VirusFound as refusal:
        return ExaminedFile(attachment.name, None, _refused(refusal))
    if closed is None and blob.media_type == "application/pdf":
        return ExaminedFile(attachment.name, blob, stored_verdict(verify_pdf(attachment.content, at=at)))
    return ExaminedFile(attachment.name, blob, closed)


def _refused(refusal: Refusal) -> StoredVerdict:
    return StoredVerdict(False, refusal.code, {"vi": refusal.say("vi"), "en": refusal.say("en")})


def examine_request(xml: Lifted, *, document: IncomingDocument, at: datetime) -> tuple[Blob, bool]:
    """Store a packet that asks for a change, and tell whether this document's own sender asks it."""
    packet = store_blob(xml, at=at, max_bytes=settings.ENV.axis_max_packet_bytes)
    try:
        verdict = stored_verdict(verify_packet(xml, at=at))
        content = edxml.parse_packet(xml)
        if not verdict.valid:
            return packet, False
        _require_sender_signed(content, verdict, at)
    except Refusal:
        return packet, False
    named = {content.business_document_id, *(found.document_id for found in content.replacements)}
    codes = {content.sender.organ_id, document.sender_code}
    found = find_agencies(codes, on=at.astimezone(VIETNAM).date())
    return packet, document.document_code in named and len(set(found.values())) == 1


def _require_sender_signed(content: edxml.EdxmlPacket, verdict: StoredVerdict, at: datetime) -> None:
    """The signer's agency and the packet's `From` are one body, whichever spelling each uses."""
    signers = [signer.agency_code for signer in verdict.signers]
    found = find_agencies({content.sender.organ_id, *signers}, on=at.astimezone(VIETNAM).date())
    sender = found.get(content.sender.organ_id)
    if sender is None or all(found.get(code) != sender for code in signers):
        name = content.sender.organ_name or content.sender.organ_id
        raise SignedByAnother(sender=name, signer=", ".join(s.agency_name or s.name for s in verdict.signers))


def _files_are_authentic(files: list[ExaminedFile]) -> bool:
    verdicts = [file.verdict for file in files if file.verdict]
    first, others = verdicts[:1], verdicts[1:]
    return all(verdict.valid for verdict in first) and all(
        verdict.valid or verdict.code in PASSING_ANNEXES for verdict in others
    )


def stored_verdict(verdict: Verdict) -> StoredVerdict:
    """The verdict as it is kept with a document, its sentences in both languages."""
    signers = tuple(
        StoredSigner(
            name=signer.name,
            agency_name=signer.agency_name,
            agency_code=signer.agency_code,
            signed_at=signer.signed_at,
            timestamped=signer.timestamped,
            trusted=signer.trusted,
            whole_document=signer.whole_document,
            weak=bool(signer.weak),
            reasons=in_both_languages(signer.reason) if signer.reason else {},
        )
        for signer in verdict.signers
    )
    return StoredVerdict(verdict.valid, verdict.code, in_both_languages(verdict.sentence), signers)
