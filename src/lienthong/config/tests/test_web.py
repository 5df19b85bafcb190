"""What watches the installation, and what the doctor finds."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from lienthong.config import health
from lienthong.kernel import checks
from lienthong.kernel.checks import State
from lienthong.kernel.clock import now
from lienthong.ledger.public import Statement, Subject, record_statements

pytestmark = pytest.mark.django_db


def beat(ago: timedelta) -> None:
    """A worker was last seen that long ago."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [now() - ago])


def wait_since(ago: timedelta) -> None:
    """A job has been due that long."""
    statement = "INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at) VALUES ('q', 'x.y', %s)"
    with connection.cursor() as cursor:
        cursor.execute(statement, [now() - ago])


def test_the_process_says_that_it_is_alive_without_asking_the_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_an_installation_with_a_worker_is_ready(client: Client) -> None:
    beat(timedelta(seconds=5))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    found = answer.json()
    assert found["ready"] is True
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        durable = cursor.fetchone()[0] == "on"  # which the tests' own database is not
    assert found["checks"] == {
        "Database": "good" if durable else "warning",
        "Files": "good",
        "Worker": "good",
    }


def test_a_missing_migration_makes_it_not_ready(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'kernel'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["Database"] == "bad"


def test_a_missing_worker_is_told_but_pages_are_still_served(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"]["Worker"] == "bad"


def test_the_health_pages_change_nothing(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405


def test_figures_are_for_this_machine(client: Client) -> None:
    beat(timedelta(seconds=5))
    client.get("/healthz")
    text = client.get("/metrics").content.decode()
    assert 'lienthong_requests_total{method="GET",route="healthz",status="200"}' in text
    assert "lienthong_worker_heartbeat_age_seconds 5" in text


@pytest.mark.parametrize(
    "headers",
    [
        {"REMOTE_ADDR": "203.0.113.9"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "::2"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=203.0.113.9"},
    ],
)
def test_figures_are_not_found_by_others_nor_through_a_proxy(client: Client, headers: dict[str, str]) -> None:
    assert client.get("/metrics", **headers).status_code == 404


def test_a_dead_worker_is_found() -> None:
    beat(timedelta(minutes=10))
    finding = health.check_worker()
    assert finding.state is State.BAD
    assert "last seen" in finding.sentence


def test_a_job_that_waits_too_long_is_found() -> None:
    beat(timedelta(seconds=5))
    wait_since(timedelta(minutes=6))
    finding = health.check_worker()
    assert finding.state is State.WARNING
    assert "waiting since" in finding.sentence


def test_a_job_planned_for_later_is_not_late() -> None:
    beat(timedelta(seconds=5))
    wait_since(-timedelta(days=1))
    assert health.check_worker().state is State.GOOD


def test_the_store_of_the_files_is_really_written() -> None:
    finding = health.check_blobs()
    assert finding.state is State.GOOD
    assert "written, read, deleted" in finding.sentence


def test_the_disk_is_measured() -> None:
    assert "GB free of" in health.check_disk().sentence


def test_a_check_that_raises_is_a_finding() -> None:
    def ask() -> checks.Finding:
        raise ConnectionRefusedError("nobody listens")

    assert checks.Check("Timestamps", ask).perform() == checks.bad("ConnectionRefusedError: nobody listens")


def attested(ago: timedelta) -> None:
    """The axis attested something that long ago, and nothing has proven it since."""
    at = now() - ago
    statement = Statement(Subject("config.test", "1"), "done", 1, at, b"words", b"signature")
    record_statements([statement])


def test_old_statements_without_timestamp_are_found_and_measured(client: Client) -> None:
    assert health.check_evidence().state is State.GOOD
    attested(timedelta(minutes=20))
    finding = health.check_evidence()
    assert finding.state is State.WARNING
    assert "1 statements in no batch, 0 without timestamp" in finding.sentence
    text = client.get("/metrics").content.decode()
    assert "lienthong_evidence_unbatched 1" in text
    assert "lienthong_evidence_age_seconds 12" in text


def test_statements_that_wait_for_the_next_minute_are_no_worry() -> None:
    attested(timedelta(seconds=50))
    assert health.check_evidence().state is State.GOOD
