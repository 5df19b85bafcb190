"""What can wait for an official: one table of kinds, each a narrow query along an index, all of one shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from django.db.models import (
    CharField,
    DateTimeField,
    ExpressionWrapper,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Left
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import Role, Viewer
from lienthong.office import policies, reviews
from lienthong.office.dispatch_models import PaperRecipient
from lienthong.office.drafting_models import ReviewTurn
from lienthong.office.mail_models import ReceivedMail
from lienthong.office.mail_states import MailState
from lienthong.office.models import IncomingDocument, OutgoingDocument, RequestedChange
from lienthong.office.secret_models import SecretMark
from lienthong.office.secret_states import SecretState
from lienthong.office.states import ChangeState, State, TurnState
from lienthong.tasks.public import (
    UNDER_WAY,
    Extension,
    ExtensionState,
    Part,
    Task,
    TaskState,
    given_by,
    lead_name,
    parts_of,
)

LONGEST = 200
END_OF_DAY = time(17, 0)
# What 17:00 is in the session's UTC, for a day that is added to it.
END_OF_DAY_UTC = timedelta(hours=10)
Rows = QuerySet[Any, Any]


@dataclass(frozen=True)
class WaitingKind:
    """A kind of thing that waits: what it is called, the one thing to do, where all of it is listed.

    `page` is the name of the page of a thing, and `roles` are those for which such things can wait.
    `label` is the kind among the filters, `act` the button. `find` makes the query of `_row`.
    """

    code: str
    label: Promise
    act: Promise
    page: str
    place: str
    roles: frozenset[Role]
    find: Callable[[Viewer], Rows]
    anchor: str = ""


def _row(
    rows: QuerySet[Any], code: str, *, key: str, what: str, detail: Any, who: Any, since: Any, due: Any = None
) -> Rows:
    """The columns that every kind has, the soonest due first; without deadlines the oldest."""
    deadline = Cast(Value(None), DateTimeField()) if due is None else Cast(due, DateTimeField())
    found = rows.annotate(
        row_kind=Value(code, CharField()),
        row_key=Cast(F(key), CharField()),
        row_what=Left(Cast(F(what), TextField()), LONGEST),
        row_detail=Cast(detail, TextField()),
        row_who=Cast(Coalesce(who, Value("")), TextField()),
        row_due=deadline,
        row_since=F(since),
    )
    ordered = found.order_by(*(["row_since"] if due is None else ["row_due", "row_since"]))
    columns: Rows = ordered.values_list(
        "row_kind", "row_key", "row_what", "row_detail", "row_who", "row_due", "row_since"
    )
    return columns


def _led(viewer: Viewer) -> Rows:
    rows = parts_of(viewer).filter(
        part=Part.LEAD, task__agency=viewer.agency_id or 0, task__state__in=sorted(UNDER_WAY)
    )
    return _row(
        rows,
        "task",
        key="task_id",
        what="task__work",
        detail=F("task__source_label"),
        who=F("task__given_by__full_name"),
        due=F("task__due_at"),
        since="task__given_at",
    )


def _given_in(state: TaskState, code: str) -> Callable[[Viewer], Rows]:
    def find(viewer: Viewer) -> Rows:
        rows = Task.objects.filter(given_by(viewer), agency=viewer.agency_id or 0, state=state)
        return _row(
            rows,
            code,
            key="id",
            what="work",
            detail=F("source_label"),
            who=lead_name("pk"),
            due=F("due_at"),
            since="given_at",
        )

    return find


def _extensions(viewer: Viewer) -> Rows:
    mine = Task.objects.filter(given_by(viewer), agency=viewer.agency_id or 0, state__in=sorted(UNDER_WAY))
    rows = Extension.objects.filter(state=ExtensionState.PENDING, task__in=mine)
    return _row(
        rows,
        "extension",
        key="task_id",
        what="task__work",
        detail=F("reason"),
        who=F("asked_by__full_name"),
        due=F("task__due_at"),
        since="asked_at",
    )


def _incoming(viewer: Viewer, state: State, code: str, due: Any = None) -> Rows:
    rows = IncomingDocument.objects.filter(agency=viewer.agency_id or 0, state=state)
    since = "arrived_at" if state == State.ARRIVED else "registered_at"
    who = F("sender_name")
    return _row(rows, code, key="id", what="subject", detail=F("code"), who=who, due=due, since=since)


def _to_register(viewer: Viewer) -> Rows:
    return _incoming(viewer, State.ARRIVED, "register")


def _to_direct(viewer: Viewer) -> Rows:
    return _incoming(
        viewer,
        State.REGISTERED,
        "direct",
        due=ExpressionWrapper(F("asked_by_on") + Value(END_OF_DAY_UTC), DateTimeField()),
    )


def _opinions(viewer: Viewer) -> Rows:
    return _row(
        reviews.turns_of(viewer),
        "opinion",
        key="review__outgoing_id",
        what="review__outgoing__subject",
        detail=F("title"),
        who=F("review__submitted_by__full_name"),
        since="review__submitted_at",
    )


def _to_sign(viewer: Viewer) -> Rows:
    return _row(
        reviews.drafts_to_sign(viewer),
        "sign",
        key="id",
        what="subject",
        detail=Value(""),
        who=F("prepared_by__full_name"),
        since="prepared_at",
    )


def _returned(viewer: Viewer) -> Rows:
    turns = ReviewTurn.objects.filter(review=OuterRef("pk"), state=TurnState.RETURNED).order_by("pk")
    return _row(
        reviews.returned_rows(viewer),
        "returned",
        key="outgoing_id",
        what="outgoing__subject",
        detail=Subquery(turns.values("remarks")[:1]),
        who=Subquery(turns.values("given_by__full_name")[:1]),
        since="ended_at",
    )


def _changes(viewer: Viewer) -> Rows:
    rows = RequestedChange.objects.filter(document__agency=viewer.agency_id or 0, state=ChangeState.PENDING)
    return _row(
        rows,
        "change",
        key="document_id",
        what="document__subject",
        detail=F("reason"),
        who=F("sender_name"),
        since="asked_at",
    )


def _mails(viewer: Viewer) -> Rows:
    rows = ReceivedMail.objects.filter(agency=viewer.agency_id or 0, state=MailState.WAITING)
    return _row(
        rows,
        "mail",
        key="id",
        what="subject",
        detail=F("sender_address"),
        who=F("sender_name"),
        since="received_at",
    )


def _marks(viewer: Viewer) -> Rows:
    rows = SecretMark.objects.filter(agency=viewer.agency_id or 0, state=SecretState.FOUND)
    return _row(
        rows,
        "secret",
        key="document_id",
        what="document__subject",
        detail=F("mark"),
        who=F("document__sender_name"),
        due=F("due_at"),
        since="found_at",
    )


def _paper(viewer: Viewer) -> Rows:
    rows = OutgoingDocument.objects.filter(agency=viewer.agency_id or 0, paper_waits_since__isnull=False)
    names = PaperRecipient.objects.filter(document=OuterRef("pk")).order_by("id")
    return _row(
        rows,
        "paper",
        key="id",
        what="subject",
        detail=F("code"),
        who=Subquery(names.values("name")[:1]),
        since="paper_waits_since",
    )


_WORKERS = policies.DRAFTERS
_CLERKS, _LEADERS = frozenset({Role.CLERK}), frozenset({Role.LEADER})
_TASK, _IN, _OUT = "tasks:task_detail", "office:incoming_detail", "office:outgoing_detail"
_MINE = "tasks:tasks?tab=mine"
KINDS: dict[str, WaitingKind] = {
    kind.code: kind
    for kind in (
        WaitingKind("task", _("Tasks I lead"), _("Work on it"), _TASK, _MINE, _WORKERS, _led),
        WaitingKind(
            "register",
            _("To register"),
            _("Register"),
            _IN,
            "office:incoming?tab=arrived",
            _CLERKS,
            _to_register,
        ),
        WaitingKind(
            "secret",
            _("Secrecy marks found"),
            _("Decide"),
            _IN,
            "office:incoming?tab=mine",
            _CLERKS,
            _marks,
            "#secret",
        ),
        WaitingKind(
            "mail", _("Mails to look at"), _("Look at it"), "office:mail", "office:mails", _CLERKS, _mails
        ),
        WaitingKind(
            "direct", _("To direct"), _("Direct"), _IN, "office:incoming?tab=registered", _LEADERS, _to_direct
        ),
        WaitingKind(
            "opinion",
            _("Opinions to give"),
            _("Give the opinion"),
            _OUT,
            "office:reviews",
            _WORKERS,
            _opinions,
            "#review",
        ),
        WaitingKind("sign", _("To sign"), _("Read and sign"), _OUT, "office:to_sign", _LEADERS, _to_sign),
        WaitingKind(
            "returned",
            _("Drafts returned to me"),
            _("Correct it"),
            _OUT,
            "office:reviews",
            _WORKERS,
            _returned,
            "#review",
        ),
        WaitingKind("extension", _("More time asked"), _("Decide"), _TASK, _MINE, _WORKERS, _extensions),
        WaitingKind(
            "result",
            _("Results to accept"),
            _("Look at the result"),
            _TASK,
            _MINE,
            _WORKERS,
            _given_in(TaskState.REPORTED, "result"),
        ),
        WaitingKind(
            "back",
            _("Tasks sent back to me"),
            _("Direct again"),
            _TASK,
            _MINE,
            _WORKERS,
            _given_in(TaskState.RETURNED, "back"),
        ),
        WaitingKind(
            "change",
            _("Changes senders ask for"),
            _("Answer"),
            _IN,
            "office:incoming?tab=mine",
            _CLERKS,
            _changes,
        ),
        WaitingKind(
            "paper",
            _("Recipients on paper not told yet"),
            _("Record it"),
            _OUT,
            "office:outgoing?tab=paper",
            _CLERKS,
            _paper,
            "#paper-title",
        ),
    )
}
