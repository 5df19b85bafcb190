"""Documents that a party gave or got before, used again (NĐ 45/2020/NĐ-CP, Đ.25)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from lienthong.dossiers.contracts import GivenPaper
from lienthong.dossiers.models import HeldDocument
from lienthong.dossiers.refusals import NotHeld


def require_usable(given: Iterable[tuple[UUID, Sequence[GivenPaper]]], *, on: date) -> None:
    """Raise `NotHeld` where a document to be used again is not that party's, or has expired.

    `given`: the papers by the key of who hands them in. One query at most.
    """
    papers = [(party_id, paper) for party_id, some in given for paper in some if paper.held_id]
    held = HeldDocument.objects.in_bulk({paper.held_id for _party, paper in papers}) if papers else {}
    for party_id, paper in papers:
        row = held.get(paper.held_id)
        usable = row and row.party_id == party_id and (row.valid_until is None or row.valid_until >= on)
        if not usable:
            raise NotHeld(field=f"held-{paper.key}", paper=paper.name)
