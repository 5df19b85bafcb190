"""Where contents lie in the object store."""

from __future__ import annotations

from django.db import connection

INCOMING = "incoming"


def key_of(sha256: str) -> str:
    """Where the content lies: "ab/cd/abcd…", so that no folder grows without end."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def lock_number(sha256: str) -> int:
    """The number of a content's advisory lock."""
    return int.from_bytes(bytes.fromhex(sha256[:16]), "big", signed=True)


def hold(sha256: str) -> bool:
    """Take the lock of one content alone, without waiting, until the transaction ends; is it held?"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(sha256)])
        return bool(cursor.fetchone()[0])
