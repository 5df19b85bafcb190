"""Who may do what with incoming and outgoing documents; the buttons are drawn from `allowed_…`."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import NotAllowed, Role, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.kernel.statements import Columns
from lienthong.office.models import IncomingDocument, OutgoingDocument, RequestedChange
from lienthong.office.states import (
    DESTROY_UNREGISTERED,
    OUT_STATE_LABELS,
    STATE_LABELS,
    TRANSITIONS,
    WITHDRAW,
    WITHDRAWALS,
    ChangeState,
    OutState,
    State,
    Transition,
)

READ_ALL = frozenset({Role.CLERK, Role.LEADER, Role.AUDITOR})
READERS = READ_ALL | {Role.SPECIALIST}
DRAFTERS = frozenset({Role.SPECIALIST, Role.CLERK, Role.LEADER})
COPIERS = frozenset({Role.CLERK, Role.LEADER})
BOOK_KEEPERS = frozenset({Role.CLERK, Role.ADMINISTRATOR})
COMPOSE, REVISE, DISCARD, SIGN_AND_SEND, SEND_AGAIN, TAKE_BACK, REVOKE, REPLACE = (
    "compose",
    "revise",
    "discard",
    "sign-and-send",
    "send-again",
    "take-back",
    "revoke",
    "replace",
)
SUBMIT, DISPATCH, RECORD_PAPER, CORRECT = "submit", "dispatch", "record-paper", "correct"
_CHANGES = Columns(RequestedChange)  # asked for on a document's page (ADR 0029)
ISSUED = frozenset({OutState.WAITING, OutState.SENT, OutState.ISSUED})


class NotNow(Refusal):
    """The document's state does not allow the move."""

    code, status = "wrong-state", 409
    sentence = _(
        "This cannot be done now: the document is in state “%(state)s”. "
        "Someone may have been faster; reload the page to see what happened."
    )


class Withdrawn(Refusal):
    """The agency itself declared the document withdrawn."""

    code, status = "document-withdrawn", 409
    sentence = _(
        "%(code)s was withdrawn on %(day)s, so this cannot be done any more. "
        "Issue a new document where one is needed."
    )


class NotAuthentic(Refusal):
    """A document whose authenticity is not established is not worked on (NĐ 30/2020, Đ.21 k.2)."""

    code, status = "not-authentic", 409
    sentence = _(
        "The document's signature could not be established, so it cannot be registered. "
        "Return it to the sender."
    )


class NothingAsked(Refusal):
    """The sender asks for no change of the document, or no longer."""

    code, status = "no-change-asked", 409
    sentence = _(
        "The sender does not ask for this, or someone has answered already. "
        "Reload the page to see what happened."
    )


class RequestNotAuthentic(Refusal):
    """A request whose signature cannot be established is not followed."""

    code, status = "request-not-authentic", 409
    sentence = _(
        "The signature of the request could not be established, so it cannot be accepted. "
        "Refuse it and ask the sender by another way."
    )


def reads_all(viewer: Viewer) -> bool:
    """Whether the viewer sees every document of the agency, or only those where he or she has a part."""
    return viewer.has(*READ_ALL)


def allowed_moves(viewer: Viewer, document: IncomingDocument) -> list[Transition]:
    """The moves the viewer may make now, in the order of the work."""
    return [move for move in TRANSITIONS.values() if _refusal(viewer, document, move) is None]


def require_move(viewer: Viewer, document: IncomingDocument, move: Transition) -> None:
    """Raise what stands against the move: `NotAllowed`, `NotNow`, `NotAuthentic`."""
    refusal = _refusal(viewer, document, move)
    if refusal is not None:
        raise refusal


def _refusal(viewer: Viewer, document: IncomingDocument, move: Transition) -> Refusal | None:
    if viewer.agency_id != document.agency_id or not viewer.has(*move.roles):
        return NotAllowed()
    if document.state not in move.sources:
        return NotNow(state=STATE_LABELS[document.state])
    if move is WITHDRAW:
        return _refusal_to_withdraw(document)
    if move.target is State.REGISTERED and not document.authentic:
        return NotAuthentic()
    if move is DESTROY_UNREGISTERED and not document.waits_as_secret:
        return NotNow(state=STATE_LABELS[document.state])
    return None


def _refusal_to_withdraw(document: IncomingDocument) -> Refusal | None:
    asked = pending_change(document)
    if asked is None or asked.kind not in WITHDRAWALS:
        return NothingAsked()
    return None if asked.authentic else RequestNotAuthentic()


def pending_change(document: IncomingDocument) -> RequestedChange | None:
    """The change that waits for the agency's answer. One query."""
    found = _CHANGES.where(document_id=document.pk, state=ChangeState.PENDING.value)
    for change in found:
        change.document = document
    return found[0] if found else None


def may_answer(viewer: Viewer, document: IncomingDocument) -> bool:
    """Whether the viewer answers what senders ask: a clerk of the agency."""
    return viewer.agency_id == document.agency_id and viewer.has(*WITHDRAW.roles)


def require_answer(viewer: Viewer, document: IncomingDocument, *, accepting: bool) -> RequestedChange:
    """The change to be answered; raises `NotAllowed`, `NothingAsked`, `RequestNotAuthentic`."""
    if not may_answer(viewer, document):
        raise NotAllowed
    asked = pending_change(document)
    if asked is None:
        raise NothingAsked
    if accepting and not asked.authentic:
        raise RequestNotAuthentic
    return asked


def require_enters_paper(viewer: Viewer) -> None:
    """Raise `NotAllowed` unless the viewer is a clerk, who alone receives what comes (NĐ 30/2020, Đ.21)."""
    if viewer.agency_id is None or not viewer.has(Role.CLERK):
        raise NotAllowed


def require_keeps_books(viewer: Viewer) -> None:
    """Raise `NotAllowed` unless the viewer is a clerk or the administrator of the agency."""
    if viewer.agency_id is None or not viewer.has(*BOOK_KEEPERS):
        raise NotAllowed


def require_compose(viewer: Viewer) -> None:
    """Raise `NotAllowed` if the viewer's post prepares no documents."""
    if viewer.agency_id is None or not viewer.has(*DRAFTERS):
        raise NotAllowed


def allowed_acts(viewer: Viewer, document: OutgoingDocument) -> list[str]:
    """What the viewer may do now with an outgoing document."""
    return [act for act in _ACTS if _out_refusal(viewer, document, act) is None]


def require_act(viewer: Viewer, document: OutgoingDocument, act: str) -> None:
    """Raise what stands against the act: `NotAllowed` or `NotNow`."""
    refusal = _out_refusal(viewer, document, act)
    if refusal is not None:
        raise refusal


_DRAFT, _OUT = frozenset({OutState.DRAFT}), frozenset({OutState.SENT, OutState.ISSUED})
_ACTS: dict[str, tuple[Collection[Role], Collection[OutState]]] = {
    REVISE: (DRAFTERS, _DRAFT),
    SUBMIT: (DRAFTERS, _DRAFT),
    SIGN_AND_SEND: ({Role.LEADER}, _DRAFT),
    SEND_AGAIN: ({Role.CLERK, Role.LEADER}, {OutState.WAITING}),
    DISCARD: (DRAFTERS, _DRAFT),
    TAKE_BACK: ({Role.CLERK, Role.LEADER}, _OUT),
    REVOKE: ({Role.LEADER}, _OUT),
    REPLACE: (DRAFTERS, _OUT),
    CORRECT: (DRAFTERS, _OUT),
    DISPATCH: ({Role.CLERK, Role.LEADER}, ISSUED),
    RECORD_PAPER: ({Role.CLERK}, ISSUED),
}
_OWN = frozenset({REVISE, DISCARD, SUBMIT, REPLACE, CORRECT})
# No more once the document is withdrawn; over the axis its recipients may be asked again.
_OF_VALID = frozenset({DISPATCH, CORRECT})
_ONCE = frozenset({TAKE_BACK, REVOKE, REPLACE})


def _out_refusal(viewer: Viewer, document: OutgoingDocument, act: str) -> Refusal | None:
    roles, states = _ACTS[act]
    if viewer.agency_id != document.agency_id or not viewer.has(*roles):
        return NotAllowed()
    # A specialist who was asked for an opinion reads the draft of another, and no more.
    if act in _OWN and not reads_all(viewer) and document.prepared_by_id != viewer.official_id:
        return NotAllowed()
    if document.state not in states:
        return NotNow(state=OUT_STATE_LABELS[document.state])
    if document.withdrawn_at and (act in _OF_VALID or (act in _ONCE and document.state == OutState.ISSUED)):
        return withdrawn(document)
    return None


def withdrawn(document: OutgoingDocument) -> Withdrawn:
    """The refusal that says since when the document is withdrawn."""
    day = document.withdrawn_at.astimezone(VIETNAM) if document.withdrawn_at else None
    return Withdrawn(code=document.code, day=f"{day:%d/%m/%Y}" if day else "")
