"""Sessions in the database, loaded by a fixed statement, since every page does it (ADR 0029)."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from lienthong.kernel.statements import fetch

_LOADED = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(DatabaseStore):
    """Django's own in all but how it is loaded."""

    def load(self) -> dict[str, Any]:
        """What the session holds; of one that is unknown or over nothing, and its key is not used again."""
        rows = fetch(_LOADED, self.session_key, timezone.now())
        if not rows:
            self._session_key = None
            return {}
        return self.decode(rows[0][0])
