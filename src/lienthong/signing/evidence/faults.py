"""What can be wrong with an evidence file, or with one of its statements. The first word names the part."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal


class EvidenceTooLarge(Refusal):
    """More bytes than are read."""

    code, status = "evidence-too-large", 413
    sentence = _("The evidence file is larger than %(limit)s MB, the most that is checked here.")


class EvidenceUnreadable(Refusal):
    """Not an evidence file, or damaged outside its statements."""

    code, status = "evidence-unreadable", 422
    sentence = _("This is not an evidence file that can be read: %(detail)s.")


class EvidenceFault(Refusal):
    """One statement does not hold; every subclass is a reason."""

    code, status = "evidence-fault", 422
    sentence = _("The statement does not hold.")


class StatementUnreadable(EvidenceFault):
    """The statement's line, or what it states, has not the form it should have."""

    code = "statement-unreadable"
    sentence = _("Statement: it cannot be read (%(detail)s).")


class StatementElsewhere(EvidenceFault):
    """It speaks of something else than the file does."""

    code = "statement-of-another-packet"
    sentence = _("Statement: it speaks of another packet than the file.")


class StatementSignature(EvidenceFault):
    """Its signature is not one of an axis trusted here."""

    code = "statement-signature"
    sentence = _("Signature: %(detail)s")


class CertificateDamaged(EvidenceFault):
    """A certificate in the file is not the one it should be."""

    code = "certificate-damaged"
    sentence = _("Signature: the certificate %(sha256)s of the file is damaged.")


class ChainBroken(EvidenceFault):
    """It does not follow the statement before it."""

    code = "chain-broken"
    sentence = _("Chain: it does not follow statement %(before)s, or that one is missing.")


class PathWrong(EvidenceFault):
    """It does not stand in its batch."""

    code = "merkle-path"
    sentence = _("Merkle path: the statement does not stand at place %(position)s of batch %(batch)s.")


class BatchMissing(EvidenceFault):
    """Its batch is not in the file."""

    code = "batch-missing"
    sentence = _("Batch header: the file has no readable header of batch %(batch)s.")


class HeaderWrong(EvidenceFault):
    """The header of its batch does not hold."""

    code = "batch-header"
    sentence = _("Batch header: that of batch %(batch)s does not hold. %(detail)s")


class StampWrong(EvidenceFault):
    """The timestamp of its batch does not hold."""

    code = "timestamp"
    sentence = _("Timestamp: that of batch %(batch)s does not fit its header, is damaged, or is not trusted.")


class PendingWrong(EvidenceFault):
    """What the file says is missing is not what is missing."""

    code = "pending"
    sentence = _("Pending: the file says “%(said)s”, but “%(found)s” is what the statement still lacks.")
