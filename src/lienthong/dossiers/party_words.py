"""What a party reads: states, pauses, acts and purposes in plain words, without the terms of the office."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.dossiers.states import DossierState

_S = DossierState
SENTENCES: dict[int, Promise] = {
    _S.SUBMITTED: _("It has been handed in. The body looks whether everything is there, then takes it in."),
    _S.ACCEPTED: _("It has been taken in and is waiting for its first step."),
    _S.NOT_ACCEPTED: _("It was not taken in. The reason is on the slip."),
    _S.IN_PROGRESS: _("The body is working on it."),
    _S.SUPPLEMENT_REQUESTED: _("Something is missing. It goes on as soon as the applicant has sent it."),
    _S.PAYMENT_REQUESTED: _("A fee is to be paid. It goes on as soon as the money has come."),
    _S.WITHDRAWN: _("The applicant has withdrawn it. Nothing more happens with it."),
    _S.STOPPED: _("It is no longer settled. The reason is on the slip."),
    _S.FINISHED: _("It is decided. The result can be taken."),
    _S.HANDED_OUT: _("The result has been handed out."),
}
# Why the clock stands, by what is waited for.
STANDS_FOR: dict[str, Promise] = {
    "supplement": _("the applicant still has to send something that is missing"),
    "payment": _("a fee still has to be paid"),
    "opinion": _("another body has been asked for its opinion"),
    "linked": _("another procedure of the same application is waiting"),
}
STANDS_OTHERWISE = _("something outside this body is waited for")
# What an official did with the file, by the verb of the ledger.
DID: dict[str, Promise] = {
    "submit": _("Took the papers at the counter"),
    "accept": _("Took the dossier in"),
    "decline": _("Did not take the dossier in"),
    "work": _("Finished a step"),
    "assign": _("Gave a step to an official"),
    "ask-supplement": _("Asked for what is missing"),
    "supply": _("Took in what was missing"),
    "apologise": _("Gave a new date"),
    "stop": _("Stopped settling it"),
    "withdraw": _("Withdrew it for the applicant"),
    "finish": _("Decided it"),
    "draft-result": _("Wrote the result"),
    "sign-result": _("Signed the result"),
    "drop-result": _("Discarded a draft of the result"),
    "hand-out": _("Handed the result out"),
    "opine": _("Gave an opinion"),
    "ask-opinion": _("Asked other bodies for their opinion"),
    "withdraw-opinion": _("Took a question to other bodies back"),
    "hand-over": _("Handed a step over to another body's system"),
}
DID_OTHERWISE = _("Worked on the dossier")
OPENED = _("Opened the file")
# What for, by the role in which it was opened.
FOR_ROLE: dict[str, Promise] = {
    "receptionist": _("to receive dossiers and hand out results"),
    "specialist": _("to work on dossiers of this body"),
    "head": _("to direct the work of a division"),
    "leader": _("to direct the work of this body"),
    "clerk": _("to register and send out results"),
    "auditor": _("to inspect how dossiers are settled"),
}
FOR_STEP = _("to do the step “%(step)s”")
FOR_OTHERWISE = _("to settle the dossier")
STAGE: dict[str, Promise] = {
    "submitted": _("Handed in"),
    "accepted": _("Taken in, the clock begins"),
    "decided": _("Decided"),
    "handed-out": _("Result handed out"),
    f"ended-{_S.NOT_ACCEPTED}": _("Not taken in"),
    f"ended-{_S.WITHDRAWN}": _("Withdrawn"),
    f"ended-{_S.STOPPED}": _("No longer settled"),
}
