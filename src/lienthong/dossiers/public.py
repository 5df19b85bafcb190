"""The door of `dossiers`: dossiers come in, move through their process, and are read."""

from lienthong.dossiers.actions.ending import withdraw_dossier
from lienthong.dossiers.actions.passing import note_payment
from lienthong.dossiers.actions.receiving import accept_dossiers, receive_at_counter, register_dossiers
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
from lienthong.dossiers.game import hand_choices
from lienthong.dossiers.handing import demands_result
from lienthong.dossiers.models import Appointment, Counter, Dossier, DossierTask, HeldDocument, Queue
from lienthong.dossiers.queries import latest_answers_of, process_for
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
from lienthong.dossiers.result_text import result_text
from lienthong.dossiers.slip_pdf import sent_pdf
from lienthong.dossiers.states import DossierState, TaskKind, TaskState
from lienthong.dossiers.uploading import keep_upload

__all__ = [
    "ONLINE",
    "Appointment",
    "Booking",
    "Brought",
    "CoSigner",
    "Counter",
    "Dossier",
    "DossierMoved",
    "DossierState",
    "DossierTask",
    "DraftReceived",
    "GivenFile",
    "GivenPaper",
    "HeldDocument",
    "Intake",
    "Matter",
    "Queue",
    "ResultSeen",
    "Slot",
    "StepDone",
    "Supplement",
    "TaskKind",
    "TaskState",
    "accept_dossiers",
    "arrive",
    "ask_supplement",
    "book_appointment",
    "call_next_ticket",
    "cancel_appointment",
    "demands_result",
    "draft_result",
    "draw_for",
    "find_matter",
    "finish_step",
    "finish_steps",
    "hand_choices",
    "keep_upload",
    "latest_answers_of",
    "lay_ready",
    "note_payment",
    "open_hall",
    "process_for",
    "receive_at_counter",
    "receive_supplement",
    "register_dossiers",
    "result_text",
    "seed_competent_bodies",
    "sent_pdf",
    "set_capacity",
    "set_counter",
    "set_queue",
    "sign_results",
    "skip_ticket",
    "slots_of",
    "submit_online",
    "withdraw_dossier",
]
