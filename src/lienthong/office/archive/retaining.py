"""Deciding how long groups of files are kept: the archive proposes a row, the head approves and ends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import NotAllowed, Viewer
from lienthong.kernel.clock import VIETNAM
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import JSON, Subject, record
from lienthong.office.archive import policies
from lienthong.office.archive.filing import fitting
from lienthong.office.archive.retention_models import RetentionRule
from lienthong.office.archive.retention_queries import find_rule, key_of
from lienthong.office.archive.states import PERMANENT

GROUP_LIMIT, SOURCE_LIMIT, ARTICLE_LIMIT, REASON_LIMIT = 250, 150, 100, 500
LEAST_YEARS, MOST_YEARS = 2, 70  # Luật Lưu trữ 33/2024/QH15: a term has 2 years at least, 70 at most


class RuleIncomplete(Refusal):
    """A row says which files, for how long, by which law."""

    code, status = "retention-incomplete", 422
    sentence = _(
        "A row needs the group of files and the law or circular that it follows. Write it and try again."
    )


class PeriodImpossible(Refusal):
    """A period is for ever or within the law's limits."""

    code, status = "retention-impossible", 422
    sentence = _("Files are kept permanently or for %(least)s to %(most)s years.")


class StartsTooEarly(Refusal):
    """A row does not change what was valid before."""

    code, status = "retention-starts-too-early", 422
    sentence = _("The first day is today or later, and later than the first day of the row it replaces.")


class ProposedAlready(Refusal):
    """An agency has one proposal for a group."""

    code, status = "retention-proposed", 409
    sentence = _(
        "There is a proposal for this group of files already. Withdraw it, or have it approved first."
    )


class NotThatState(Refusal):
    """Someone was faster."""

    code, status = "retention-wrong-state", 409
    sentence = _(
        "This cannot be done any more: the row was approved, withdrawn or ended meanwhile. Reload the page."
    )


class EndReasonMissing(Refusal):
    """Why a row no longer holds stays with it."""

    code, status = "retention-reason-missing", 422
    sentence = _("Write in at most %(limit)s characters why the row no longer holds.")


@dataclass(frozen=True)
class NewRule:
    """A row as it is written; `years` None keeps for ever."""

    group: str
    years: int | None
    source: str
    article: str
    valid_from: date


def propose_rule(*, new: NewRule, viewer: Viewer, at: datetime) -> RetentionRule:
    """Propose a row for the viewer's agency and all below; of a group that has a row already, in its place.

    Raises:
        NotAllowed, RuleIncomplete, TextDoesNotFit, PeriodImpossible, StartsTooEarly, ProposedAlready
    """
    if not policies.drafts_lists(viewer):
        raise NotAllowed
    row = _checked(new, viewer, at)
    with transaction.atomic():
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            if "retention_one_proposal" not in str(error):
                raise
            raise ProposedAlready(field="group") from error
        _note(row, "propose", viewer, at, {"source": row.source, "from": str(row.valid_from)})
    return row


def _checked(new: NewRule, viewer: Viewer, at: datetime) -> RetentionRule:
    group = fitting(new.group, field="group", limit=GROUP_LIMIT)
    source = fitting(new.source, field="source", limit=SOURCE_LIMIT)
    if not group or not source:
        raise RuleIncomplete(field="source" if group else "group")
    if new.years is not None and not LEAST_YEARS <= new.years <= MOST_YEARS:
        raise PeriodImpossible(field="years", least=LEAST_YEARS, most=MOST_YEARS)
    if new.valid_from < at.astimezone(VIETNAM).date():
        raise StartsTooEarly(field="valid_from")
    return RetentionRule(
        agency_id=viewer.agency_id or 0,
        group=group,
        group_key=key_of(group)[:GROUP_LIMIT],
        retention=PERMANENT if new.years is None else str(new.years),
        source=source,
        article=fitting(new.article, field="article", limit=ARTICLE_LIMIT),
        valid_from=new.valid_from,
        proposed_by=policies.signature_of(viewer),
        proposed_at=at,
    )


def withdraw_rule(*, rule_id: int, viewer: Viewer, at: datetime) -> None:
    """Take a proposal back. Raises NotAllowed, NotFound, NotThatState."""
    if not policies.drafts_lists(viewer):
        raise NotAllowed
    with transaction.atomic():
        row = find_rule(viewer, rule_id, lock=True)
        if row.approved_at is not None:
            raise NotThatState
        _note(row, "withdraw", viewer, at, {})
        row.delete()


def approve_rule(*, rule_id: int, viewer: Viewer, at: datetime) -> RetentionRule:
    """Approve a proposal in the agency's name; the row of the same group ends on its first day.

    Raises:
        NotAllowed, NotFound, NotThatState, StartsTooEarly
    """
    if not policies.approves_lists(viewer):
        raise NotAllowed
    with transaction.atomic():
        row = find_rule(viewer, rule_id, lock=True)
        if row.approved_at is not None:
            raise NotThatState
        # A proposal that waited beyond its first day holds from its approval: no day is decided afterwards.
        row.valid_from = max(row.valid_from, at.astimezone(VIETNAM).date())
        _end_the_other(row, viewer, at)
        row.approved_by, row.approved_at = policies.signature_of(viewer), at
        try:
            with transaction.atomic():
                row.save(update_fields=["approved_by", "approved_at", "valid_from"])
        except IntegrityError as error:
            if "retention_one_a_day" not in str(error):
                raise
            raise StartsTooEarly from error
        _note(row, "approve", viewer, at, {"from": str(row.valid_from)})
    return row


def _end_the_other(row: RetentionRule, viewer: Viewer, at: datetime) -> None:
    same = RetentionRule.objects.filter(agency=row.agency_id, group_key=row.group_key, valid_to=None)
    other = same.filter(approved_at__isnull=False, valid_from__lte=row.valid_from).select_for_update().first()
    if other is not None:
        reason = ", ".join(filter(None, (row.article, row.source)))
        _end(other, row.valid_from, reason, viewer, at)


def end_rule(*, rule_id: int, reason: str, viewer: Viewer, at: datetime) -> RetentionRule:
    """End an approved row today; one that was to begin later never holds.

    Raises:
        NotAllowed, NotFound, NotThatState, EndReasonMissing
    """
    if not policies.approves_lists(viewer):
        raise NotAllowed
    reason = " ".join(reason.split())
    if not reason or len(reason) > REASON_LIMIT:
        raise EndReasonMissing(field="reason", limit=REASON_LIMIT)
    with transaction.atomic():
        row = find_rule(viewer, rule_id, lock=True)
        if row.approved_at is None or row.valid_to is not None:
            raise NotThatState
        _end(row, max(row.valid_from, at.astimezone(VIETNAM).date()), reason, viewer, at)
    return row


def _end(row: RetentionRule, day: date, reason: str, viewer: Viewer, at: datetime) -> None:
    row.valid_to, row.ended_reason, row.ended_by = day, reason, policies.signature_of(viewer)
    row.save(update_fields=["valid_to", "ended_reason", "ended_by"])
    _note(row, "end", viewer, at, {"reason": reason, "to": str(day)})


def _note(row: RetentionRule, verb: str, viewer: Viewer, at: datetime, data: dict[str, JSON]) -> None:
    data = {"group": row.group, "retention": row.retention, **data}
    subject = Subject("office.retention-rule", str(row.pk))
    record(actor=viewer.actor(), verb=f"retention-rule.{verb}", subject=subject, at=at, data=data)
