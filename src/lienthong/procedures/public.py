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
from lienthong.procedures.contracts import OfferCounts, ProcedurePublished, Sample
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
from lienthong.procedures.filling import (
    DrawnField,
    DrawnForm,
    KeptFile,
    Posted,
    answers_from_post,
    form_pages,
    invented_answers,
    prefilled_answers,
    said_for,
    same_answers,
)
from lienthong.procedures.form import Form, Prefill, QuestionType
from lienthong.procedures.models import LinkedPart, Procedure, ProcedureVersion, ServiceField, ServiceOffer
from lienthong.procedures.places import Communes
from lienthong.procedures.process import Body, Lane, Process, Step, StepKind, Transition
from lienthong.procedures.queries import find_by_code, offer_counts
from lienthong.procedures.states import Channel
from lienthong.procedures.stored import definition_of, process_of, samples_of

__all__ = [
    "NATIONAL_OFFERS",
    "WORKING_DAY",
    "AnswerFault",
    "AuthorityMissing",
    "Body",
    "Channel",
    "Communes",
    "Definition",
    "DrawnField",
    "DrawnForm",
    "FeeLine",
    "Form",
    "KeptFile",
    "Lane",
    "LinkedPart",
    "Loaded",
    "NoWay",
    "NotWaiting",
    "OfferCounts",
    "Paper",
    "Position",
    "Posted",
    "Prefill",
    "Procedure",
    "ProcedurePublished",
    "ProcedureVersion",
    "Process",
    "QuestionType",
    "Sample",
    "ServiceField",
    "ServiceOffer",
    "Step",
    "StepKind",
    "Transition",
    "answer_faults",
    "answers_from_post",
    "chosen_by_hand",
    "complete",
    "definition_of",
    "fees_owed",
    "find_by_code",
    "form_pages",
    "invented_answers",
    "load_catalogue",
    "load_offers",
    "offer_counts",
    "open_steps",
    "prefilled_answers",
    "process_of",
    "said_for",
    "same_answers",
    "samples_of",
    "save_draft",
    "settle",
    "start_draft",
    "start_position",
    "whole_answers",
]
