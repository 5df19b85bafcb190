"""Queue tickets: numbers without a gap, one visitor at one counter, and a display that names nobody."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from lienthong.directory.public import Agency
from lienthong.dossiers.models import Counter, Queue, Ticket
from lienthong.dossiers.queueing import actions, queries
from lienthong.dossiers.queueing.refusals import (
    CounterBusy,
    NobodyWaits,
    QueueClosed,
    QueueFull,
    TicketNotNow,
)
from lienthong.dossiers.states import TicketState
from lienthong.dossiers.tests.factories import NOON, official
from lienthong.dossiers.tests.test_concurrency import at_once
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.clock import now

MINUTE = timedelta(minutes=1)


def hall(of: Agency) -> tuple[Viewer, list[Queue], list[Counter]]:
    """An agency with two queues and two counters to which both are called."""
    by = {"viewer": official(of, Role.HALL_KEEPER), "at": NOON}
    queues = [
        actions.set_queue(letter=letter, name=name, fields=[], opened=True, **by)  # type: ignore[arg-type]
        for letter, name in (("A", "Hộ tịch"), ("B", "Đất đai"))
    ]
    counters = [
        actions.set_counter(number=number, queues=queues, opened=True, **by)  # type: ignore[arg-type]
        for number in (1, 2)
    ]
    return official(of, Role.RECEPTIONIST, Role.CALLER), queues, counters


@pytest.mark.django_db(transaction=True)
def test_two_kiosks_and_two_counters_at_once_never_share_a_number_or_a_visitor() -> None:
    desk, (queue, _other), counters = hall(agency())
    assert at_once(*[lambda: actions.draw_ticket(queue=queue, at=NOON)] * 8) == ["done"] * 8
    assert sorted(Ticket.objects.values_list("number", flat=True)) == list(range(1, 9))
    for _round in range(4):
        acts = [
            lambda counter=counter: actions.call_next(counter_id=counter.pk, viewer=desk, at=NOON)
            for counter in counters
        ]
        assert at_once(*acts) == ["done", "done"]
    assert Ticket.objects.filter(state=TicketState.SERVED).count() == 6
    # Two receptionists at one counter: the second one finds nobody left.
    actions.draw_ticket(queue=queue, at=NOON)
    once = lambda: actions.call_next(counter_id=counters[0].pk, viewer=desk, at=NOON)  # noqa: E731
    assert sorted(at_once(once, once)) == ["done", "nobody-waits"]


@pytest.mark.django_db
def test_a_number_is_given_once_a_day_and_a_failed_draw_loses_none() -> None:
    _desk, (queue, other), _counters = hall(agency())
    with transaction.atomic():
        actions.draw_ticket(queue=queue, at=NOON)
        transaction.set_rollback(True)
    drawn = [actions.draw_ticket(queue=queue, at=NOON) for _ in range(2)]
    assert [str(one) for one in drawn] == ["A001", "A002"]
    assert str(actions.draw_ticket(queue=other, at=NOON)) == "B001"
    assert str(actions.draw_ticket(queue=queue, at=NOON + timedelta(days=1))) == "A001"
    drawn[1].number = 1
    with pytest.raises(IntegrityError), transaction.atomic():
        drawn[1].save()


@pytest.mark.django_db
def test_a_visitor_is_called_skipped_called_again_transferred_and_served() -> None:
    desk, (queue, other), (one, two) = hall(agency())
    by = {"viewer": desk, "at": NOON + MINUTE}
    first, second = (actions.draw_ticket(queue=queue, at=NOON) for _ in range(2))
    with pytest.raises(TicketNotNow):
        actions.finish(ticket_id=first.pk, **by)  # type: ignore[arg-type]
    called = actions.call_next(counter_id=one.pk, **by)  # type: ignore[arg-type]
    assert called.pk == first.pk
    with pytest.raises(TicketNotNow):
        actions.recall(ticket_id=first.pk, counter_id=two.pk, **by)  # type: ignore[arg-type]
    actions.skip(ticket_id=first.pk, **by)  # type: ignore[arg-type]
    assert actions.call_next(counter_id=one.pk, **by).pk == second.pk  # type: ignore[arg-type]
    with pytest.raises(CounterBusy):
        actions.recall(ticket_id=first.pk, counter_id=one.pk, **by)  # type: ignore[arg-type]
    assert actions.recall(ticket_id=first.pk, counter_id=two.pk, **by).counter_id == two.pk  # type: ignore[arg-type]
    waiting = actions.draw_ticket(queue=other, at=NOON)
    actions.transfer(ticket_id=second.pk, queue_id=other.pk, **by)  # type: ignore[arg-type]
    # Who was sent on is called before those who wait there, with the number it has.
    moved = actions.call_next(counter_id=one.pk, **by)  # type: ignore[arg-type]
    assert (str(moved), moved.queue_id) == ("A002", other.pk)
    actions.finish(ticket_id=moved.pk, viewer=desk, at=NOON + 7 * MINUTE)
    assert actions.call_next(counter_id=one.pk, **by).pk == waiting.pk  # type: ignore[arg-type]
    with pytest.raises(NobodyWaits):
        actions.call_next(counter_id=one.pk, **by)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_the_estimate_is_todays_median_and_the_figures_count_every_ticket() -> None:
    desk, (queue, _other), (one, _two) = hall(agency())
    for minutes in (2, 4, 30):
        ticket = actions.draw_ticket(queue=queue, at=NOON)
        actions.call_next(counter_id=one.pk, viewer=desk, at=NOON + 10 * MINUTE)
        actions.finish(ticket_id=ticket.pk, viewer=desk, at=NOON + (10 + minutes) * MINUTE)
    waiting = [actions.draw_ticket(queue=queue, at=NOON + MINUTE) for _ in range(3)]
    day = queries.figures_of(desk.agency_id or 0, at=NOON)[0]
    assert (day.drawn, day.waiting, day.served, day.serving, day.waited) == (6, 3, 3, 240.0, 600.0)
    assert [queries.find_ticket(one.pk)[1] for one in waiting] == [0, 1, 2]
    assert "8" in day.estimate(2)
    assert queries.figures_of(desk.agency_id or 0, at=NOON + timedelta(days=1))[0].estimate(2) == ""


@pytest.mark.django_db
def test_strangers_and_wrong_moments_are_refused() -> None:
    desk, (queue, _other), (one, _two) = hall(agency())
    ticket = actions.draw_ticket(queue=queue, at=NOON)
    neighbour = official(agency(), Role.CALLER)
    with pytest.raises(NotFound):
        actions.call_next(counter_id=one.pk, viewer=neighbour, at=NOON)
    # Neither who receives dossiers nor who leads the agency calls, or sets up, by that alone.
    other_posts = official(queue.agency, *set(Role) - {Role.CALLER, Role.HALL_KEEPER})
    with pytest.raises(NotAllowed):
        actions.call_next(counter_id=one.pk, viewer=other_posts, at=NOON)
    with pytest.raises(NotAllowed):
        actions.recall(ticket_id=ticket.pk, counter_id=one.pk, viewer=other_posts, at=NOON)
    with pytest.raises(NotAllowed):
        actions.open_hall(viewer=other_posts, at=NOON)
    with pytest.raises(NotFound):
        actions.recall(ticket_id=ticket.pk, counter_id=one.pk, viewer=desk, at=NOON + timedelta(days=1))
    with pytest.raises(NotAllowed):
        actions.set_queue(letter="C", name="C", fields=[], opened=True, viewer=desk, at=NOON)
    queue.open = False
    with pytest.raises(QueueClosed):
        actions.draw_ticket(queue=queue, at=NOON)
    queue.open = True
    copies = [
        Ticket(
            agency_id=queue.agency_id,
            drawn_from=queue,
            queue=queue,
            day=ticket.day,
            number=1000 + number,
            drawn_at=NOON,
        )
        for number in range(actions.MOST_WAITING)
    ]
    Ticket.objects.bulk_create(copies)
    with pytest.raises(QueueFull):
        actions.draw_ticket(queue=queue, at=NOON)


@pytest.mark.django_db
def test_kiosk_ticket_display_and_counter_work_without_javascript() -> None:
    of = agency()
    client, leader, public = Client(), Client(), Client()
    leader.force_login(official_in(of, Role.HALL_KEEPER))
    client.force_login(official_in(of, Role.CALLER))
    set_up = reverse("dossiers:set_up_hall")
    queue = {"kind": "queue", "letter": "A", "name": "Hộ tịch", "opened": "on"}
    assert leader.post(set_up, {**queue, "letter": "aa"}).status_code == 422
    assert leader.post(set_up, queue).status_code == 302
    made = Queue.objects.get()
    counter = {"kind": "counter", "number": "3", "queues": str(made.pk), "opened": "on"}
    assert leader.post(set_up, counter).status_code == 302
    found = actions.open_hall(viewer=official(of, Role.HALL_KEEPER), at=now())
    kiosk = reverse("dossiers:kiosk", args=[found.kiosk_key])
    assert public.get(reverse("dossiers:kiosk", args=[uuid4()])).status_code == 404
    assert public.post(kiosk, {"matter": "queue:0"}).status_code == 404
    assert "Hộ tịch" in public.get(kiosk).content.decode()
    drawn = public.post(kiosk, {"matter": f"queue:{made.pk}"}, follow=True)
    assert "A001" in drawn.content.decode()
    desk = reverse("dossiers:counter", args=[Counter.objects.get().pk])
    assert "A001" in client.get(desk).content.decode()
    assert client.post(desk, {"act": "next"}).status_code == 302
    assert client.post(desk, {"act": "transfer"}).status_code == 302
    assert Ticket.objects.get().state == TicketState.CALLED
    answer = public.get(reverse("dossiers:display", args=[found.pk]))
    screen = answer.content.decode()
    assert "<td>A001</td><td>3</td>" in screen
    assert answer.headers["Refresh"] == "5"
    assert client.post(desk, {"act": "finish", "ticket": Ticket.objects.get().pk}).status_code == 302
    assert "A001" not in public.get(reverse("dossiers:display", args=[found.pk])).content.decode()
    assert client.get(reverse("dossiers:queue")).status_code == 200
