"""Events of the portal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class DraftExpiring:
    """An application that a party began and did not send will be deleted at the instant."""

    draft_id: UUID
    party_id: UUID
    procedure: str
    procedure_en: str
    expires_at: datetime
