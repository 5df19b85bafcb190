"""What can be wrong with the form of a document: each fault with its rule and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Weight(StrEnum):
    """How much a fault weighs: with an error a document is signed only for a reason that is recorded."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Fault:
    """A kind of fault; `rule` is its place in NĐ 30/2020/NĐ-CP, "I" or "II" being the parts of annex I."""

    weight: Weight
    rule: str
    sentence: Promise


@dataclass(frozen=True)
class Finding:
    """A fault found in a document, with the facts its sentence names."""

    code: str
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def fault(self) -> Fault:
        """Its kind."""
        return FAULTS[self.code]

    @property
    def error(self) -> bool:
        """Whether signing needs a reason."""
        return self.fault.weight == Weight.ERROR

    @property
    def by_annex(self) -> bool:
        """Whether its rule stands in annex I rather than in an article."""
        return self.fault.rule.startswith("I")

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, in the reader's language."""
        return str(self.fault.sentence) % self.facts


def _error(rule: str, sentence: Promise) -> Fault:
    return Fault(Weight.ERROR, rule, sentence)


def _warning(rule: str, sentence: Promise) -> Fault:
    return Fault(Weight.WARNING, rule, sentence)


FAULTS: dict[str, Fault] = {
    "unreadable": _warning(
        "Đ.8",
        _("The form could not be checked: the file cannot be read within the limits. Look at it yourself."),
    ),
    "no-text": _warning(
        "Đ.8",
        _(
            "The file has no text, only images, so its form could not be checked. Upload the "
            "file itself, not a scan."
        ),
    ),
    "page-size": _error(
        "I.1", _("Page %(page)s is %(width)s × %(height)s mm. Set the paper to A4, 210 × 297 mm.")
    ),
    "margin-left": _warning("I.3", _("The left margin is %(found)s mm. Set it to 30–35 mm.")),
    "margin-right": _warning("I.3", _("The right margin is %(found)s mm. Set it to 15–20 mm.")),
    "margin-top": _warning("I.3", _("The top margin is %(found)s mm. Set it to 20–25 mm.")),
    "margin-bottom": _warning("I.3", _("The bottom margin is %(found)s mm. Set it to 20–25 mm.")),
    "face": _warning("I.4", _("The text is set in %(found)s. Set it in Times New Roman.")),
    "legacy-face": _error(
        "I.4",
        _(
            "The face %(found)s is not Unicode (TCVN 6909:2001). Convert the text to Unicode "
            "and set it in Times New Roman."
        ),
    ),
    "not-embedded": _warning(
        "I.4",
        _(
            "The face %(found)s is not inside the file, so others may see another. Embed it, "
            "or save as PDF/A."
        ),
    ),
    "page-number-first": _warning("I.7", _("The first page shows its number. Leave it out there.")),
    "page-number-missing": _warning(
        "I.7", _("The second page shows no number in the middle of its top margin. Put it there, 13–14 pt.")
    ),
    "nation": _error(
        "II.1",
        _(
            "Box 1 lacks “CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM”, at the top right. Write it in "
            "exactly these letters."
        ),
    ),
    "motto": _error(
        "II.1", _("Box 1 lacks “Độc lập - Tự do - Hạnh phúc”. Write it in exactly these letters and hyphens.")
    ),
    "nation-place": _warning("II.1", _("The national name does not stand at the top right. Move it there.")),
    "agency": _warning(
        "II.2", _("The name of your agency, %(wanted)s, is not at the top left. Write it in full.")
    ),
    "number": _error("II.3", _("Box 3 lacks “Số: …/%(wanted)s”. Write it, with the number left open.")),
    "notation": _error(
        "II.3",
        _(
            "Box 3 has the notation %(found)s, but this type of your agency has %(wanted)s. "
            "Correct one of them."
        ),
    ),
    "date": _error(
        "II.4",
        _(
            "Box 4 lacks place and date, as in “%(place)s, ngày … tháng … năm …”. Write them "
            "at the top right."
        ),
    ),
    "date-form": _warning(
        "II.4",
        _(
            "The date “%(found)s” is not written as prescribed: days below 10 and months 1 "
            "and 2 begin with 0."
        ),
    ),
    "type-name": _error(
        "II.5", _("Box 5a lacks the name of the type, %(wanted)s. Write it in capitals above the summary.")
    ),
    "letter-summary": _warning("II.5", _("Box 5b lacks the summary, “V/v …”. Write it below the number.")),
    "body-size": _warning("II.6", _("Most of the text is set in %(found)s pt. Set it in 13–14 pt.")),
    "authority-spelling": _warning(
        "II.7", _("The authority is written “%(found)s”. Write TM., KT., TL., TUQ. or Q., with a full stop.")
    ),
    "deputy": _error(
        "Đ.13 k.1",
        _("You sign as %(title)s, a deputy, but the document lacks “KT.” above your title. Add it."),
    ),
    "head": _error(
        "Đ.13 k.1",
        _("You sign as %(title)s, yet the document says %(found)s, on behalf of another. Correct box 7a."),
    ),
    "collective": _error(
        "Đ.13 k.2",
        _("Your agency decides as a body, but the document lacks “TM. %(wanted)s”. Add it in box 7a."),
    ),
    "signer": _warning(
        "II.7",
        _("Your name, %(wanted)s, does not stand at the lower right of the last page. Write it in box 7c."),
    ),
    "signature-place": _warning(
        "II.7",
        _("Text stands where the signature goes, at the lower right of the last page. Leave the place free."),
    ),
    "recipients": _warning("II.9", _("Box 9b lacks “Nơi nhận:”, at the lower left. Add it.")),
}
