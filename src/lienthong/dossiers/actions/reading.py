"""That an official opened a dossier, kept for its parties to see."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from lienthong.dossiers.models import DossierReading
from lienthong.dossiers.policies import READERS
from lienthong.identity.public import Role, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.statements import execute

KEPT = timedelta(days=5 * 365)
# Of several roles the one that is nearest to the work.
NEAREST = (Role.RECEPTIONIST, Role.SPECIALIST, Role.HEAD, Role.LEADER, Role.CLERK, Role.AUDITOR)
# The second time on a day nothing is written. The first time the answer does not wait for the disk: a reading
# lost in a crash of the server is worth less than every page's milliseconds (ADR 0077).
_NOTE = """
    WITH soon AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS said)
    INSERT INTO dossiers_dossierreading (dossier_id, official_id, day, at, agency_id, post, role, step)
    SELECT %s::uuid, %s::bigint, %s::date, %s::timestamptz, %s::bigint, %s, %s, coalesce((
        SELECT task.step FROM dossiers_dossiertask task
        WHERE task.dossier_id = %s AND task.agency_id = %s AND task.state = 'open' AND task.role = ANY (%s)
        ORDER BY task.id LIMIT 1
    ), '')
    FROM soon
    WHERE NOT EXISTS (
        SELECT FROM dossiers_dossierreading known
        WHERE known.dossier_id = %s AND known.official_id = %s AND known.day = %s
    )
    ON CONFLICT DO NOTHING
"""


def note_reading(*, dossier_id: UUID, viewer: Viewer, at: datetime) -> None:
    """Note that the viewer opened the dossier: once a day, in one statement that waits for nobody."""
    role = next((one for one in NEAREST if one in viewer.roles & READERS), None)
    if viewer.official_id is None or viewer.agency_id is None or role is None:
        return
    day, roles = at.astimezone(VIETNAM).date(), sorted(str(one) for one in viewer.roles)
    whole = (dossier_id, viewer.official_id, day, at, viewer.agency_id, viewer.post_title[:150], str(role))
    execute(_NOTE, *whole, dossier_id, viewer.agency_id, roles, dossier_id, viewer.official_id, day)


def forget_readings(*, at: datetime) -> int:
    """Delete the readings of more than five years ago; how many. Along the index of days."""
    day = (at - KEPT).astimezone(VIETNAM).date()
    return DossierReading.objects.filter(day__lt=day).delete()[0]
