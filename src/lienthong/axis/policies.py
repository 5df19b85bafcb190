"""Who may speak for whom on the axis, and who may watch over it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from lienthong.axis.models import ConnectedSystem, Delivery
from lienthong.axis.sandbox import is_sandbox
from lienthong.axis.states import MANUAL_ACTS
from lienthong.directory.public import Agency
from lienthong.identity.public import NotAllowed, Role, Viewer
from lienthong.kernel.errors import Refusal

NAMED = 10


class SenderNotServed(Refusal):
    """The connected system may not send in this agency's name."""

    code, status = "sender-not-served", 403
    sentence = _(
        "Your system may not send for %(agency)s. Ask the operator of the axis to connect it for that agency."
    )


def require_speaks_for(system: ConnectedSystem, sender: Agency) -> None:
    """Raise `SenderNotServed` unless the system serves the agency."""
    if not system.speaks_for(sender):
        raise SenderNotServed(field="From/OrganId", agency=sender.code)


class RealRecipient(Refusal):
    """A system in the sandbox sends to real agencies."""

    code, status = "recipient-not-in-sandbox", 403
    sentence = _(
        "Your system is in the sandbox and may send only to agencies of the sandbox, not to %(agencies)s. "
        "Ask the operator of the axis to set it live."
    )


class SandboxRecipient(Refusal):
    """A live system sends to agencies of the sandbox."""

    code, status = "recipient-in-sandbox", 422
    sentence = _("%(agencies)s only exist for tests in the sandbox. Send to real agencies.")


def require_same_side(system: ConnectedSystem, recipients: Sequence[Agency]) -> None:
    """Raise `RealRecipient` or `SandboxRecipient` if a packet would cross the border of the sandbox."""
    beyond = [agency.code for agency in recipients if is_sandbox(agency.code) != system.sandbox]
    if beyond:
        refusal = RealRecipient if system.sandbox else SandboxRecipient
        raise refusal(field="To/OrganId", agencies=", ".join(beyond[:NAMED]))


def require_can_watch(viewer: Viewer) -> None:
    """Raise `NotAllowed` unless the viewer operates or audits the axis."""
    if not viewer.has(Role.OPERATOR, Role.AUDITOR):
        raise NotAllowed


def can_operate(viewer: Viewer) -> bool:
    """Whether the viewer may connect and disable systems."""
    return viewer.has(Role.OPERATOR)


def require_can_operate(viewer: Viewer) -> None:
    """Raise `NotAllowed` unless the viewer operates the axis."""
    if not can_operate(viewer):
        raise NotAllowed


class Health(TextChoices):
    """A connected system's traffic light."""

    GOOD = "good", _("Good")
    WARNING = "warning", _("To be watched")
    BAD = "bad", _("In trouble")


SILENT = timedelta(hours=1)


def health_of(
    *, waits: timedelta | None, silent: timedelta | None, sent: int, refusals: int, late: timedelta
) -> Health:
    """The light by the rule that stands on the page and in docs/operations/console.md.

    Bad: a delivery waits longer than `late`. To be watched: something waits and the system has not spoken
    for an hour (or ever, `silent` None), or it was refused more often today than it sent.
    """
    if waits is not None and waits > late:
        return Health.BAD
    if waits is not None and (silent is None or silent > SILENT):
        return Health.WARNING
    return Health.WARNING if refusals > sent else Health.GOOD


def can_replay(viewer: Viewer, delivery: Delivery) -> bool:
    """Whether the viewer may have the delivery put back into its recipient's inbox."""
    return can_operate(viewer) and delivery.state in MANUAL_ACTS["replay"].sources


def require_administers(viewer: Viewer) -> None:
    """Raise `NotAllowed` unless the viewer administers an agency."""
    if not (viewer.has(Role.ADMINISTRATOR) and viewer.agency_id):
        raise NotAllowed
