"""The door of `dossiers`: dossiers come in, move through their process, and are read."""

from lienthong.dossiers.actions.receiving import accept_dossiers, receive_at_counter, register_dossiers
from lienthong.dossiers.actions.stepping import finish_step, finish_steps
from lienthong.dossiers.bodies import seed_competent_bodies
from lienthong.dossiers.contracts import DossierMoved, GivenPaper, Intake, StepDone, Supplement

__all__ = [
    "DossierMoved",
    "GivenPaper",
    "Intake",
    "StepDone",
    "Supplement",
    "accept_dossiers",
    "finish_step",
    "finish_steps",
    "receive_at_counter",
    "register_dossiers",
    "seed_competent_bodies",
]
