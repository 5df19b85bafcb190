"""Dossiers: a narrow row each, with its steps, parties, papers, slips, pauses and result.

What happened to a dossier is in the ledger, under the subject "dossiers.dossier".
"""

from lienthong.dossiers.models.around import (
    CompetentBody,
    DaySequence,
    DossierPaper,
    DossierParty,
    DossierResult,
    HeldDocument,
    Pause,
    Slip,
    SupplementRequest,
)
from lienthong.dossiers.models.dossier import Application, Dossier, DossierTask
from lienthong.dossiers.models.guest import DossierGuest
from lienthong.dossiers.models.opinion import Opinion

__all__ = [
    "Application",
    "CompetentBody",
    "DaySequence",
    "Dossier",
    "DossierGuest",
    "DossierPaper",
    "DossierParty",
    "DossierResult",
    "DossierTask",
    "HeldDocument",
    "Opinion",
    "Pause",
    "Slip",
    "SupplementRequest",
]
