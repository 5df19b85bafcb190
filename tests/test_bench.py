"""`make bench dossiers` on a handful: what it generates is what the actions make, and all its parts run."""

from __future__ import annotations

import pytest
from bench.dossiers import day, filling, pages, peer
from bench.dossiers.service import ROLES, Service, definition
from django.db import connection
from django.test import Client
from django.urls import reverse

from lienthong.dossiers.models import Dossier, DossierTask
from lienthong.dossiers.states import DossierState, TaskState
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.clock import now
from lienthong.procedures.definition import parse_definition
from lienthong.procedures.public import Channel, Position, ServiceOffer, open_steps, process_of
from lienthong.procedures.tests.factories import published

pytestmark = pytest.mark.django_db
YEAR, DAY = 2_000, 4

# What the actions never leave behind, asked of what was generated.
FAULTS = {
    "an open dossier without an open step": """
        SELECT 1 FROM dossiers_dossier d WHERE closed_at IS NULL AND outcome <> 'refused' AND NOT EXISTS (
            SELECT FROM dossiers_dossiertask t WHERE t.dossier_id = d.id AND t.state = 'open')""",
    "a closed dossier with an open step": """
        SELECT 1 FROM dossiers_dossier d JOIN dossiers_dossiertask t ON t.dossier_id = d.id
        WHERE t.state = 'open' AND (closed_at IS NOT NULL OR outcome = 'refused')""",
    "a series with a gap": """
        SELECT 1 FROM dossiers_daysequence s WHERE last <> (SELECT count(*) FROM dossiers_dossier d
        WHERE d.agency_id = s.agency_id AND (submitted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date = s.day)""",
    "a dossier without its applicant": """
        SELECT 1 FROM dossiers_dossier d
        WHERE NOT EXISTS (SELECT FROM identity_party p WHERE p.id = d.applicant_id)""",
    "a granted dossier without ten events": """
        SELECT 1 FROM dossiers_dossier d WHERE state = 10 AND 10 <> (
            SELECT count(*) FROM ledger_event e WHERE e.subject_id = d.id::text)""",
}


def service() -> Service:
    bodies = [agency(), agency()]
    for body in bodies:
        for role in ROLES.values():
            official_in(body, Role(role))
    version = published(says=parse_definition(definition()))
    for body in bodies:
        ServiceOffer.objects.create(agency=body, version=version, channel=Channel.COUNTER, offered_at=now())
    return Service(version, bodies)


def test_the_generated_year_is_whole_and_its_day_and_its_peer_run() -> None:
    made = service()
    filling.write(made, count=YEAR, at=now(), report=lambda *_said: None)
    assert Dossier.objects.count() == YEAR
    with connection.cursor() as cursor:
        for fault, sql in FAULTS.items():
            cursor.execute(sql)
            assert cursor.fetchone() is None, fault
    assert made.version.process_id is not None
    process = process_of(made.version.process_id)
    under_way = DossierTask.objects.filter(state=TaskState.OPEN).select_related("dossier")
    assert under_way.count() > 5
    for task in under_way:
        assert open_steps(process, Position(tuple(task.dossier.tokens))) == [task.step]
    stages = day.run(made, dossiers=DAY, report=lambda *_said: None)
    assert sum(stage.count for stage in stages) == 6 * DAY
    assert Dossier.objects.filter(state=DossierState.HANDED_OUT, channel=Channel.COUNTER).count() > DAY
    assert min(peer.run(made, one_by_one=1, in_sets=2, at_once=2).values()) > 0


def test_the_counter_takes_what_the_bench_sends(client: Client) -> None:
    made = service()
    client.force_login(official_in(made.bodies[0], Role.RECEPTIONIST))
    offer = ServiceOffer.objects.get(agency=made.bodies[0])
    answer = client.post(reverse("dossiers:receive_form", args=[offer.pk]), pages.filled(1))
    assert answer.status_code == 302
    assert Dossier.objects.filter(agency=made.bodies[0]).count() == 1
