"""Time at +07:00. Only the outermost callers read the clock; everything inside takes `at`."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The present instant, aware, at +07:00."""
    return datetime.now(VIETNAM)
