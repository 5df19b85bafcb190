"""What an applicant began online and brings to the counter: kept for the reception that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

BROUGHT = "brought-to-counter"


@dataclass(frozen=True)
class Brought:
    """An application as far as it was filled in: `person` as its page names the facts, `papers` the SHA-256
    of the files by paper, `names` what the files are called.
    """

    draft_id: str
    version_id: str
    answers: Mapping[str, Any]
    person: Mapping[str, Any]
    papers: Mapping[str, list[str]]
    names: Mapping[str, str]

    @property
    def key(self) -> UUID:
        """The key of the application."""
        return UUID(self.draft_id)


def lay_ready(session: SessionBase, brought: Brought) -> None:
    """Keep it for the next reception of its procedure."""
    session[BROUGHT] = asdict(brought)


def brought_for(session: SessionBase, version_id: UUID) -> Brought | None:
    """What was laid ready for a reception of the version."""
    kept = session.get(BROUGHT)
    return Brought(**kept) if kept and kept["version_id"] == str(version_id) else None
