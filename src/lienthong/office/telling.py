"""Whom the office tells of documents: one table of kinds, and who hears each, in the act's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import Role, Viewer, officials_acting
from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import Subject
from lienthong.notifications.public import Kind, Way, notify, register_kind
from lienthong.office.drafting_models import Review
from lienthong.office.issued_models import IssuedChange
from lienthong.office.models import OutgoingDocument, Recipient
from lienthong.office.states import ReviewState, TurnState

SUBJECT_LENGTH = 200
KINDS = {
    kind.code.removeprefix("office."): register_kind(kind)
    for kind in (
        Kind(
            "office.opinion-asked",
            _("A draft waits for my opinion"),
            _("%(actor)s asks for your opinion: %(subject)s"),
        ),
        Kind(
            "office.draft-returned",
            _("My draft is returned by a reviewer"),
            _("%(actor)s returned your draft: %(subject)s"),
        ),
        Kind(
            "office.draft-agreed",
            _("A draft is agreed and can be signed"),
            _("Every reviewer agreed, it can be signed: %(subject)s"),
        ),
        Kind(
            "office.issued",
            _("A document I prepared is issued"),
            _("Issued as %(code)s: %(subject)s"),
            Way.APP,
        ),
        Kind(
            "office.refused",
            _("A recipient returns a document I prepared"),
            _("%(agency)s returned %(code)s: %(subject)s"),
        ),
        Kind(
            "office.withdrawn",
            _("A document given to me inside the agency is withdrawn"),
            _("%(code)s is withdrawn, do not use it any more: %(subject)s"),
        ),
        Kind(
            "office.replaced",
            _("A document given to me inside the agency is replaced"),
            _("%(code)s is replaced by %(successor)s: %(subject)s"),
        ),
        Kind(
            "office.corrected",
            _("A document given to me inside the agency is corrected"),
            _("%(code)s is corrected by %(successor)s: %(subject)s"),
        ),
    )
}


def tell_of_review(draft: OutgoingDocument, review: Review, *, viewer: Viewer, at: datetime) -> None:
    """Tell whoever the round of review waits for now: its reviewers, its drafter, or those who sign.

    Who was told of this round before is not told again. Three queries at most.
    """
    key = str(review.round)
    if review.state == ReviewState.RUNNING:
        asked = review.turns.filter(state=TurnState.WAITING).values_list("post_id", flat=True)
        _tell("opinion-asked", draft, officials_acting(at=at, posts=list(asked)), viewer, at, key)
    elif review.state == ReviewState.RETURNED:
        _tell("draft-returned", draft, {draft.prepared_by_id}, viewer, at, key)
    elif review.state == ReviewState.AGREED:
        signers = officials_acting(at=at, agency_id=draft.agency_id, roles=[Role.LEADER])
        _tell("draft-agreed", draft, signers, viewer, at, key)


def tell_issued(issued: OutgoingDocument, *, viewer: Viewer, at: datetime) -> None:
    """Tell who prepared the document that it was issued. One query."""
    _tell("issued", issued, {issued.prepared_by_id}, viewer, at, "")


def tell_of_change(document: OutgoingDocument, change: IssuedChange, *, viewer: Viewer, at: datetime) -> None:
    """Tell those to whom the document was given inside the agency, and who prepared it.

    Of a division its heads and whoever read it. Two queries.
    """
    rows = list(document.inside.all())
    hearers = {document.prepared_by_id}
    hearers |= {key for row in rows for key in (row.official_id, row.read_by_id) if key is not None}
    posts = [row.post_id for row in rows if row.post_id is not None]
    divisions = [row.division_id for row in rows if row.division_id is not None]
    hearers |= officials_acting(at=at, posts=posts, divisions=divisions, roles=[Role.HEAD])
    code = {"replace": "replaced", "update": "corrected"}.get(change.kind, "withdrawn")
    successor = change.successor.code if change.successor else ""
    _tell(code, document, hearers, viewer, at, str(change.pk), successor=successor)


def tell_of_returns(rows: Iterable[Recipient], *, at: datetime) -> None:
    """Tell who prepared a document that a recipient returned it.

    Once a day for each document, whoever else returns it that day: its page names them all. One query for
    each document among the rows, which come with their document and agency.
    """
    returned: defaultdict[str, list[Recipient]] = defaultdict(list)
    for row in rows:
        returned[str(row.document_id)].append(row)
    day = f"{at.astimezone(VIETNAM):%Y-%m-%d}"
    for found in returned.values():
        document, agency = found[0].document, found[0].agency.name
        _tell("refused", document, {document.prepared_by_id}, None, at, day, agency=agency)


def _tell(
    code: str,
    document: OutgoingDocument,
    officials: Collection[int],
    viewer: Viewer | None,
    at: datetime,
    key: str,
    agency: str = "",
    successor: str = "",
) -> None:
    notify(
        recipients=set(officials) - {viewer.official_id if viewer else None},
        kind=KINDS[code].code,
        subject=Subject("office.outgoing", str(document.pk)),
        key=key,
        params={
            "subject": " ".join(document.subject.split())[:SUBJECT_LENGTH],
            "code": document.code,
            "actor": viewer.name if viewer else "",
            "agency": agency,
            "successor": successor,
        },
        link=reverse("office:outgoing_detail", args=[document.pk]),
        at=at,
    )
