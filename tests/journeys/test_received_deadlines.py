"""A task that another agency sent stands in the digest and in the calendar of who leads it here."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lienthong.directory.public import Official
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import viewer_in
from lienthong.notifications.due import due_of
from lienthong.notifications.feeds import write_calendar
from lienthong.notifications.letters import write_letters
from lienthong.notifications.models import Mail
from lienthong.office.actions.collecting import collect_inbox
from lienthong.office.actions.directing import direct_document
from lienthong.office.actions.registering import register_incoming
from lienthong.office.adapters.fake import FakeAxis
from lienthong.office.models import IncomingDocument
from lienthong.office.states import State
from lienthong.office.tests.factories import NOON, direction
from lienthong.office.tests.test_carrying import Place

pytestmark = pytest.mark.django_db


def test_a_task_sent_by_another_agency_is_in_the_leads_digest_and_calendar() -> None:
    above, below, axis = Place(), Place(), FakeAxis()
    above.send(axis, above.task(), below.agency)
    collect_inbox(at=NOON, port=axis)
    received = IncomingDocument.objects.get(agency=below.agency, steering_type=1)
    # The document's PDF is signed by an authority of the tests, so what counts here is the deadline alone.
    IncomingDocument.objects.filter(id=received.id).update(authentic=True, state=State.ARRIVED)
    clerk = viewer_in(below.agency, Role.CLERK, at=NOON)
    register_incoming(document_id=received.id, viewer=clerk, at=NOON)
    lead = below.lead.official_id or 0
    day = timedelta(days=1)
    assert due_of([lead], since=NOON - 9 * day, until=NOON + 30 * day) == {}
    done = direct_document(
        document_id=received.id, viewer=below.leader, direction=direction(below.lead), at=NOON
    )
    assert done.task is not None
    assert done.task.due_at is not None
    [row] = due_of([lead], since=NOON - 9 * day, until=NOON + 30 * day)[lead]
    assert row.due_at == done.task.due_at
    assert str(done.task.pk) in row.link
    calendar = write_calendar([row]).replace(b"\r\n ", b"").decode()
    assert row.link in calendar
    Official.objects.filter(pk=lead).update(email="lead@example.vn")
    mail = Mail.objects.create(
        official_id=lead, day=done.task.due_at.date(), created_at=NOON, next_attempt_at=NOON
    )
    on_the_day = done.task.due_at - timedelta(minutes=5)
    letter = write_letters([mail], at=on_the_day)[mail.pk]
    assert row.link in letter.text
