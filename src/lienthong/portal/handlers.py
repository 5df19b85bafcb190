"""What the portal does when something became true below."""

from __future__ import annotations

from lienthong.dossiers.public import DraftReceived
from lienthong.kernel.events import subscribe
from lienthong.portal.models import Draft


@subscribe(DraftReceived)
def end_draft(event: DraftReceived) -> None:
    """What was begun online and received at the counter is not sent a second time."""
    Draft.objects.filter(pk=event.draft_id, dossier=None).update(
        dossier=event.dossier_id, counter_code="", counter_until=None
    )
