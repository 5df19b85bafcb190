"""Dossiers: a narrow row each, with its steps, parties, papers, slips, pauses and result.

What happened to a dossier is in the ledger, under the subject "dossiers.dossier".
"""

from lienthong.dossiers.models.across import AcrossArrival, AcrossLetter, FarStep, Origin
from lienthong.dossiers.models.apology import ApologyDraft
from lienthong.dossiers.models.appointments import Appointment, CapacityRule
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
from lienthong.dossiers.models.opinion import Opinion
from lienthong.dossiers.models.queueing import Counter, Hall, Queue, Ticket, TicketSequence
from lienthong.dossiers.models.reading import DossierReading
from lienthong.dossiers.models.reminder import Reminder
from lienthong.dossiers.models.results import DossierResult, HandOut
from lienthong.dossiers.models.settling import ServiceDemand, SettlingTime

__all__ = [
    "AcrossArrival",
    "AcrossLetter",
    "ApologyDraft",
    "Application",
    "Appointment",
    "CapacityRule",
    "CompetentBody",
    "Counter",
    "DaySequence",
    "Dossier",
    "DossierCount",
    "DossierDelta",
    "DossierGuest",
    "DossierPaper",
    "DossierParty",
    "DossierReading",
    "DossierResult",
    "DossierTask",
    "FarStep",
    "Hall",
    "HandOut",
    "HeldDocument",
    "NationalDossier",
    "NationalReport",
    "OfficialCount",
    "OfficialDelta",
    "Opinion",
    "Origin",
    "Pause",
    "Queue",
    "Reminder",
    "ServiceDemand",
    "SettlingTime",
    "Slip",
    "SupplementRequest",
    "Ticket",
    "TicketSequence",
]
