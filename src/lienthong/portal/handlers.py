"""What the portal does when something became true below."""

from __future__ import annotations

from lienthong.dossiers.public import DraftReceived
from lienthong.kernel.clock import now
from lienthong.kernel.events import subscribe
from lienthong.portal.actions.noticing import note_use
from lienthong.portal.models import Draft, UseEvent


@subscribe(DraftReceived)
def end_draft(event: DraftReceived) -> None:
    """What was begun online and received at the counter is not sent a second time."""
    draft = Draft.objects.select_related("version").filter(pk=event.draft_id, dossier=None).first()
    if draft is None:
        return
    draft.dossier_id, draft.counter_code, draft.counter_until = event.dossier_id, "", None
    draft.save(update_fields=["dossier", "counter_code", "counter_until"])
    note_use(draft.version.procedure_id, UseEvent.COUNTER, at=now())
