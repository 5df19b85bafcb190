"""The console: figures from the kept counts, health by its rule, exports, and who may look."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lienthong.axis.actions.figures import count_everything, count_refusals
from lienthong.axis.actions.playing import ensure_sandbox
from lienthong.axis.actions.upload_parts import add_to_upload
from lienthong.axis.actions.uploads import open_upload
from lienthong.axis.models import ConnectedSystem, Delivery, Serves, StatusEvent
from lienthong.axis.policies import Health, health_of
from lienthong.axis.queries.console import backlog_gauges, figures, systems_health
from lienthong.axis.queries.operator import PacketFilter
from lienthong.axis.queries.timeline import export_packets, steps_of
from lienthong.axis.sandbox import PLAYED
from lienthong.axis.tests.factories import AT, World, agency, stored_packet, system_for
from lienthong.identity.public import NotAllowed, Role, Viewer
from lienthong.identity.tests.factories import official_in
from lienthong.kernel.clock import now

OPERATOR = Viewer(roles=frozenset({Role.OPERATOR}))
LATE = timedelta(hours=4)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def operator(world: World) -> Client:
    return signed_in(world, Role.OPERATOR)


def signed_in(world: World, role: Role) -> Client:
    client = Client()
    client.force_login(official_in(world.ministry, role))
    return client


def rows_of(answer: object) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


def test_the_last_moments_are_added_to_what_was_counted(world: World) -> None:
    stored_packet(world.office, *world.recipients, at=AT - 10 * MINUTE)
    stored_packet(world.office, *world.recipients, at=AT - timedelta(days=3))
    count_everything(at=AT - 5 * MINUTE + timedelta(seconds=30))
    late = stored_packet(world.office, *world.recipients, at=AT - MINUTE)
    StatusEvent.objects.create(
        delivery=late.deliveries.first(), system=world.system, code="01", at=AT, received_at=AT
    )
    found = figures(OPERATOR, at=AT)
    minutes = {point.start: (point.packets, point.statuses) for point in found.throughput.minutes}
    assert {start for start, counts in minutes.items() if any(counts)} == {AT - 10 * MINUTE, AT - MINUTE, AT}
    assert (minutes[AT - MINUTE], minutes[AT]) == ((1, 0), (0, 1))
    assert len(minutes) == 60
    assert [(point.packets, point.statuses) for point in found.throughput.hours[-2:]] == [(0, 0), (2, 1)]
    assert [point.packets for point in found.throughput.days if point.packets] == [1, 2]
    assert found.throughput.days[-1].start.hour == 0, "a day begins at midnight in Vietnam"
    assert found.oldest[0].sent_at == AT - timedelta(days=3)


def test_figures_that_were_not_counted_for_long_say_so(world: World) -> None:
    assert figures(OPERATOR, at=AT).stale
    count_everything(at=AT)
    assert not figures(OPERATOR, at=AT + 5 * MINUTE).stale
    assert figures(OPERATOR, at=AT + 6 * MINUTE).stale


def test_the_number_of_queries_grows_with_nothing(world: World) -> None:
    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as first:
            figures(OPERATOR, at=AT)
        with CaptureQueriesContext(connection) as second:
            systems_health(OPERATOR, at=AT, late=LATE)
        return len(first), len(second)

    stored_packet(world.office, world.recipients[0], at=AT)
    count_everything(at=AT)
    before = asked()
    for number in range(8):
        other = agency(f"T{number:02}")
        stored_packet(other, *world.recipients, at=AT - number * MINUTE)
        count_refusals([f"c{number}"], system=system_for(other), at=AT)
    count_everything(at=AT + MINUTE)
    assert asked() == before
    assert before[0] <= 9
    assert before[1] <= 3


@pytest.mark.parametrize(
    ("waits", "silent", "sent", "refusals", "expected"),
    [
        (None, None, 0, 0, Health.GOOD),
        (timedelta(hours=5), timedelta(0), 9, 0, Health.BAD),
        (timedelta(hours=4), timedelta(0), 9, 0, Health.GOOD),
        (timedelta(minutes=1), timedelta(hours=2), 9, 0, Health.WARNING),
        (timedelta(minutes=1), None, 9, 0, Health.WARNING),
        (None, timedelta(days=9), 3, 3, Health.GOOD),
        (None, timedelta(0), 3, 4, Health.WARNING),
    ],
)
def test_the_light_follows_its_rule(
    waits: timedelta | None, silent: timedelta | None, sent: int, refusals: int, expected: Health
) -> None:
    assert health_of(waits=waits, silent=silent, sent=sent, refusals=refusals, late=LATE) is expected


def test_a_system_is_given_the_sums_of_all_it_speaks_for(world: World) -> None:
    commune = agency("H55.05.01", parent=world.recipients[0])
    hub, province = system_for(world.ministry, Serves.ALL), system_for(world.recipients[0])
    own = system_for(world.recipients[0], Serves.AGENCY)
    stored_packet(world.office, world.recipients[0], commune, world.recipients[1])
    stored_packet(commune, world.recipients[1])
    Delivery.objects.filter(recipient=commune).update(state="01", collected_at=AT)
    count_refusals(["x", "x"], system=own, at=AT)
    count_everything(at=AT + MINUTE)
    page = systems_health(OPERATOR, at=AT + MINUTE, late=LATE)
    found = {row.system.pk: (row.sent, row.collected, row.uncollected, row.refusals) for row in page.rows}
    assert found[hub.pk] == (2, 1, 3, 0)
    assert found[province.pk] == (1, 1, 1, 0)
    assert found[own.pk] == (0, 0, 1, 2)
    lights = {row.system.pk: row.health for row in page.rows}
    assert (lights[province.pk], lights[world.system.pk]) == (Health.WARNING, Health.GOOD)


def test_what_waits_in_the_sandbox_is_no_trouble_of_the_live_systems(world: World) -> None:
    hub = system_for(world.ministry, Serves.ALL)
    stored_packet(world.office, ensure_sandbox(at=AT)[PLAYED], at=AT - timedelta(days=3), sandbox=True)
    count_everything(at=AT)
    [row] = [row for row in systems_health(OPERATOR, at=AT, late=LATE).rows if row.system == hub]
    assert (row.uncollected, row.oldest_at) == (0, None)


def test_systems_without_access_are_not_judged(world: World) -> None:
    ConnectedSystem.objects.filter(pk=world.system.pk).update(disabled_at=AT)
    rows = systems_health(OPERATOR, at=AT, late=LATE).rows
    assert world.system not in [row.system for row in rows]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OPERATOR, Role.AUDITOR}))
def test_others_may_not_look(world: World, role: Role) -> None:
    viewer = Viewer(roles=frozenset({role}))
    for look in (
        lambda: figures(viewer, at=AT),
        lambda: systems_health(viewer, at=AT, late=LATE),
        lambda: export_packets(viewer, None),  # type: ignore[arg-type]
        lambda: steps_of(viewer, []),
    ):
        with pytest.raises(NotAllowed):
            look()
    client = signed_in(world, role)
    for path in ("", "figures/", "health/", "packets/export.csv"):
        assert client.get(f"/axis/{path}").status_code in (403, 404)


def test_the_pages_say_when_there_is_nothing(operator: Client, world: World) -> None:
    page = operator.get("/axis/").content.decode()
    assert 'hx-trigger="every 15s, refresh"' in page
    assert "echarts" in page
    assert "ds-alert" in page, "nothing was counted yet"
    assert "echarts" not in operator.get("/axis/packets/").content.decode()
    ConnectedSystem.objects.all().update(disabled_at=AT)
    assert 'class="empty"' in operator.get("/axis/health/").content.decode()


def test_each_chart_is_a_table_too(operator: Client, world: World) -> None:
    stored_packet(world.office, *world.recipients, at=now())
    count_refusals(["<script>alert(1)</script>"], system=None, at=now())
    count_everything(at=now())
    page = operator.get("/axis/figures/").content.decode()
    assert "<html" not in page
    assert "<script" not in page
    charts = [json.loads(data.replace("&quot;", '"')) for data in re.findall(r'data-chart="([^"]*)"', page)]
    assert [chart["kind"] for chart in charts] == ["line", "bar", "bar", "lying"]
    assert [len(chart["labels"]) for chart in charts] == [60, 24, 30, 1]
    assert [sum(chart["series"][0]["values"]) for chart in charts] == [1, 1, 1, 1]
    assert page.count("<details") == len(charts)


def test_health_is_shown_with_its_rule(operator: Client, world: World) -> None:
    stored_packet(world.office, *world.recipients, at=now() - timedelta(hours=5))
    count_everything(at=now())
    page = operator.get("/axis/health/").content.decode()
    assert world.receiver.name in page
    assert 'data-color="danger"' in page


def test_a_recipient_is_shown_with_how_long_each_step_took(operator: Client, world: World) -> None:
    packet = stored_packet(world.office, world.recipients[0])
    delivery = packet.deliveries.get()
    for code, after in (("03", timedelta(hours=2, minutes=5)), ("01", 3 * MINUTE)):
        StatusEvent.objects.create(
            delivery=delivery, system=world.system, code=code, at=AT, received_at=AT + after
        )
    steps = steps_of(OPERATOR, [delivery])[delivery.pk]
    assert [(step.code, step.after) for step in steps] == [
        ("01", 3 * MINUTE), ("03", timedelta(hours=2, minutes=5)),
    ]  # fmt: skip
    operator.cookies["django_language"] = "en"
    page = operator.get(f"/axis/packets/{packet.pk}/").content.decode()
    assert page.index("after 3 min") < page.index("after 2 h 5 min")


def test_a_delivery_is_delivered_again_from_its_page(operator: Client, world: World) -> None:
    packet = stored_packet(world.office, world.recipients[0])
    packet.deliveries.update(state="01")
    address = f"/axis/deliveries/{packet.deliveries.get().pk}/replay/"
    assert address in operator.get(f"/axis/packets/{packet.pk}/").content.decode()
    assert address not in signed_in(world, Role.AUDITOR).get(f"/axis/packets/{packet.pk}/").content.decode()
    assert signed_in(world, Role.AUDITOR).post(address, {"reason": "Mất dữ liệu"}).status_code == 403
    assert operator.post(address, {"reason": ""}).status_code == 422
    done = operator.post(address, {"reason": "Mất dữ liệu"}, follow=True).content.decode()
    assert "Mất dữ liệu" in done
    assert packet.deliveries.get().state == "00"
    assert operator.post(address, {"reason": "Mất dữ liệu"}).status_code == 409
    assert '<form method="post" class="stack">' not in operator.get(address).content.decode()


def test_the_found_packets_are_exported_as_text_that_is_no_formula(operator: Client, world: World) -> None:
    stored_packet(world.office, *world.recipients, subject='=HYPERLINK("http://x";"y")', number="1")
    stored_packet(world.office, *world.recipients, subject="Khác", number="2")
    answer = operator.get("/axis/packets/export.csv", {"text": "1/UBND-VP"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    head, row = rows_of(answer)
    assert len(head) == len(row) == 9
    assert row[:3] == ["1/UBND-VP", '\'=HYPERLINK("http://x";"y")', "G22"]
    assert row[5] == "02/03/2026 09:30:00"


def test_an_export_that_is_capped_says_so(world: World) -> None:
    made = [stored_packet(world.office, world.recipients[0]) for _number in range(4)]
    assert list(export_packets(OPERATOR, PacketFilter(), most=4)) == made[::-1], "four of four are all"
    assert list(export_packets(OPERATOR, PacketFilter(), most=3)) == [*made[:0:-1], None]


def test_all_recipients_are_exported_with_their_times(operator: Client, world: World) -> None:
    packet = stored_packet(world.office, *world.recipients)
    delivery = packet.deliveries.get(recipient=world.recipients[1])
    packet.deliveries.filter(pk=delivery.pk).update(state="02", collected_at=AT)
    StatusEvent.objects.create(
        delivery=delivery, system=world.system, code="02", at=AT, received_at=AT + MINUTE,
        description="Sai nơi nhận",
    )  # fmt: skip
    head, *rows = rows_of(operator.get(f"/axis/packets/{packet.pk}/recipients.csv"))
    assert [row[0] for row in rows] == ["H55", "H26", "H01"]
    assert len(head) == len(rows[1])
    assert rows[1][4:7] == ["02/03/2026 09:30:00", "", "02/03/2026 09:31:00"]
    assert rows[1][-1] == "Sai nơi nhận"
    assert (
        operator.get("/axis/packets/018f0000-0000-7000-8000-000000000000/recipients.csv").status_code == 404
    )


def test_health_tells_of_packets_that_arrive_in_parts(operator: Client, world: World) -> None:
    sentence = "Gói tin đang được gửi từng phần:"
    assert sentence not in operator.get("/axis/health/").content.decode()
    upload = open_upload(world.system, length=3 * 2**20, at=AT)
    add_to_upload(upload, [b"x" * 2**20], offset=0, announced=2**20, clock=lambda: AT)
    page = operator.get("/axis/health/").content.decode()
    assert sentence in page
    assert "1,0 MB" in page.replace("\xa0", " ")


def test_the_monitoring_is_told_what_waits(world: World) -> None:
    assert backlog_gauges(at=AT) == {"uncollected": 0, "unregistered": 0, "oldest_undelivered_seconds": 0}
    stored_packet(world.office, *world.recipients, at=AT - MINUTE)
    count_everything(at=AT)
    assert backlog_gauges(at=AT + MINUTE) == {
        "uncollected": 3, "unregistered": 0, "oldest_undelivered_seconds": 120, "figures_age_seconds": 60,
    }  # fmt: skip
