"""What `payments` refuses, in one place because pages, actions and adapters share the words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal


class BadAmount(Refusal):
    """A fee is a whole number of đồng between nothing and a trillion."""

    code, status = "bad-amount", 422
    sentence = _(
        "“%(name)s” has the amount %(amount)s. A fee is a whole number of đồng from 0 to 1,000,000,000,000."
    )


class BadLine(Refusal):
    """A fee has a key and a name of a sane length."""

    code, status = "bad-fee", 422
    sentence = _(
        "The fee “%(name)s” cannot be recorded: it needs a key and a name, neither too long, each key once."
    )


class BadReduction(Refusal):
    """A reduction is of 1 to 100 percent, never more than the fee, and says why and by which law."""

    code, status = "bad-reduction", 422
    sentence = _(
        "The reduction of “%(name)s” cannot be recorded: it is of 1 to 100 percent, takes no more than the "
        "fee, and needs a reason and a legal basis."
    )


class ChargeDiffers(Refusal):
    """The same key was charged before with another amount."""

    code, status = "charge-differs", 409
    sentence = _(
        "The fee “%(name)s” was recorded already with %(before)s đồng, and now %(now)s đồng are asked. "
        "Waive or cancel the first, and record the new one under another key."
    )


class ChargeNotNow(Refusal):
    """The charge's state does not allow the move."""

    code, status = "charge-wrong-state", 409
    sentence = _(
        "This cannot be done now: “%(name)s” is in state “%(state)s”. "
        "Someone may have been faster; reload the page to see what happened."
    )


class NothingChosen(Refusal):
    """No charge was named, or one that does not belong to the subject."""

    code, status = "nothing-chosen", 422
    sentence = _("Choose at least one fee of this one subject that is still owed.")


class ReasonMissing(Refusal):
    """This is not done without words."""

    code, status = "reason-missing", 422
    sentence = _("Say why, in at most %(limit)s characters: it stays on record.")


class NotOffered(Refusal):
    """The agency has no such way to pay."""

    code, status = "provider-not-offered", 409
    sentence = _(
        "This agency does not take payments this way. "
        "Pay in cash, or ask its administrator to set up the account."
    )


class ProviderAway(Refusal):
    """The provider did not answer, or not as agreed."""

    code, status = "provider-away", 503
    sentence = _(
        "The payment provider does not answer as agreed (%(problem)s). Nothing is lost; try again later."
    )


class BadSignature(Refusal):
    """A callback that the provider did not sign, or too long ago."""

    code, status = "bad-signature", 403
    sentence = _("The signature of this message does not hold, or its time is not now. Nothing was changed.")


class BadCallback(Refusal):
    """A signed callback that says nothing that can be read."""

    code, status = "bad-callback", 400
    sentence = _("The message cannot be read: %(problem)s. Nothing was changed.")


class CallbackTooLarge(Refusal):
    """A callback is a few hundred bytes."""

    code, status = "callback-too-large", 413
    sentence = _("A message has at most %(limit)s bytes. Nothing was read.")


class SheetUnreadable(Refusal):
    """Not a statement that could be read."""

    code, status = "statement-unreadable", 422
    sentence = _(
        "The file cannot be read as a statement of at most 4 MB. Save it as .xlsx or as .csv in UTF-8, "
        "and choose it again."
    )


class SheetWithoutColumns(Refusal):
    """The columns are known by their names."""

    code, status = "statement-without-columns", 422
    sentence = _(
        "No row near the top names the columns for %(columns)s. Name them and choose the file again."
    )


class SheetTooLong(Refusal):
    """A statement is read in parts."""

    code, status = "statement-too-long", 422
    sentence = _("The statement has more than %(limit)s rows. Take a shorter period and choose it again.")


class SheetRowsRefused(Refusal):
    """Nothing is taken in while a row is wrong."""

    code, status = "statement-rows-refused", 422
    sentence = _(
        "Nothing was taken in, because of these rows: %(rows)s. Mend them and choose the file again."
    )


class UnknownBank(Refusal):
    """A bank is named by the six figures that NAPAS gave it."""

    code, status = "unknown-bank", 422
    sentence = _("No bank has the number “%(bin)s”. Choose one of the list.")


class BadAccount(Refusal):
    """An account number is what the bank prints."""

    code, status = "bad-account", 422
    sentence = _(
        "“%(number)s” is no account number. It has 4 to 19 figures or capital letters, without spaces."
    )
