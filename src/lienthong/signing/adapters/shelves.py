"""A shelf in memory, for tests and for trying a key store out."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID


class MemoryShelf:
    """Sealed bytes that live as long as the process."""

    def __init__(self) -> None:
        self.rows: dict[UUID, bytes] = {}

    def put(self, sealed: Mapping[UUID, bytes]) -> None:
        """Keep all of them."""
        self.rows.update(sealed)

    def get(self, key_id: UUID) -> bytes | None:
        """The sealed bytes, or None."""
        return self.rows.get(key_id)

    def replace(self, key_id: UUID, sealed: bytes) -> None:
        """Keep these instead."""
        self.rows[key_id] = sealed

    def remove(self, key_id: UUID) -> bool:
        """Forget them; false if there were none."""
        return self.rows.pop(key_id, None) is not None
