"""Monthly partitions of the events. Months begin at 00:00 +07:00, as the registers they explain do."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from lienthong.kernel.clock import VIETNAM

MONTHS_AHEAD = 3


def ensure_partitions(at: datetime, *, months_ahead: int = MONTHS_AHEAD) -> list[str]:
    """Make the partitions from the month of `at` to `months_ahead` later; answers the names of the new ones.

    What the default partition caught for such a month moves into it.
    """
    local = at.astimezone(VIETNAM)
    months = [_month(local.year, local.month + offset) for offset in range(months_ahead + 1)]
    return [
        name
        for start, end in zip(months, [*months[1:], _after(months[-1])], strict=True)
        if (name := _make(start, end))
    ]


def _month(year: int, month: int) -> datetime:
    return datetime(year + (month - 1) // 12, (month - 1) % 12 + 1, 1, tzinfo=VIETNAM)


def _after(start: datetime) -> datetime:
    return _month(start.year, start.month + 1)


def _make(start: datetime, end: datetime) -> str:
    """Make the partition of one month unless it exists; answers its name, or an empty text."""
    name = f"ledger_event_{start:%Y_%m}"
    bounds = f"FOR VALUES FROM ('{start.isoformat()}') TO ('{end.isoformat()}')"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger_event partitions'))")
        cursor.execute("SELECT to_regclass(%s)", [name])
        if cursor.fetchone()[0]:
            return ""
        # The default partition must hold no row of the new month, and refuses deletion while it is attached.
        cursor.execute("LOCK TABLE ledger_event IN ACCESS EXCLUSIVE MODE")
        cursor.execute("ALTER TABLE ledger_event DETACH PARTITION ledger_event_default")
        cursor.execute(f"CREATE TABLE {name} PARTITION OF ledger_event {bounds}")
        cursor.execute("ALTER TABLE ledger_event_default DISABLE TRIGGER USER")
        cursor.execute(
            f"WITH moved AS (DELETE FROM ledger_event_default WHERE at >= %s AND at < %s RETURNING *) "  # noqa: S608
            f"INSERT INTO {name} SELECT * FROM moved",
            [start, end],
        )
        cursor.execute("ALTER TABLE ledger_event_default ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE ledger_event ATTACH PARTITION ledger_event_default DEFAULT")
        cursor.execute(
            f"CREATE TRIGGER ledger_event_no_truncate BEFORE TRUNCATE ON {name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"
        )
    return name
