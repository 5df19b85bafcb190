"""Who may speak for whom on the axis, and who may watch over it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lienthong.axis.models import ConnectedSystem
from lienthong.directory.public import Agency
from lienthong.identity.public import NotAllowed, Role, Viewer
from lienthong.kernel.errors import Refusal


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
