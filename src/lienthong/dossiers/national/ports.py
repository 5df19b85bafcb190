"""What the national portal is asked to do, and how it may fail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from lienthong.dossiers.national.contracts import DossierRecord, Progress


class PortalAway(Exception):
    """Nothing is known of what was sent: no answer, or none that makes sense. `code` says which.

    unreachable, slow, http, not-json, too-large, wrong-answer, login
    """

    def __init__(self, code: str, text: str = "") -> None:
        self.code, self.text = code, text
        super().__init__(code, text)


class PortalRefused(Exception):
    """The portal answered with an error code and took nothing of the call."""

    def __init__(self, code: str, text: str) -> None:
        self.code, self.text = code, text
        super().__init__(code, text)


class NationalPort(Protocol):
    """The portal. Either call takes all it is given or nothing, and may be repeated without harm."""

    def tell_records(self, records: Sequence[DossierRecord], *, at: datetime) -> None:
        """Tell of dossiers as they stand; raises `PortalAway`, `PortalRefused`."""
        ...

    def tell_progress(self, steps: Sequence[Progress], *, at: datetime) -> None:
        """Tell what was done with dossiers told of before; raises `PortalAway`, `PortalRefused`."""
        ...
