"""What `participation` refuses, in one place because pages, Open311 and actions share the words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal


class TextMissing(Refusal):
    """Feedback says something."""

    code, status = "feedback-text-missing", 422
    sentence = _("Write what it is about, in at most %(limit)s characters.")


class WordsTooLong(Refusal):
    """A field has an end."""

    code, status = "feedback-words-too-long", 422
    sentence = _("This is longer than %(limit)s characters. Write it shorter.")


class WordsMissing(Refusal):
    """This is not done without words."""

    code, status = "feedback-words-missing", 422
    sentence = _("Write a few words, in at most %(limit)s characters: they stay on record.")


class UnknownCategory(Refusal):
    """What it is about is chosen from the list."""

    code, status = "feedback-unknown-category", 422
    sentence = _("Choose from the list what it is about.")


class UnknownPlace(Refusal):
    """Where it is, is chosen from the list."""

    code, status = "feedback-unknown-place", 422
    sentence = _("Choose from the list the province, and in it the commune or ward.")


class OutsideVietnam(Refusal):
    """The place is not in this country."""

    code, status = "feedback-outside-vietnam", 422
    sentence = _("This place is not in Vietnam, or no place at all. Mark another one, or choose the commune.")


class NoCompetentBody(Refusal):
    """Nobody up the tree answers for the place."""

    code, status = "feedback-no-body", 409
    sentence = _(
        "No body that uses this portal answers for this place, so nothing was sent. Call the People's "
        "Committee of the commune."
    )


class TooManyPhotos(Refusal):
    """A few photos show it."""

    code, status = "feedback-too-many-photos", 422
    sentence = _("At most %(limit)s photos go with it. Remove one first.")


class NotAPhoto(Refusal):
    """Something else than a picture, or one that cannot be read."""

    code, status = "feedback-not-a-photo", 422
    sentence = _("“%(name)s” is not a photo that can be read (JPEG, PNG, WebP or HEIC). Choose another one.")


class BadContact(Refusal):
    """A telephone number or address that nothing can reach."""

    code, status = "feedback-bad-contact", 422
    sentence = _("“%(said)s” is no telephone number or e-mail address. Correct it, or leave it empty.")


class NotNow(Refusal):
    """The state does not allow the move."""

    code, status = "feedback-wrong-state", 409
    sentence = _(
        "This cannot be done now: the feedback is in state “%(state)s”. Someone may have been faster; reload "
        "the page to see what happened."
    )


class ReopenedBefore(Refusal):
    """It is reopened once."""

    code, status = "feedback-reopened-before", 409
    sentence = _("It was reopened once already, and that is how often it can be. You may write anew.")


class ReopenTooLate(Refusal):
    """It is reopened within a time."""

    code, status = "feedback-reopen-too-late", 409
    sentence = _("It was answered more than %(days)s days ago and is closed. You may write anew.")


class SameBody(Refusal):
    """It lies there already."""

    code, status = "feedback-same-body", 422
    sentence = _("It lies with this body already. Choose another one.")


class ForwardMissing(Refusal):
    """Who is not competent says who is."""

    code, status = "feedback-forward-missing", 422
    sentence = _("Name the body that is competent, so that the sender can turn to it.")


class NotAgreed(Refusal):
    """The sender did not agree to a public answer."""

    code, status = "feedback-not-agreed", 422
    sentence = _("The sender did not agree that this is shown in public. Send the answer without that.")


class PublicTextMissing(Refusal):
    """What is shown is written for it."""

    code, status = "feedback-public-text-missing", 422
    sentence = _(
        "Write what is shown in public: what was said, without names, numbers, addresses or anything else "
        "that tells who a person is."
    )


class TooOften(Refusal):
    """A flood."""

    code, status = "feedback-too-often", 429
    sentence = _("This was done too often in a short time. Wait %(minutes)s minutes, then try again.")


class WrongCode(Refusal):
    """No feedback has this code."""

    code, status = "feedback-wrong-code", 404
    sentence = _("No feedback has this code. Look at the code again; it has 12 letters and figures.")


class NothingToRate(Refusal):
    """The step has not been done yet."""

    code, status = "rating-too-early", 409
    sentence = _("This step has not been done yet, so it cannot be rated. Come back when it is.")


class RatedBefore(Refusal):
    """Once per step."""

    code, status = "rating-given-before", 409
    sentence = _("This step was rated already; a rating stays as it was given.")


class BadScore(Refusal):
    """One to five points."""

    code, status = "rating-bad-score", 422
    sentence = _("Choose one of the five answers.")


class NothingOwed(Refusal):
    """No answer is owed, or it was given."""

    code, status = "rating-nothing-owed", 409
    sentence = _("No answer to this rating is owed, or it was given already.")


class DraftGone(Refusal):
    """What was being written is there no more."""

    code, status = "feedback-draft-gone", 410
    sentence = _(
        "What you were writing is there no more: it is kept for two days, on this device. Begin anew."
    )


class NotBelow(Refusal):
    """An administrator arranges their own subtree."""

    code, status = "feedback-competence-elsewhere", 403
    sentence = _("You arrange this for places and bodies at or below your own agency. Choose others.")


class CompetenceTwice(Refusal):
    """One body answers for one category in one place."""

    code, status = "feedback-competence-twice", 409
    sentence = _("A body is named for this already. Remove that row first.")
