"""What is refused of dossiers, whoever asks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal


class DossierNotNow(Refusal):
    """The dossier's state does not allow the move."""

    code, status = "dossier-wrong-state", 409
    sentence = _(
        "This cannot be done now: dossier %(code)s is in state “%(state)s”. "
        "Someone may have been faster; reload the page to see what happened."
    )


class StepAlreadyDone(Refusal):
    """Somebody else was faster."""

    code, status = "step-already-done", 409
    sentence = _(
        "The step “%(step)s” of dossier %(code)s is no longer open: %(name)s ended it at %(time)s. "
        "Nothing of what you entered was kept; reload the page to see where the dossier is now."
    )


class StepOfAnother(Refusal):
    """The step lies with another official or another role."""

    code, status = "step-of-another", 403
    sentence = _(
        "The step “%(step)s” lies with %(name)s. Ask them, or ask a leader of the agency to give it to you."
    )


class ClockStands(Refusal):
    """What waits for the applicant is not worked on."""

    code, status = "clock-stands", 409
    sentence = _(
        "Dossier %(code)s waits for the applicant (%(reason)s), so its clock stands and no step is finished. "
        "Receive what was asked for first."
    )


class ChoiceMissing(Refusal):
    """A step ends in a choice, and none was made."""

    code, status = "choice-missing", 422
    sentence = _("Say how it goes on after “%(step)s”: %(ways)s.")


class ReasonMissing(Refusal):
    """Some acts are not done without words."""

    code, status = "reason-missing", 422
    sentence = _("Write the reason; the applicant reads it on the slip.")


class NotOffered(Refusal):
    """The agency does not offer the procedure through this channel."""

    code, status = "not-offered", 422
    sentence = _(
        "%(agency)s does not offer “%(procedure)s” through this channel. "
        "Look in the catalogue which body does, or choose another channel."
    )


class AnswersWrong(Refusal):
    """The answers do not fit the form."""

    code, status = "answers-wrong", 422
    sentence = _("The form is not filled in rightly yet: %(faults)s")


class NotHeld(Refusal):
    """A document to be used again is not the applicant's, or no longer valid."""

    code, status = "not-held", 422
    sentence = _(
        "For “%(paper)s” a document was chosen that is not held for this applicant, or is no longer valid. "
        "Choose another, or take the paper in."
    )


class NoCompetentBody(Refusal):
    """A step would lie with a body that nobody named."""

    code, status = "no-competent-body", 409
    sentence = _(
        "“%(lane)s” has a step in this procedure, but it is not known which agency that is here. "
        "Ask the administrator of the one-stop to name the competent body, then accept the dossier."
    )


class SupplementAskedAlready(Refusal):
    """A supplement is asked for once."""

    code, status = "supplement-asked-already", 409
    sentence = _(
        "A supplement to dossier %(code)s was asked for on %(day)s already. The law lets it be asked once, "
        "and whole (NĐ 61/2018/NĐ-CP, Đ.19 k.4): settle it with what is there, or refuse it with reasons."
    )


class SupplementItemsMissing(Refusal):
    """What is missing has to be named."""

    code, status = "supplement-items-missing", 422
    sentence = _("Name each paper or statement that is missing or wrong, all of them at once.")


class NewDateTooEarly(Refusal):
    """A new date that is not later than the old one."""

    code, status = "new-date-too-early", 422
    sentence = _("The new date must be later than the one the applicant was given: %(due)s.")


class ApologyTooLate(Refusal):
    """An apology that comes after the deadline."""

    code, status = "apology-too-late", 409
    sentence = _(
        "The deadline passed at %(due)s. An apology with a new date is sent before it passes, never after "
        "(NĐ 61/2018/NĐ-CP, Đ.19 k.9); finish the dossier now, it counts as late."
    )


class NotTheirStep(Refusal):
    """A step is given only to who has a post for it."""

    code, status = "not-their-step", 422
    sentence = _("This official has no post for the step. Choose someone of the list, or give them the role.")


class TakenWithoutReason(Refusal):
    """Nobody's work is taken away without a word."""

    code, status = "taken-without-reason", 422
    sentence = _("Write why the step is taken from %(name)s; they read it.")


class ResultThere(Refusal):
    """A dossier has each kind of result once."""

    code, status = "result-there", 409
    sentence = _(
        "Dossier %(code)s has a result “%(name)s” already. Open it to change the draft; what is signed stays."
    )


class ResultUnknown(Refusal):
    """The procedure has no such result."""

    code, status = "result-unknown", 422
    sentence = _("“%(procedure)s” has no result “%(key)s”. Choose one of those the procedure names.")


class ResultSignedAlready(Refusal):
    """A signed result is never changed, and signed once."""

    code, status = "result-signed-already", 409
    sentence = _(
        "“%(name)s” was signed as %(number)s by %(signer)s at %(time)s, and what is signed is never changed. "
        "Reload the page; to correct it, issue another document."
    )


class ResultChanged(Refusal):
    """The draft is not the one that was read."""

    code, status = "result-changed", 409
    sentence = _(
        "The draft “%(name)s” was changed by %(drafter)s at %(time)s, after you opened it. "
        "Nothing was done; open it again and read what it says now."
    )


class ResultMissing(Refusal):
    """The process demands a signed result, and there is none."""

    code, status = "result-missing", 409
    sentence = _(
        "“%(step)s” of dossier %(code)s needs a signed result, and there is none. "
        "Draft the result on the page of the dossier and have a leader sign it first."
    )


class ResultUnsigned(Refusal):
    """A result still waits for its signature."""

    code, status = "result-unsigned", 409
    sentence = _(
        "The result “%(name)s” of dossier %(code)s is a draft that nobody has signed. "
        "Have a leader sign it, or discard the draft."
    )


class NothingToSign(Refusal):
    """The list is empty or too long."""

    code, status = "nothing-to-sign", 422
    sentence = _("Choose between 1 and %(most)s results that wait for your signature.")


class HandedOutAlready(Refusal):
    """A result is handed out once."""

    code, status = "handed-out-already", 409
    sentence = _(
        "The result of dossier %(code)s was handed to %(name)s at %(time)s by %(official)s already. "
        "It is handed out once; reload the page to see the record."
    )


class ReceiverMissing(Refusal):
    """Somebody who is no party of the dossier gets the result only with a name and an authority."""

    code, status = "receiver-missing", 422
    sentence = _(
        "Write who received the result and on whose authority: a power of attorney, a letter of introduction."
    )


class ReceiverUnknown(Refusal):
    """The receiver named is no party of the dossier."""

    code, status = "receiver-unknown", 422
    sentence = _("The receiver is no party of dossier %(code)s. Choose one of the list, or write the name.")


class WayUnknown(Refusal):
    """Results go out in three ways."""

    code, status = "way-unknown", 422
    sentence = _("A result is handed out at the counter, by post or electronically, not “%(way)s”.")


class NationalOff(Refusal):
    """No national portal is set up."""

    code, status = "national-off", 409
    sentence = _(
        "Nothing was sent: this installation tells no national portal (LIENTHONG_NATIONAL_URL is empty). "
        "Ask whoever runs the platform to set it up."
    )


class NothingToRetry(Refusal):
    """What was to be tried again is not there any more."""

    code, status = "nothing-to-retry", 409
    sentence = _(
        "There is nothing to try again: the national portal may have taken it meanwhile. Reload the page."
    )


class CalendarWithoutWork(Refusal):
    """An agency whose calendar has no working time: no deadline can be counted by it."""

    code, status = "calendar-without-work", 409
    sentence = _(
        "The calendar of %(agency)s has no working days, so no deadline can be counted. "
        "Ask the administrator of the agency to set its working hours, then try again."
    )


class NoBodyAsked(Refusal):
    """Whose opinion is asked for is not known."""

    code, status = "no-body-asked", 422
    sentence = _("Choose the bodies whose opinion you ask for: at least one, not your own, at most %(most)s.")


class BodyElsewhere(Refusal):
    """Questions for opinions do not travel between installations: nobody would see it there."""

    code, status = "body-elsewhere", 422
    sentence = _(
        "%(name)s works in another installation, to which questions for an opinion are not sent, so nobody "
        "would answer. Ask by an official letter, and write what was answered into the note of the step."
    )


class BodyAskedAlready(Refusal):
    """A body is not asked twice for the same."""

    code, status = "body-asked-already", 409
    sentence = _(
        "%(name)s was asked at this step already and has not answered yet. "
        "Wait for the answer, or withdraw that question first."
    )


class OpinionWithoutWords(Refusal):
    """A question, a condition, a no and a withdrawal need words."""

    code, status = "opinion-without-words", 422
    sentence = _("Write it in words: the other body reads only what is written here.")


class OpinionClosed(Refusal):
    """Somebody was faster."""

    code, status = "opinion-closed", 409
    sentence = _(
        "The question about dossier %(code)s is no longer open: it was answered or withdrawn. "
        "Nothing of what you entered was kept; reload the page of the dossier to see the answer."
    )


class OpinionsOpen(Refusal):
    """A step is not finished past who was asked."""

    code, status = "opinions-open", 422
    sentence = _(
        "%(number)s bodies have not answered yet. Wait for them, or write why the step is finished without "
        "their opinion; the questions are withdrawn with that reason."
    )


class OpinionWanted(Refusal):
    """An opinion is not finished like a step."""

    code, status = "opinion-wanted", 409
    sentence = _(
        "Your agency is asked for its opinion on dossier %(code)s. "
        "Give it on the page of the dossier: whether you agree, and why."
    )


class BodyUnknown(Refusal):
    """Only an agency below the province answers for a field there."""

    code, status = "body-unknown", 422
    sentence = _("This agency is not one of the province. Choose a body of the list.")


class TooManyLinked(Refusal):
    """An application of more procedures than one reception can hold."""

    code, status = "too-many-linked", 422
    sentence = _(
        "At most %(most)s other procedures can be received in one application, and nothing was received. "
        "Take some out, and receive them as an application of their own."
    )


class PartsMissing(Refusal):
    """A group of linked procedures is one application: all of it, or none."""

    code, status = "parts-missing", 422
    sentence = _(
        "“%(procedure)s” is received together with all its procedures in one application (%(parts)s), and "
        "nothing was received. Choose it at the counter and fill in the form of each of them."
    )


class PartNotOffered(Refusal):
    """A procedure of a group cannot be received here."""

    code, status = "part-not-offered", 409
    sentence = _(
        "“%(procedure)s” is received together with procedures that your agency does not offer at its "
        "counter: %(parts)s. Have them offered first, or receive the others each as an application of "
        "its own."
    )


class RootUnfit(Refusal):
    """A part belongs to a main dossier of the same applicant at the same agency."""

    code, status = "root-unfit", 422
    sentence = _(
        "The dossier cannot be received as a part of %(code)s: that is not a main dossier on its way of the "
        "same applicant at this agency. Nothing was received; name the right one, or receive it alone."
    )


class LinkedNotReady(Refusal):
    """The results of one application go out together."""

    code, status = "linked-not-ready", 409
    sentence = _(
        "The results of one application are handed out together, and these of its dossiers are not decided "
        "yet: %(codes)s. Wait for them, or say on the page of the dossier that this result goes out alone."
    )
