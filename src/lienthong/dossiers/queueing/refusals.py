"""What is refused of queue tickets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal


class NobodyWaits(Refusal):
    """There is no ticket to be called to the counter."""

    code, status = "nobody-waits", 409
    sentence = _("Nobody waits for counter %(counter)s. New tickets appear here as they are drawn.")


class TicketNotNow(Refusal):
    """The ticket's state does not allow the act."""

    code, status = "ticket-wrong-state", 409
    sentence = _(
        "Ticket %(ticket)s is in state “%(state)s”, so this cannot be done. "
        "Someone may have been faster; reload the page to see what happened."
    )


class CounterBusy(Refusal):
    """A counter has one visitor at a time."""

    code, status = "counter-busy", 409
    sentence = _("Counter %(counter)s still has ticket %(ticket)s. Finish it first, then call another one.")


class QueueClosed(Refusal):
    """No tickets are given in this queue now."""

    code, status = "queue-closed", 409
    sentence = _("No tickets are given for “%(queue)s” now. Ask at the reception.")


class QueueFull(Refusal):
    """More tickets wait than a day can serve: someone plays with the kiosk."""

    code, status = "queue-full", 409
    sentence = _("Too many people wait for “%(queue)s” already. Ask at the reception, or come another day.")


class NoQueueServes(Refusal):
    """No queue has the field that was named, and none takes what is left."""

    code, status = "no-queue-serves", 409
    sentence = _("No queue of this hall takes what you come for now. Ask at the reception.")


class NoSuchSlot(Refusal):
    """The time is not one that the queue gives."""

    code, status = "no-such-slot", 422
    sentence = _(
        "“%(queue)s” gives no appointments at %(time)s: choose one of the times listed. "
        "Days off and times that have passed have none."
    )


class SlotFull(Refusal):
    """Somebody was faster."""

    code, status = "slot-full", 409
    sentence = _("All places of “%(queue)s” at %(time)s are taken meanwhile. Choose another time.")


class AppointmentAlready(Refusal):
    """One appointment a day and queue."""

    code, status = "appointment-already", 409
    sentence = _(
        "%(name)s has an appointment for “%(queue)s” at %(time)s already. "
        "Cancel it first to choose another time."
    )


class AppointmentOver(Refusal):
    """It was cancelled, or the visitor arrived already, or it is not of today."""

    code, status = "appointment-over", 409
    sentence = _(
        "This cannot be done with the appointment: it was cancelled, the visitor arrived already, "
        "or it is of another day. Reload the page to see."
    )


class CancelReasonMissing(Refusal):
    """A cancelled appointment says why."""

    code, status = "cancel-reason-missing", 422
    sentence = _("Write why the appointment is cancelled.")
