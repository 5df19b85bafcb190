"""Documents that a party gave or got before, used again (NĐ 45/2020/NĐ-CP, Đ.25)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from uuid import UUID

from lienthong.documents.public import VirusFound, viruses_in
from lienthong.dossiers.contracts import GivenPaper
from lienthong.dossiers.models import HeldDocument
from lienthong.dossiers.refusals import NotHeld


def require_usable(given: Iterable[tuple[UUID, Sequence[GivenPaper]]], *, on: date) -> None:
    """Raise what stands against using documents again.

    `given`: the papers by the key of who hands them in. Two queries at most.

    Raises:
        NotHeld: one is not that party's, or has expired. VirusFound: one was found in it since.
    """
    papers = [(party_id, paper) for party_id, some in given for paper in some if paper.held_id]
    held = HeldDocument.objects.in_bulk({paper.held_id for _party, paper in papers}) if papers else {}
    for party_id, paper in papers:
        row = held.get(paper.held_id)
        usable = row and row.party_id == party_id and (row.valid_until is None or row.valid_until >= on)
        if not usable:
            raise NotHeld(field=f"held-{paper.key}", paper=paper.name)
    bad = infected({row.blob_id for row in held.values()})
    for _party, paper in papers:
        virus = bad.get(held[paper.held_id].blob_id) if paper.held_id else None
        if virus:
            raise VirusFound(field=f"held-{paper.key}", virus=virus)


def infected(sha256s: Collection[str]) -> dict[str, str]:
    """In which of the files a virus was found after they were accepted, and which. One query at most.

    What was not scanned yet is used as if it were clean, as it opens.
    """
    return {key: virus for key, virus in viruses_in(sha256s).items() if virus} if sha256s else {}
