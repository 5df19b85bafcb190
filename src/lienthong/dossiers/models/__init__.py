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
from lienthong.dossiers.models.dossier import Application, Dossier, DossierTask
from lienthong.dossiers.models.results import DossierResult, HandOut

__all__ = [
    "Application",
    "CompetentBody",
    "DaySequence",
    "Dossier",
    "DossierPaper",
    "DossierParty",
    "DossierResult",
    "DossierTask",
    "HandOut",
    "HeldDocument",
    "Pause",
    "Slip",
    "SupplementRequest",
]
