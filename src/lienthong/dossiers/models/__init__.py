"""Dossiers: a narrow row each, with its steps, parties, papers, slips, pauses and result.

What happened to a dossier is in the ledger, under the subject "dossiers.dossier".
"""

from lienthong.dossiers.models.around import (
    CompetentBody,
    DaySequence,
    DossierPaper,
    DossierParty,
    HeldDocument,
    Pause,
    Slip,
    SupplementRequest,
)
from lienthong.dossiers.models.counts import DossierCount, DossierDelta, OfficialCount, OfficialDelta
from lienthong.dossiers.models.dossier import Application, Dossier, DossierTask
from lienthong.dossiers.models.guest import DossierGuest
from lienthong.dossiers.models.national import NationalDossier, NationalReport
from lienthong.dossiers.models.results import DossierResult, HandOut

__all__ = [
    "Application",
    "CompetentBody",
    "DaySequence",
    "Dossier",
    "DossierCount",
    "DossierDelta",
    "DossierGuest",
    "DossierPaper",
    "DossierParty",
    "DossierResult",
    "DossierTask",
    "HandOut",
    "HeldDocument",
    "NationalDossier",
    "NationalReport",
    "OfficialCount",
    "OfficialDelta",
    "Pause",
    "Slip",
    "SupplementRequest",
]
