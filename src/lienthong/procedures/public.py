"""The door of `procedures`: the catalogue, its forms and processes, and the game that a dossier plays."""

from lienthong.procedures.actions.loading import (
    NATIONAL_OFFERS,
    AuthorityMissing,
    Loaded,
    load_catalogue,
    load_offers,
)
from lienthong.procedures.actions.offering import set_offer_fee
from lienthong.procedures.actions.versions import save_draft, start_draft
from lienthong.procedures.answers import AnswerFault, asked_pages, whole_answers
from lienthong.procedures.answers import faults_in as answer_faults
from lienthong.procedures.contracts import OfferCounts, ProcedurePublished, Sample
from lienthong.procedures.definition import WORKING_DAY, Definition, Exemption, Paper
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
from lienthong.procedures.fees import (
    REASON_LIMIT as EXEMPTION_REASON_LIMIT,
)
from lienthong.procedures.fees import (
    ExemptionReasonMissing,
    OwnAmounts,
    UnknownExemption,
    fees_owed,
    grantable,
    own_amounts,
    require_grantable,
)
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
from lienthong.procedures.process import LINKED, Body, Lane, Process, Step, StepKind, Transition
from lienthong.procedures.queries import (
    find_by_code,
    find_published_sample,
    offer_counts,
    version_in_force,
)
from lienthong.procedures.reckoning import FeeLine, GrantedExemptions, asked_papers
from lienthong.procedures.saying import condition_in_words
from lienthong.procedures.states import Audience, Channel, Level
from lienthong.procedures.stored import definition_of, process_of, samples_of

__all__ = [
    "EXEMPTION_REASON_LIMIT",
    "LINKED",
    "NATIONAL_OFFERS",
    "WORKING_DAY",
    "AnswerFault",
    "Audience",
    "AuthorityMissing",
    "Body",
    "Channel",
    "Communes",
    "Definition",
    "DrawnField",
    "DrawnForm",
    "Exemption",
    "ExemptionReasonMissing",
    "FeeLine",
    "Form",
    "GrantedExemptions",
    "KeptFile",
    "Lane",
    "Level",
    "LinkedPart",
    "Loaded",
    "NoWay",
    "NotWaiting",
    "OfferCounts",
    "OwnAmounts",
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
    "UnknownExemption",
    "answer_faults",
    "answers_from_post",
    "asked_pages",
    "asked_papers",
    "chosen_by_hand",
    "complete",
    "condition_in_words",
    "definition_of",
    "fees_owed",
    "find_by_code",
    "find_published_sample",
    "form_pages",
    "grantable",
    "invented_answers",
    "load_catalogue",
    "load_offers",
    "offer_counts",
    "open_steps",
    "own_amounts",
    "prefilled_answers",
    "process_of",
    "require_grantable",
    "said_for",
    "same_answers",
    "samples_of",
    "save_draft",
    "set_offer_fee",
    "settle",
    "start_draft",
    "start_position",
    "version_in_force",
    "whole_answers",
]
