"""Why a file's signature is not accepted, or why nothing could be signed: one class per reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal


class SignatureRefusal(Refusal):
    """A signed file is not accepted; every subclass is also a verdict."""

    code, status = "signature-refused", 422
    sentence = _("The signature is not accepted.")


class SignedFileEmpty(SignatureRefusal):
    """0 bytes."""

    code, status = "signed-file-empty", 400
    sentence = _("The file has 0 bytes, so there is no signature to check. Choose the file again.")


class SignedFileTooLarge(SignatureRefusal):
    """More bytes than are checked in one go."""

    code, status = "signed-file-too-large", 413
    sentence = _("The file is larger than %(limit)s MB, the most that is checked here.")


class SignedFileUnknown(SignatureRefusal):
    """Neither a PDF nor XML."""

    code, status = "signed-file-unknown", 415
    sentence = _("The file is neither a PDF nor an edXML packet. Choose a .pdf or .edxml file.")


class PdfBroken(SignatureRefusal):
    """Not readable as a PDF."""

    code = "pdf-broken"
    sentence = _(
        "The PDF is damaged and cannot be read. Make it again from its source, or ask its sender for it."
    )


class PdfEncrypted(SignatureRefusal):
    """Protected by a password."""

    code = "pdf-encrypted"
    sentence = _(
        "The PDF is protected by a password, so it cannot be checked or signed. Remove the protection."
    )


class PdfTooManyRevisions(SignatureRefusal):
    """Saved over itself too often."""

    code = "pdf-too-many-revisions"
    sentence = _(
        "The PDF has %(count)s or more revisions one after the other; at most %(limit)s are accepted. "
        "Export it anew and sign that."
    )


class PdfTooComplex(SignatureRefusal):
    """Reading it would take what everybody else waits for."""

    code = "pdf-too-complex"
    sentence = _(
        "The PDF is built so strangely that it could not be read within %(seconds)s seconds of computing. "
        "Print it to a new PDF file and send that."
    )


class PdfLocked(SignatureRefusal):
    """An earlier signature forbids every change."""

    code, status = "pdf-locked", 409
    sentence = _("The PDF was locked by an earlier signature, so nothing can be added to it.")


class PdfPageMissing(SignatureRefusal):
    """A signature shall stand on a page that is not there."""

    code = "pdf-page-missing"
    sentence = _("The PDF has no page %(page)s to put the signature on.")


class Unsigned(SignatureRefusal):
    """No signature at all."""

    code = "unsigned"
    sentence = _("The file bears no electronic signature.")


class PdfRevised(SignatureRefusal):
    """Something was changed after the signature."""

    code = "pdf-revised"
    sentence = _("The PDF was changed after %(name)s had signed it. Only the signed revision is authentic.")


class SignatureWrong(SignatureRefusal):
    """The numbers do not fit: other content, or another key."""

    code = "signature-wrong"
    sentence = _("The signature does not fit the content: the file was altered, or signed with another key.")


class SignatureUnreadable(SignatureRefusal):
    """A signature is there but is not in a form that can be checked."""

    code = "signature-unreadable"
    sentence = _("The file bears a signature that cannot be read. Ask the sender to sign it again.")


class SignatureUnsupported(SignatureRefusal):
    """A form of signature other than the one packets carry."""

    code = "signature-unsupported"
    sentence = _(
        "The signature is of a form that packets do not carry (%(detail)s). "
        "Sign the whole packet with RSA or ECDSA and SHA-256."
    )


class SignatureWrapping(SignatureRefusal):
    """The signature covers a part while the rest would be read."""

    code = "signature-wrapping"
    sentence = _("The signature covers only a part of the packet, not the whole. Such a packet is refused.")


class SeveralSignatures(SignatureRefusal):
    """More than one signature in a packet."""

    code = "signature-repeated"
    sentence = _("The packet bears %(count)s signatures; exactly one is accepted.")


class AlreadySigned(SignatureRefusal):
    """A packet about to be signed has a signature already."""

    code, status = "packet-already-signed", 409
    sentence = _("The packet already bears a signature and is not signed again.")


class NoPlaceForSignature(SignatureRefusal):
    """The XML has no header to put the signature in."""

    code = "signature-no-place"
    sentence = _("The XML is not an edXML packet: it has no header to hold the signature.")


class SignedXmlMalformed(SignatureRefusal):
    """Not well-formed, or not UTF-8."""

    code, status = "signed-xml-malformed", 400
    sentence = _("The packet is not well-formed XML in UTF-8 (line %(line)s). Ask the sender for it again.")


class SignedXmlDoctype(SignatureRefusal):
    """A document type: the door of XML bombs and external entities."""

    code, status = "signed-xml-doctype", 400
    sentence = _(
        "The packet declares a document type or entities, which is forbidden. It was not read further."
    )


class SignedXmlTooComplex(SignatureRefusal):
    """Nested too deep, or too many elements or attributes."""

    code, status = "signed-xml-too-complex", 400
    sentence = _("The signed packet exceeds a limit of XML structure: %(rule)s, at most %(limit)s.")


class CertificateMissing(SignatureRefusal):
    """The signature names no certificate."""

    code = "certificate-missing"
    sentence = _("The signature brings no certificate, so nobody can tell who signed.")


class CertificateUntrusted(SignatureRefusal):
    """The certificate leads to no authority trusted here."""

    code = "certificate-untrusted"
    sentence = _(
        "The certificate of %(name)s was not issued by an authority that is trusted here (%(issuer)s)."
    )


class CertificateExpired(SignatureRefusal):
    """Signed after the end of the certificate, or never proven to be before."""

    code = "certificate-expired"
    sentence = _("The certificate of %(name)s expired on %(day)s and nothing proves an earlier signing.")


class CertificateNotYetValid(SignatureRefusal):
    """Signed before the certificate began."""

    code = "certificate-not-yet-valid"
    sentence = _("The certificate of %(name)s is valid only from %(day)s, after the signing.")


class CertificateRevoked(SignatureRefusal):
    """Withdrawn before the signing."""

    code = "certificate-revoked"
    sentence = _("The certificate of %(name)s was revoked on %(day)s, before the signing.")


class CertificateUnsuited(SignatureRefusal):
    """A certificate made for something else."""

    code = "certificate-unsuited"
    sentence = _("The certificate of %(name)s is not one to sign documents with.")


class TimestampWrong(SignatureRefusal):
    """The timestamp does not fit, or its service is not trusted."""

    code = "timestamp-wrong"
    sentence = _("The timestamp of the signature by %(name)s is wrong or from a service not trusted here.")


class SignedByAnotherAgency(SignatureRefusal):
    """A valid signature, but of another agency than the one it should be."""

    code, status = "signed-by-another-agency", 403
    sentence = _(
        "The signature is by %(signer)s, not by %(expected)s. Only the agency itself can sign for it."
    )


class NoCertificate(Refusal):
    """Someone shall sign who has no valid certificate."""

    code, status = "no-certificate", 409
    sentence = _("%(name)s has no valid certificate to sign with. Ask the administrator to issue one.")


class PinNeeded(Refusal):
    """The signer's key is used only with its PIN."""

    code, status = "pin-needed", 422
    sentence = _("Your signing key is protected by a PIN. Enter it to sign.")


class WrongPin(Refusal):
    """Not the PIN of the key; the try is counted."""

    code, status = "wrong-pin", 422
    sentence = _(
        "That is not the PIN of your signing key. Tries left: %(left)s; after that the key is locked. "
        "Nothing was signed."
    )


class KeyLocked(Refusal):
    """Too many wrong tries: the PIN is not looked at any more."""

    code, status = "key-locked", 422
    sentence = _(
        "Your signing key is locked after %(most)s wrong PINs. Nothing was signed. Ask the administrator for "
        "a new key; what you have signed stays valid."
    )


class PinTooWeak(Refusal):
    """A PIN that would be guessed."""

    code, status = "pin-too-weak", 422
    sentence = _(
        "Choose a PIN of %(least)s to %(most)s characters that are not all the same and not simply counted."
    )


class PinSetAlready(Refusal):
    """The key has a PIN; it is changed with the one it has."""

    code, status = "pin-set-already", 409
    sentence = _("Your signing key has a PIN already. To change it, enter the one it has.")


class CertificateUnknown(Refusal):
    """No certificate of that fingerprint."""

    code, status = "certificate-unknown", 404
    sentence = _("No such certificate is known here.")


class AlreadyRevoked(Refusal):
    """Revoking is final; it is not done twice."""

    code, status = "certificate-already-revoked", 409
    sentence = _("The certificate was already revoked on %(day)s. A revocation cannot be changed.")


class SigningUnavailable(Refusal):
    """The key store or the timestamp service does not work."""

    code, status = "signing-unavailable", 503
    sentence = _("Signing does not work at the moment (%(detail)s). Nothing was signed; try again later.")


def _subclasses(base: type[Refusal]) -> Mapping[str, type[Refusal]]:
    return {found.code: found for found in base.__subclasses__()}


REASONS = _subclasses(SignatureRefusal)


def _say(code: str, facts: tuple[tuple[str, str], ...]) -> str:
    return REASONS[code](**dict(facts)).say()


_lazily = lazy(_say, str)


def sentence_of(code: str, facts: Mapping[str, str]) -> Promise:
    """The sentence of a reason, in whatever language is active when it is shown."""
    return cast(Promise, _lazily(code, tuple(facts.items())))
