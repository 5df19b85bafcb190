"""Why a letter of another installation goes back, or why one cannot be sent."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal


class LetterUnreadable(Refusal):
    """What came is no letter of this form."""

    code, status = "letter-unreadable", 422
    sentence = _(
        "What came is no dossier in the form of version 1 (%(place)s: %(fault)s). Nothing was taken in."
    )


class LetterNotSigned(Refusal):
    """Nobody knows who sent it."""

    code, status = "letter-not-signed", 403
    sentence = _("The packet is not signed by the agency that it names as its sender: %(verdict)s")


class LetterFileWrong(Refusal):
    """A file is missing, or is not the one that the letter describes."""

    code, status = "letter-file-wrong", 422
    sentence = _(
        "The file “%(name)s” is missing or is not the one that was meant: its SHA-256 differs. "
        "Nothing was taken in; send the dossier again."
    )


class ProcedureNotHere(Refusal):
    """The catalogue here does not know the procedure."""

    code, status = "procedure-not-here", 422
    sentence = _(
        "The procedure %(procedure)s is not in force in the catalogue of the receiving installation. "
        "Ask whoever runs it to load the procedure, then hand the step over again."
    )


class HandOverUnknown(Refusal):
    """The letter speaks of a step that was never handed over, or not by or to this agency."""

    code, status = "hand-over-unknown", 409
    sentence = _("No step that was handed over between these two agencies has the key %(handover)s.")


class HandOverTwice(Refusal):
    """The same step of the same dossier is being settled already."""

    code, status = "hand-over-twice", 409
    sentence = _("The step “%(step)s” of dossier %(code)s is being settled here already as %(known)s.")


class TooMuchToTravel(Refusal):
    """More or larger files than may travel with a dossier."""

    code, status = "too-much-to-travel", 422
    sentence = _(
        "The dossier has more than %(most)s files or %(size)s MiB and cannot travel to another installation. "
        "Send the papers as an official document, and settle the step by hand."
    )


class NothingToSendAgain(Refusal):
    """It went through meanwhile, or is another agency's."""

    code, status = "nothing-to-send-again", 409
    sentence = _("There is nothing to send again: it may have gone through meanwhile. Reload the page.")
