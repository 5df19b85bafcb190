"""Two clerks who enter the same paper at the same moment."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.office.actions.paper import SeemsToBeHere, keep_scan, receive_paper
from lienthong.office.contracts import PaperFacts
from lienthong.office.models import IncomingDocument
from lienthong.office.states import Source
from lienthong.office.tests.factories import NOON, incoming_document
from lienthong.office.tests.scans import blank
from lienthong.office.tests.test_concurrency import at_once
from lienthong.office.tests.test_paper import FACTS

LETTER = replace(FACTS, code="", promulgated_on=None, subject="Đơn kiến nghị")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("facts", [FACTS, LETTER])
def test_of_two_clerks_at_once_one_is_shown_what_the_other_entered(facts: PaperFacts) -> None:
    ours = agency()
    clerks = [viewer_in(ours, Role.CLERK) for _ in range(3)]
    scans = [keep_scan(files=[("a.pdf", io.BytesIO(blank()))], viewer=clerk, at=NOON) for clerk in clerks]
    pairs = zip(clerks, scans, strict=True)
    results = at_once(
        *(lambda c=c, s=s: receive_paper(facts=facts, scan=s, viewer=c, at=NOON) for c, s in pairs)  # type: ignore[misc]
    )
    assert sorted(type(found).__name__ for found in results) == [
        "IncomingDocument",
        "SeemsToBeHere",
        "SeemsToBeHere",
    ]
    assert IncomingDocument.objects.filter(agency=ours).count() == 1
    again = replace(facts, duplicate_reason="Bản gốc thứ hai")
    receive_paper(facts=again, scan=scans[1], viewer=clerks[1], at=NOON)
    with pytest.raises(SeemsToBeHere):
        receive_paper(facts=facts, scan=scans[2], viewer=clerks[2], at=NOON)


@pytest.mark.django_db
def test_the_database_itself_refuses_a_double_but_not_of_the_axis() -> None:
    ours = agency()
    same = {"agency": ours, "code": "15/CV", "promulgated_on": None, "sender_name": "Điện lực"}
    for _ in range(2):
        incoming_document(**same)
    entered = {**same, "source": Source.PAPER, "delivery_id": None, "came_by": "post"}
    incoming_document(**entered)
    with pytest.raises(IntegrityError, match="incoming_paper_once"), transaction.atomic():
        incoming_document(**entered | {"code": "015 / cv", "sender_name": "ĐIỆN LỰC"})
    incoming_document(**entered, duplicate_reason="Bản gốc thứ hai")
