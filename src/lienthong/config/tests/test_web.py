"""What watches the installation, and what the doctor finds."""

import os
import re
import subprocess
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.db import connection
from django.test import Client
from psycopg.conninfo import make_conninfo

from lienthong.config import health
from lienthong.config.cli import serving
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
    assert "lienthong_axis_uncollected 0" in text
    assert "lienthong_axis_uploads 0" in text
    assert "lienthong_axis_upload_age_seconds 0" in text
    assert "lienthong_axis_oldest_undelivered_seconds 0" in text


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_whichever_of_two_processes_is_asked_tells_what_both_have_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = make_conninfo(os.environ["LIENTHONG_DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    monkeypatch.setenv("LIENTHONG_DATABASE_URL", database)
    monkeypatch.setenv("LIENTHONG_VAR", str(tmp_path))
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")  # put back at the end
    (tmp_path / "static").mkdir()
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "counter_1.db").write_bytes(b"of a process long gone")
    serving.share_metrics()
    with serving.socket.socket() as probe:
        probe.bind((serving.LOOPBACK, 0))
        port = probe.getsockname()[1]
    command = serving.web_command(port)
    assert command[command.index("--workers") + 1] == "2"
    with subprocess.Popen(command) as web:
        try:
            serving.wait_for_page(port)
            before = healthy_answers(port)
            for _call in range(60):
                read(port, "healthz")
            counted = [healthy_answers(port) - before for _call in range(12)]
        finally:
            web.terminate()
    assert len(list((tmp_path / "metrics").glob("counter_*.db"))) == 2, "both processes have answered"
    assert counted == [60] * 12


def read(port: int, path: str) -> str:
    """What a new connection is answered."""
    with urlopen(f"http://127.0.0.1:{port}/{path}", timeout=20) as answer:
        return str(answer.read().decode())


def healthy_answers(port: int) -> int:
    """How many answers of /healthz one process tells of."""
    name = r'lienthong_requests_total\{method="GET",route="healthz",status="200"\} ([0-9.]+)'
    found = re.search(name, read(port, "metrics"))
    return int(float(found[1])) if found else 0


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
