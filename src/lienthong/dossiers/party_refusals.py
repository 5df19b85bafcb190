"""What is refused of parties."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal


class SupplementAnsweredAlready(Refusal):
    """A supplement is answered once; who presses twice is told so."""

    code, status = "supplement-answered-already", 409
    sentence = _(
        "What was asked for dossier %(code)s was sent at %(time)s already, and nothing was sent again. "
        "If something is wrong with it, call the body that asked for it."
    )


class SupplementIncomplete(Refusal):
    """What was asked for is sent once and whole."""

    code, status = "supplement-incomplete", 422
    sentence = _("Still missing: “%(item)s”. Add a file or write an answer; nothing was sent yet.")


class TooManyFiles(Refusal):
    """More files than one answer can hold."""

    code, status = "too-many-files", 422
    sentence = _("At most %(most)s files can be sent at once, and nothing was sent. Put pages into one PDF.")


class CodeUnknown(Refusal):
    """No dossier has the code; a code of nobody and none at all are not told apart."""

    code, status = "code-unknown", 404
    sentence = _(
        "No dossier has this code. Compare it with your slip, letter by letter: it looks like "
        "H55.21.13-261125-0001."
    )


class GroupAtCounter(Refusal):
    """A group of linked procedures is not handed in online."""

    code, status = "group-at-counter", 422
    sentence = _(
        "“%(procedure)s” is several procedures in one application, and it cannot be sent from here yet: "
        "nothing was sent. Bring the papers to the counter of the agency, where all of them are received at "
        "once."
    )
