"""Comments on documents: the thread of each page, and who may see its document and so be named."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from lienthong.identity.public import Colleague, colleagues_with
from lienthong.ledger.public import Subject
from lienthong.notifications.public import Candidate, Thread
from lienthong.office import policies
from lienthong.office.drafting_models import ReviewTurn
from lienthong.office.models import IncomingDocument, OutgoingDocument
from lienthong.office.states import State, TurnState
from lienthong.tasks.public import Task, TaskParty

ABOUT_LENGTH = 150


def incoming_thread(document: IncomingDocument, *, at: datetime) -> Thread:
    """Where an incoming document the viewer may see is commented on. One query."""
    roots = Q(task__root=document.task_id or document.id)
    if document.answers_task_id is not None:
        answered = Task.objects.filter(pk=document.answers_task_id).values("root")
        roots |= Q(task__root__in=answered)
    parties = TaskParty.objects.filter(roots, official__isnull=False)
    named = Q(official_id__in=parties.values("official_id"))
    return _thread(document, "incoming", named, at, is_open=document.state != State.WITHDRAWN)


def outgoing_thread(document: OutgoingDocument, *, at: datetime) -> Thread:
    """Where an outgoing document the viewer may see is commented on. One query."""
    asked = ReviewTurn.objects.filter(review__outgoing=document).exclude(state=TurnState.AHEAD)
    named = Q(official_id=document.prepared_by_id) | Q(post_id__in=asked.values("post_id"))
    return _thread(document, "outgoing", named, at, is_open=True)


def _thread(
    document: IncomingDocument | OutgoingDocument, kind: str, named: Q, at: datetime, *, is_open: bool
) -> Thread:
    readers = colleagues_with(
        document.agency_id, policies.READ_ALL, at=at, named=named, also=policies.READERS
    )
    about = " – ".join(filter(None, (document.code, " ".join(document.subject.split()))))
    return Thread(
        subject=Subject(f"office.{kind}", str(document.pk)),
        about=about[:ABOUT_LENGTH],
        link=reverse(f"office:{kind}_detail", args=[document.pk]),
        action=reverse(f"office:{kind}_comment", args=[document.pk]),
        candidates=tuple(_candidate(one) for one in readers),
        open=is_open,
    )


def _candidate(one: Colleague) -> Candidate:
    return Candidate(one.official_id, one.name, one.post_title)
