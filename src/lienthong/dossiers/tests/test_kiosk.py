"""Visitors name what they come for, and wait in the queue that serves it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from lienthong.directory.public import Agency
from lienthong.dossiers.models import Queue, Ticket
from lienthong.dossiers.queueing import actions, routing
from lienthong.dossiers.queueing.refusals import NoQueueServes
from lienthong.dossiers.queueing.routing import Matter, draw_for
from lienthong.dossiers.tests.factories import NOON, offered, official
from lienthong.dossiers.tests.processes import BIRTH
from lienthong.identity.public import NotFound, Role
from lienthong.identity.tests.factories import agency
from lienthong.procedures.public import Procedure, ServiceField
from lienthong.procedures.tests.factories import definition, procedure, published

pytestmark = pytest.mark.django_db


def queue(of: Agency, letter: str, name: str, *fields: str, general: bool = False) -> Queue:
    """A queue of the agency's hall."""
    keeper = official(of, Role.HALL_KEEPER)
    given = {"letter": letter, "name": name, "fields": fields, "general": general, "opened": True}
    return actions.set_queue(viewer=keeper, at=NOON, **given)  # type: ignore[arg-type]


def offer(of: Agency, field: str, name: str) -> Procedure:
    """A procedure of a field that the agency offers at its counter."""
    kept, _made = ServiceField.objects.get_or_create(code=field, defaults={"name": f"Lĩnh vực {field}"})
    made = procedure(field=kept, name=name)
    offered(published(made, definition(process=BIRTH)), of)
    return made


def draw(of: Agency, said: str) -> Ticket:
    """A ticket for what the kiosk's button says."""
    return draw_for(agency_id=of.pk, matter=routing.find_matter(of.pk, said), at=NOON)


def test_the_queue_of_the_field_is_chosen_then_the_shortest_then_the_general_one() -> None:
    of = agency()
    birth, parcel = offer(of, "hotich", "Đăng ký khai sinh"), offer(of, "datdai", "Tách thửa")
    foreign = offer(agency(), "hotich", "Ghi chú ly hôn")
    civil = queue(of, "A", "Hộ tịch", "hotich")
    with pytest.raises(NoQueueServes):
        draw(of, "field:datdai")
    rest = queue(of, "C", "Việc khác", general=True)
    queue(of, "D", "Trả kết quả")
    drawn = draw(of, f"procedure:{birth.pk}")
    assert (drawn.queue_id, drawn.about) == (civil.pk, "Đăng ký khai sinh")
    assert [draw(of, said).queue_id for said in (f"procedure:{parcel.pk}", "other")] == [rest.pk] * 2
    second = queue(of, "B", "Hộ tịch 2", "hotich")
    assert draw(of, "field:hotich").queue_id == second.pk, "one waits in A already"
    assert draw(of, "field:hotich").queue_id == civil.pk, "as many wait in both: the first letter"
    civil.open = second.open = False
    Queue.objects.bulk_update([civil, second], ["open"])
    assert draw(of, "field:hotich").queue_id == rest.pk
    for wrong in (f"procedure:{foreign.pk}", f"procedure:{uuid4()}", "field:khac", f"queue:{civil.pk}", "x"):
        with pytest.raises(NotFound):
            draw(of, wrong)


def test_a_hall_has_one_general_queue() -> None:
    of = agency()
    first, second = queue(of, "A", "Một", general=True), queue(of, "B", "Hai", general=True)
    assert list(Queue.objects.filter(general=True)) == [second]
    first.general = True
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save()
    assert draw_for(agency_id=of.pk, matter=Matter(), at=NOON).queue_id == second.pk


def test_the_kiosk_asks_for_the_field_then_the_procedure_or_finds_it_by_words_without_marks() -> None:
    of = agency()
    offer(of, "hotich", "Đăng ký khai sinh")
    parcel = offer(of, "datdai", "Tách thửa đất")
    queue(of, "A", "Hộ tịch", "hotich")
    hall = actions.open_hall(viewer=official(of, Role.HALL_KEEPER), at=NOON)
    kiosk, visitor = reverse("dossiers:kiosk", args=[hall.kiosk_key]), Client()
    page = visitor.get(kiosk).content.decode()
    assert "?field=hotich" in page
    assert "?field=datdai" not in page, "no queue would take it"
    assert "Tách thửa đất" not in visitor.get(kiosk, {"q": "tach thua"}).content.decode()
    queue(of, "B", "Mọi việc", general=True)
    queue(of, "C", "Trả kết quả")
    page = visitor.get(kiosk).content.decode()
    assert "?field=datdai" in page
    assert [name in page for name in ("Trả kết quả", "Mọi việc", 'value="other"')] == [True, False, True]
    answer = visitor.get(kiosk, {"field": "datdai"})
    assert f"procedure:{parcel.pk}" in answer.content.decode()
    assert answer.headers["Refresh"] == f"90; url={kiosk}"
    assert f"procedure:{parcel.pk}" in visitor.get(kiosk, {"q": "thua tach"}).content.decode()
    assert "procedure:" not in visitor.get(kiosk, {"q": "không có"}).content.decode()
    ticket = visitor.post(kiosk, {"matter": f"procedure:{parcel.pk}"}, follow=True).content.decode()
    assert ("B001" in ticket, "Tách thửa đất" in ticket) == (True, True)
    display = visitor.get(reverse("dossiers:display", args=[hall.pk])).content.decode()
    assert "Tách thửa" not in display
    Queue.objects.exclude(letter="A").update(open=False)
    assert visitor.post(kiosk, {"matter": "other"}).status_code == 409


def test_a_kiosk_costs_the_same_with_many_procedures(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    of = agency()
    queue(of, "A", "Hộ tịch", "hotich", general=True)
    for number in range(3):
        offer(of, "hotich", f"Việc {number}")
    queues = list(Queue.objects.filter(agency=of))
    with django_assert_num_queries(2):
        assert len(routing.fields_to_name(of.pk, queues)) == 1
        assert [one.field.code for one in routing.procedures_to_name(of.pk, queues)] == ["hotich"] * 3
    with django_assert_num_queries(8):
        draw(of, "field:hotich")
