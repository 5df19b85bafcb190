"""Drafts: under review, returned, in several versions, faulty in form, and ready to be signed."""

from __future__ import annotations

from datetime import datetime

from lienthong.demo import office_texts as texts
from lienthong.demo.actions.everyday.acting import Days, agency, official, printed
from lienthong.demo.actions.everyday.letters import INFORMATION, LAND
from lienthong.demo.cast import GOVERNMENT_OFFICE, THAI_NGUYEN
from lienthong.demo.office_texts import Letter
from lienthong.directory.public import Duty
from lienthong.identity.public import Viewer
from lienthong.office.public import (
    Composition,
    Member,
    OutgoingDocument,
    compose,
    define_chain,
    give_opinion,
    revise,
    submit_for_review,
)


def chains_are_set(days: Days) -> None:
    """Plans pass the economic division's head and the clerk; notices go to the leader at once."""
    at = days.ago(20, 10)
    clerk, head = (official(THAI_NGUYEN, duty, at) for duty in (Duty.CLERK, Duty.HEAD))
    members = [Member(1, post_id=head.post_id), Member(2, post_id=clerk.post_id)]
    define_chain(viewer=clerk, type_code="KH", members=members, at=at)
    define_chain(viewer=clerk, type_code="TB", members=[], at=at)


def plans_are_reviewed(days: Days) -> None:
    """One plan waits for the head, one for the clerk, one was returned, one all agreed to."""
    at = days.ago(2, 9)
    who, head, clerk = (official(THAI_NGUYEN, duty, at) for duty in (Duty.SPECIALIST, Duty.HEAD, Duty.CLERK))
    draft = _submitted(who, texts.INSPECTION_PLAN, at)
    _opinion(draft, head, "remarked", texts.REMARKED, days.ago(2, 14))
    draft = _submitted(who, texts.TRAINING_PLAN, at)
    _opinion(draft, head, "returned", texts.RETURNED_DRAFT, days.ago(2, 15))
    draft = _submitted(who, texts.FLOOD_PLAN, days.ago(2, 10))
    _opinion(draft, head, "agreed", texts.AGREED, days.ago(2, 16))
    _opinion(draft, clerk, "agreed", "", days.ago(1, 8))
    _submitted(who, texts.TEA_PLAN, days.ago(1, 9))


def notices_wait(days: Days) -> None:
    """Three notices that a leader signs at once."""
    at = days.ago(1, 10)
    who = official(THAI_NGUYEN, Duty.SPECIALIST, at)
    for letter in (texts.NOTICE_TET, texts.NOTICE_CITIZENS, texts.NOTICE_PARKING):
        _written(who, letter, at, group="subordinates")


def drafts_change(days: Days) -> None:
    """A draft in three versions, another in two, and one uploaded with faults of form."""
    at = days.ago(3, 8)
    who = official(THAI_NGUYEN, Duty.SPECIALIST, at)
    first, *later = texts.LAND_DRAFTS
    draft = _written(who, first, at)
    for number, letter in enumerate(later, start=1):
        _rewritten(draft, who, letter, days.ago(3, 9 + 2 * number))
    at = days.ago(2, 8)
    sheet = printed(texts.UPLOADED_SHEET, at)
    compose(composition=_composed(texts.UPLOADED, at), pdf=[sheet], viewer=who, at=at)
    at = days.ago(2, 8)
    theirs = official(GOVERNMENT_OFFICE, Duty.SPECIALIST, at)
    first, last = texts.ENQUIRY_DRAFTS
    draft = _written(theirs, first, at, group="provinces")
    _rewritten(draft, theirs, last, days.ago(1, 9), group="provinces")


def _written(who: Viewer, letter: Letter, at: datetime, *, group: str = "") -> OutgoingDocument:
    return compose(composition=_composed(letter, at, group), viewer=who, at=at)


def _rewritten(
    draft: OutgoingDocument, who: Viewer, letter: Letter, at: datetime, *, group: str = ""
) -> None:
    revise(outgoing_id=draft.pk, composition=_composed(letter, at, group), viewer=who, at=at)


def _composed(letter: Letter, at: datetime, group: str = "") -> Composition:
    """To the group, or without one to two departments."""
    return Composition(
        type_code=letter.type_code,
        subject=letter.subject,
        place="Hà Nội" if group == "provinces" else "Thái Nguyên",
        groups=(group,) if group else (),
        recipients=() if group else tuple(agency(code, at).pk for code in (INFORMATION, LAND)),
        body=letter.body,
    )


def _submitted(who: Viewer, letter: Letter, at: datetime) -> OutgoingDocument:
    draft = _written(who, letter, at)
    submit_for_review(outgoing_id=draft.pk, viewer=who, at=at)
    return draft


def _opinion(draft: OutgoingDocument, who: Viewer, opinion: str, remarks: str, at: datetime) -> None:
    give_opinion(outgoing_id=draft.pk, viewer=who, opinion=opinion, remarks=remarks, at=at)
