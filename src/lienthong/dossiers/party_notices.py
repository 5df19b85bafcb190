"""What parties are told of dossiers and appointments: the kinds, with the words that are shipped.

Written for a person with little schooling: what happened, then what to do. An SMS has the code of the
dossier and what to do, nothing of the person or the matter.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.notifications.public import NoticeKind, Place, register_notice

CODE = Place("code", _("Code of the dossier"), "H55.21.13-20260302-0007", short=True)
PROCEDURE = Place("procedure", _("Name of the procedure"), "Đăng ký khai sinh")
AGENCY = Place("agency", _("Agency that settles it"), "UBND xã Mẫu")
DUE = Place("due", _("When the result is due"), "16:30 09/03/2026", short=True)
REASON = Place("reason", _("Reason, as the official wrote it"), "Tờ khai thiếu chữ ký")
NUMBER = Place("number", _("How many things are missing"), "2", short=True)
ITEMS = Place("items", _("What is missing"), "Giấy chứng sinh; Tờ khai có chữ ký")
FEE = Place("fee", _("Amount to pay, in đồng"), "8.000", short=True)
FILE = Place("file", _("Name of the file"), "giay-chung-sinh.pdf")
QUEUE = Place("queue", _("What the appointment is for"), "Hộ tịch")
TIME = Place("time", _("Time of the appointment"), "09:30 05/03/2026", short=True)
DOSSIER = (CODE, PROCEDURE, AGENCY)


def _kind(
    name: str,
    label: Promise,
    *places: Place,
    title: Promise,
    text: Promise,
    sms: Promise,
    todo: Promise | str = "",
    urgent: bool = False,
) -> NoticeKind:
    kind = NoticeKind(f"dossiers.{name}", label, places, title, text, todo, sms, urgent)
    return register_notice(kind)


SUBMITTED = _kind(
    "submitted",
    _("A dossier was submitted"),
    *DOSSIER,
    title=_("We have your dossier {code}"),
    text=_("Your dossier for “{procedure}” has arrived at {agency}. Officials will check it now."),
    todo=_("You need not do anything. We tell you when it is accepted, or when something is missing."),
    sms=_("Dossier {code} has arrived and will be checked. You need not do anything."),
)
ACCEPTED = _kind(
    "accepted",
    _("A dossier was accepted"),
    *DOSSIER,
    DUE,
    title=_("Your dossier {code} is accepted"),
    text=_("{agency} has accepted your dossier for “{procedure}”. The result is due at {due}."),
    todo=_("You need not do anything. We tell you when the result is ready."),
    sms=_("Dossier {code} is accepted. The result is due at {due}."),
)
NOT_ACCEPTED = _kind(
    "not-accepted",
    _("A dossier was not accepted"),
    *DOSSIER,
    REASON,
    title=_("Your dossier {code} was not accepted"),
    text=_("{agency} could not accept your dossier for “{procedure}”. Reason: {reason}"),
    todo=_("Read the reason, then submit it again, or ask at the counter of the agency."),
    sms=_("Dossier {code} was not accepted. See the reason on your page or ask at the counter."),
)
SUPPLEMENT_ASKED = _kind(
    "supplement-asked",
    _("A supplement is asked for"),
    *DOSSIER,
    NUMBER,
    ITEMS,
    REASON,
    title=_("Your dossier {code} lacks something"),
    text=_("Missing ({number}): {items}. Reason: {reason}"),
    todo=_(
        "Send what is missing on the page of your dossier, or bring it to the counter of {agency}. "
        "The time stands still until it is there."
    ),
    sms=_("Dossier {code} lacks {number} thing(s). Send them on your page or bring them to the counter."),
    urgent=True,
)
PAYMENT_ASKED = _kind(
    "payment-asked",
    _("A payment is asked for"),
    *DOSSIER,
    FEE,
    title=_("Please pay for your dossier {code}"),
    text=_("The fee for “{procedure}” is {fee} đồng. {agency} goes on once it is paid."),
    todo=_("Pay on the page of your dossier, or at the counter. We never send links to pay by a message."),
    sms=_("Dossier {code}: {fee} dong to pay, on your page or at the counter. We never send a link to pay."),
    urgent=True,
)
PAID = _kind(
    "paid",
    _("A payment was noted"),
    *DOSSIER,
    title=_("The payment for your dossier {code} has arrived"),
    text=_("Nothing is left to pay for “{procedure}”. {agency} goes on with your dossier."),
    sms=_("Dossier {code}: your payment has arrived."),
)
NEW_DATE = _kind(
    "new-date",
    _("An apology with a new date"),
    *DOSSIER,
    DUE,
    REASON,
    title=_("Your dossier {code} takes longer. We apologise"),
    text=_("{agency} cannot finish “{procedure}” in time. The new date is {due}. Reason: {reason}"),
    todo=_("You need not do anything. Please do not come before the new date."),
    sms=_("Dossier {code} takes longer, we apologise. New date: {due}."),
)
DEADLINE_MOVED = _kind(
    "deadline-moved",
    _("Days off move the date of a result"),
    *DOSSIER,
    DUE,
    title=_("The date of your dossier {code} has changed"),
    text=_("The working days of {agency} have changed. The result for “{procedure}” is now due at {due}."),
    sms=_("Dossier {code}: the working days have changed, the result is now due at {due}."),
)
STOPPED = _kind(
    "stopped",
    _("A dossier is no longer settled"),
    *DOSSIER,
    REASON,
    title=_("Your dossier {code} is no longer settled"),
    text=_("{agency} has stopped settling “{procedure}”. Reason: {reason}"),
    todo=_("Read the reason. If you do not agree, ask at the counter or send a complaint."),
    sms=_("Dossier {code} is no longer settled. See the reason on your page or ask at the counter."),
)
WITHDRAWN = _kind(
    "withdrawn",
    _("A dossier was withdrawn"),
    *DOSSIER,
    title=_("Your dossier {code} is withdrawn"),
    text=_("The dossier for “{procedure}” at {agency} was withdrawn as you wished."),
    todo=_("If you did not wish this, tell the counter of the agency at once."),
    sms=_("Dossier {code} was withdrawn. If you did not wish this, tell the counter at once."),
)
RESULT_READY = _kind(
    "result-ready",
    _("The result is ready"),
    *DOSSIER,
    title=_("The result of your dossier {code} is ready"),
    text=_("{agency} has settled your dossier for “{procedure}”."),
    todo=_(
        "Take the result on the page of your dossier, or fetch it at the counter with your identity card."
    ),
    sms=_(
        "Dossier {code}: the result is ready. See your page, or come to the counter with your identity card."
    ),
    urgent=True,
)
REFUSED = _kind(
    "refused",
    _("A dossier was decided: refused"),
    *DOSSIER,
    title=_("Your dossier {code} was decided"),
    text=_("{agency} has decided on “{procedure}” and could not grant it."),
    todo=_("Read the decision with its reasons on the page of your dossier, or fetch it at the counter."),
    sms=_("Dossier {code} was decided. See the decision on your page or at the counter."),
    urgent=True,
)
HANDED_OUT = _kind(
    "handed-out",
    _("The result was handed out"),
    *DOSSIER,
    title=_("The result of your dossier {code} was handed out"),
    text=_("{agency} has noted that the result for “{procedure}” was handed out."),
    todo=_("If you did not get it, tell the counter of the agency at once."),
    sms=_("Dossier {code}: the result was handed out. If you did not get it, tell the counter at once."),
)
VIRUS_IN_FILE = _kind(
    "virus-in-file",
    _("A virus was found in a file of the party"),
    CODE,
    title=_("A file of your dossier {code} cannot be used"),
    text=_("A virus was found in a file that belongs to your dossier, so nobody can open it any more."),
    todo=_("Have your computer or telephone checked, and keep a clean copy: the agency will ask you for it."),
    sms=_(
        "Dossier {code}: a virus was found in a file. Have a clean copy ready; the agency will ask for it."
    ),
    urgent=True,
)
APPOINTMENT_MADE = _kind(
    "appointment-made",
    _("An appointment was made"),
    AGENCY,
    QUEUE,
    TIME,
    title=_("Your appointment: {time}"),
    text=_("You have an appointment at {agency} for “{queue}”, {time}."),
    todo=_("Come a little earlier, with your identity card and your papers. If you cannot come, cancel it."),
    sms=_("Your appointment: {time}. Bring your identity card. If you cannot come, please cancel it."),
)
APPOINTMENT_CANCELLED = _kind(
    "appointment-cancelled",
    _("An appointment was cancelled"),
    AGENCY,
    QUEUE,
    TIME,
    REASON,
    title=_("Your appointment of {time} is cancelled"),
    text=_("Your appointment at {agency} for “{queue}” was cancelled. Reason: {reason}"),
    todo=_("Choose another time if you still need one."),
    sms=_("Your appointment of {time} is cancelled. Choose another time if you need one."),
)
APPOINTMENT_NEAR = _kind(
    "appointment-near",
    _("An appointment is near"),
    AGENCY,
    QUEUE,
    TIME,
    title=_("Do not forget your appointment: {time}"),
    text=_("You have an appointment at {agency} for “{queue}”, {time}."),
    todo=_("Come a little earlier, with your identity card and your papers. If you cannot come, cancel it."),
    sms=_("Do not forget your appointment: {time}. Bring your identity card."),
    urgent=True,
)
