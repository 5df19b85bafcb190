"""The door of `procedures`: the catalogue, its forms and processes, and the game that a dossier plays."""

from lienthong.procedures.actions.loading import (
    NATIONAL_OFFERS,
    AuthorityMissing,
    Loaded,
    load_catalogue,
    load_offers,
)
from lienthong.procedures.actions.versions import save_draft, start_draft
from lienthong.procedures.answers import AnswerFault, whole_answers
from lienthong.procedures.answers import faults_in as answer_faults
from lienthong.procedures.contracts import ProcedurePublished
from lienthong.procedures.definition import WORKING_DAY, Definition, Paper
from lienthong.procedures.engine import (
    NotWaiting,
    NoWay,
    Position,
    chosen_by_hand,
    complete,
    open_steps,
    settle,
)
from lienthong.procedures.engine import start as start_position
from lienthong.procedures.fees import FeeLine, fees_owed
from lienthong.procedures.models import Procedure, ProcedureVersion, ServiceField, ServiceOffer
from lienthong.procedures.process import Body, Lane, Process, Step, StepKind
from lienthong.procedures.queries import find_by_code
from lienthong.procedures.states import Channel
from lienthong.procedures.stored import definition_of, process_of

__all__ = [
    "AnswerFault",
    "AuthorityMissing",
    "Body",
    "Channel",
    "Definition",
    "FeeLine",
    "Lane",
    "Loaded",
    "NATIONAL_OFFERS",
    "NoWay",
    "NotWaiting",
    "Paper",
    "Position",
    "Procedure",
    "ProcedurePublished",
    "ProcedureVersion",
    "Process",
    "ServiceField",
    "ServiceOffer",
    "Step",
    "StepKind",
    "WORKING_DAY",
    "answer_faults",
    "chosen_by_hand",
    "complete",
    "definition_of",
    "fees_owed",
    "find_by_code",
    "load_catalogue",
    "load_offers",
    "open_steps",
    "process_of",
    "save_draft",
    "settle",
    "start_draft",
    "start_position",
    "whole_answers",
]
