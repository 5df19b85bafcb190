"""The door of `dossiers`: dossiers come in, move through their process, and are read."""

from lienthong.dossiers.actions.answering import answer_supplement, pay_own, read_result, withdraw_own
from lienthong.dossiers.actions.drawing import own_slip
from lienthong.dossiers.actions.ending import withdraw_dossier
from lienthong.dossiers.actions.measuring import measure_services
from lienthong.dossiers.actions.passing import note_payment
from lienthong.dossiers.actions.receiving import (
    accept_dossiers,
    receive_all_at_counter,
    receive_at_counter,
    register_dossiers,
)
from lienthong.dossiers.actions.results import draft_result
from lienthong.dossiers.actions.signing import sign_results
from lienthong.dossiers.actions.stepping import finish_step, finish_steps
from lienthong.dossiers.actions.submitting import ONLINE, submit_online
from lienthong.dossiers.actions.supplements import ask_supplement, receive_supplement
from lienthong.dossiers.bodies import seed_competent_bodies
from lienthong.dossiers.brought import Brought, lay_ready
from lienthong.dossiers.contracts import (
    CoSigner,
    DossierMoved,
    DraftReceived,
    GivenFile,
    GivenPaper,
    Intake,
    ResultSeen,
    StepDone,
    Supplement,
)
from lienthong.dossiers.facts.likely import likely_done
from lienthong.dossiers.facts.measures import Group
from lienthong.dossiers.facts.opened import OpenFigures, OpenLine, OpenTable, late_dossiers, open_figures
from lienthong.dossiers.facts.settling import Demand, RealTime, most_asked, real_time
from lienthong.dossiers.follow_address import follow_address
from lienthong.dossiers.game import hand_choices
from lienthong.dossiers.handing import demands_result
from lienthong.dossiers.models import (
    Appointment,
    Counter,
    Dossier,
    DossierPaper,
    DossierResult,
    DossierTask,
    HeldDocument,
    Queue,
)
from lienthong.dossiers.party_clock import follow_by_code, followed, holds_slip
from lienthong.dossiers.party_contracts import Followed, ItemAnswer, Likely, Opened, Place, Stage, Standing
from lienthong.dossiers.party_queries import (
    OwnDossiers,
    find_held,
    find_own,
    find_own_paper,
    held_documents,
    own_dossiers,
    papers_of,
    pauses_of,
    results_for_party,
    slips_of,
    steps_of,
)
from lienthong.dossiers.party_refusals import CodeUnknown, SupplementAnsweredAlready
from lienthong.dossiers.policies import party_actions, party_may_see
from lienthong.dossiers.queries import latest_answers_of, process_for, step_name
from lienthong.dossiers.queueing.actions import call_next as call_next_ticket
from lienthong.dossiers.queueing.actions import open_hall, set_capacity, set_counter, set_queue
from lienthong.dossiers.queueing.actions import skip as skip_ticket
from lienthong.dossiers.queueing.appointments import (
    Booking,
    Slot,
    arrive,
    book_appointment,
    cancel_appointment,
    slots_of,
)
from lienthong.dossiers.queueing.routing import Matter, draw_for, find_matter
from lienthong.dossiers.readings import opened_by
from lienthong.dossiers.result_text import result_text
from lienthong.dossiers.slip_pdf import sent_pdf
from lienthong.dossiers.states import OPEN, SUPPLY, WITHDRAW, DossierState, TaskKind, TaskState
from lienthong.dossiers.uploading import keep_upload

__all__ = [
    "ONLINE",
    "OPEN",
    "SUPPLY",
    "WITHDRAW",
    "Appointment",
    "Booking",
    "Brought",
    "CoSigner",
    "CodeUnknown",
    "Counter",
    "Demand",
    "Dossier",
    "DossierMoved",
    "DossierPaper",
    "DossierResult",
    "DossierState",
    "DossierTask",
    "DraftReceived",
    "Followed",
    "GivenFile",
    "GivenPaper",
    "Group",
    "HeldDocument",
    "Intake",
    "ItemAnswer",
    "Likely",
    "Matter",
    "OpenFigures",
    "OpenLine",
    "OpenTable",
    "Opened",
    "OwnDossiers",
    "Place",
    "Queue",
    "RealTime",
    "ResultSeen",
    "Slot",
    "Stage",
    "Standing",
    "StepDone",
    "Supplement",
    "SupplementAnsweredAlready",
    "TaskKind",
    "TaskState",
    "accept_dossiers",
    "answer_supplement",
    "arrive",
    "ask_supplement",
    "book_appointment",
    "call_next_ticket",
    "cancel_appointment",
    "demands_result",
    "draft_result",
    "draw_for",
    "find_held",
    "find_matter",
    "find_own",
    "find_own_paper",
    "finish_step",
    "finish_steps",
    "follow_address",
    "follow_by_code",
    "followed",
    "hand_choices",
    "held_documents",
    "holds_slip",
    "keep_upload",
    "late_dossiers",
    "latest_answers_of",
    "lay_ready",
    "likely_done",
    "measure_services",
    "most_asked",
    "note_payment",
    "open_figures",
    "open_hall",
    "opened_by",
    "own_dossiers",
    "own_slip",
    "papers_of",
    "party_actions",
    "party_may_see",
    "pauses_of",
    "pay_own",
    "process_for",
    "read_result",
    "real_time",
    "receive_all_at_counter",
    "receive_at_counter",
    "receive_supplement",
    "register_dossiers",
    "result_text",
    "results_for_party",
    "seed_competent_bodies",
    "sent_pdf",
    "set_capacity",
    "set_counter",
    "set_queue",
    "sign_results",
    "skip_ticket",
    "slips_of",
    "slots_of",
    "step_name",
    "steps_of",
    "submit_online",
    "withdraw_dossier",
    "withdraw_own",
]
