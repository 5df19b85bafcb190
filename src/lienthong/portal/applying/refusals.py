"""What is refused of an application that is being filled in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal


class NotOnline(Refusal):
    """The offer is of the counter, or has ended."""

    code, status = "not-online", 409
    sentence = _(
        "“%(procedure)s” cannot be applied for online at %(agency)s. Look for another body that offers it "
        "online, or bring the papers to its counter."
    )


class DraftChangedElsewhere(Refusal):
    """Another device saved the page meanwhile."""

    code, status = "draft-changed-elsewhere", 409
    sentence = _(
        "This page was saved on another device while it was open here. Both are below: what you typed here, "
        "and what was saved there. Correct it and press “Save and continue” again to keep what stands in the "
        "fields."
    )


class DraftSubmitted(Refusal):
    """The application was sent already."""

    code, status = "draft-submitted", 409
    sentence = _("This application has been sent already. Its code is %(code)s; nothing was sent twice.")


class DraftTooLarge(Refusal):
    """More was written than any form asks for."""

    code, status = "draft-too-large", 413
    sentence = _("This is more text than the form can hold. Shorten what you wrote and save again.")


class TooManyFiles(Refusal):
    """A draft holds only so many files."""

    code, status = "too-many-files", 422
    sentence = _(
        "At most %(most)s files can be sent with one application, and this one was not kept. Take out what "
        "is not needed, or put several pages into one PDF."
    )


class NotReady(Refusal):
    """Something is still missing."""

    code, status = "application-not-ready", 422
    sentence = _("Something is still missing or wrong. Look at what is marked, then send it again.")


class TooManyTries(Refusal):
    """Codes are not guessed."""

    code, status = "too-many-tries", 429
    sentence = _("There were too many tries. Wait %(minutes)s minutes, then try again.")


class CodeUnknown(Refusal):
    """No application fits the code."""

    code, status = "code-unknown", 404
    sentence = _(
        "No application fits this code. Check each letter, or the application was sent or has expired."
    )


class SignersMissing(Refusal):
    """Not everybody has confirmed."""

    code, status = "signers-missing", 409
    sentence = _(
        "%(names)s must still read and confirm it, and nothing was sent. Give them their code again, or take "
        "them out."
    )


class TooManySigners(Refusal):
    """More people than sign one application."""

    code, status = "too-many-signers", 422
    sentence = _("At most %(most)s people can sign with you. Bring the papers to the counter instead.")


class SignerUnnamed(Refusal):
    """Somebody without a name, or without a number."""

    code, status = "signer-unnamed", 422
    sentence = _("Write the full name, and the identification number of 12 digits where it is asked.")


class NotAtCounter(Refusal):
    """The agency takes the procedure online only."""

    code, status = "not-at-counter", 409
    sentence = _(
        "“%(procedure)s” is not offered at your counter, only online. Help the applicant to send it from "
        "here on their own telephone."
    )


class ActsForAnother(Refusal):
    """The application was begun for one party, and the visitor acts for another now."""

    code, status = "acts-for-another", 409
    sentence = _(
        "You began this application for %(name)s, and you are acting for somebody else now. Change for whom "
        "you act in the menu with your name, then send it."
    )
