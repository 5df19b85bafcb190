"""What the national portal is told of dossiers, before it is put into the portal's own words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class PaperTold:
    """A paper handed in: `key` is that of the required one, `file_key` that of its file, if it has one."""

    name: str
    key: str = ""
    file_key: str = ""
    originals: int = 0
    copies: int = 0


@dataclass(frozen=True)
class FeeTold:
    """A fee of the dossier in đồng, owed or paid."""

    key: str
    name: str
    amount: int


@dataclass(frozen=True)
class ResultTold:
    """A signed result: its key among the results of the procedure, its number, and ours for it."""

    name: str
    key: str
    number: str
    id: str


@dataclass(frozen=True)
class SupplementTold:
    """That a supplement was asked for, and whether it came: with which papers, and when it is due now."""

    id: str
    asked_by: str
    words: str
    asked_at: datetime
    answered_at: datetime | None
    papers: tuple[PaperTold, ...] = ()
    new_due_at: datetime | None = None


@dataclass(frozen=True)
class DossierRecord:
    """A dossier as `DongBoHoSoMC` tells it. Times without a value did not come yet."""

    code: str
    procedure_code: str
    procedure_name: str
    field_code: str
    field_name: str
    applicant_name: str
    applicant_kind: str
    applicant_number: str
    email: str
    telephone: str
    summary: str
    received_at: datetime
    due_at: datetime | None
    state: int
    finished_at: datetime | None
    handed_out_at: datetime | None
    outcome: str
    channel: str
    agency_name: str
    papers: tuple[PaperTold, ...] = ()
    fees: tuple[FeeTold, ...] = ()
    supplements: tuple[SupplementTold, ...] = ()
    results: tuple[ResultTold, ...] = ()


@dataclass(frozen=True)
class Progress:
    """Something done with a dossier, as `CapNhatTienDoHoSoMC` tells it."""

    code: str
    staff: str
    post_title: str
    unit: str
    words: str
    at: datetime
    state: int
    received_at: datetime
    due_at: datetime | None


@dataclass(frozen=True)
class PortalAccess:
    """How the portal is reached. `kinds` and `channels`: its codes for ours, which differ between portals."""

    url: str
    user: str
    password: str = field(repr=False)
    unit: str
    kinds: tuple[tuple[str, str], ...]
    channels: tuple[tuple[str, str], ...]
