"""Is what the installation stands on really there? Asked by `lienthong doctor` and by `/readyz`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from lienthong.documents.public import LibreOffice
from lienthong.kernel.adapters.object_store import configured_objects
from lienthong.kernel.checks import Check, Finding, all_checks, bad, check, good, warning
from lienthong.kernel.clock import now
from lienthong.ledger.public import evidence_backlog
from lienthong.notifications.public import dead_mail_count, greet_mail_server
from lienthong.signing.public import check_health

OLDEST_POSTGRES = 15
HEARTBEAT = timedelta(minutes=1)  # the worker writes one every ten seconds
LATE = timedelta(minutes=5)
LITTLE, VERY_LITTLE = 5 * 2**30, 2**29  # bytes free on the disk

READY = {"Database", "Files", "Worker"}


def examine() -> Iterator[tuple[str, Finding]]:
    """Perform every check of this installation, one after the other."""
    for each in all_checks():
        yield each.name, each.perform()
    try:
        tried = check_health(at=now())
    except Exception as error:
        yield "Signing", bad(f"{type(error).__name__}: {error}".strip())
    else:
        for part in tried:
            name = part.name.rpartition(".")[2].replace("_", " ").capitalize()
            yield name, (good if part.ok else bad)(str(part.detail))


def ready_checks() -> list[Check]:
    """The quick ones, which say whether requests can be served."""
    return [check for check in all_checks() if check.name in READY]


@check("Database", essential=True)
def check_database() -> Finding:
    """Ask the server its version and how it commits, and whether every migration was applied."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0]) // 10000
        cursor.execute(
            "SELECT name FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') AND setting = 'off'"
        )
        risks = " and ".join(name for (name,) in cursor.fetchall())
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        size = cursor.fetchone()[0]
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if version < OLDEST_POSTGRES:
        return bad(f"PostgreSQL {version} is too old; {OLDEST_POSTGRES} or later is needed")
    if missing:
        return bad(
            f"{len(missing)} migrations are not applied, first {missing[0][0]}; run `manage.py migrate`"
        )
    if risks:
        return warning(
            f"PostgreSQL {version}, {size}, but {risks} is off: a crash loses documents with receipts"
        )
    return good(f"PostgreSQL {version}, {size}, every migration applied")


@check("Files")
def check_blobs() -> Finding:
    """Write, read back and delete one object in the store of the files."""
    objects, key, content = configured_objects(), f"incoming/doctor-{uuid4().hex}", uuid4().bytes
    objects.write(key, [content])
    try:
        same = b"".join(objects.read(key)) == content
    finally:
        objects.delete([key])
    where = settings.ENV.blobs_url or str(settings.ENV.var / "blobs")
    return (
        good(f"{where}: written, read, deleted")
        if same
        else bad(f"{where}: read something else than written")
    )


@check("Worker")
def check_worker() -> Finding:
    """Read the last heartbeat of any worker, and whether a job waits longer than it should."""
    at = now()
    last = ProcrastinateWorker.objects.order_by("-last_heartbeat").first()
    if not last:
        return bad(
            "no worker has ever run; start one with `lienthong up` or `manage.py procrastinate worker`"
        )
    if at - last.last_heartbeat > HEARTBEAT:
        return bad(f"the last worker was last seen at {_time(last.last_heartbeat)}; start one")
    waiting = oldest_waiting(at)
    if waiting and at - waiting > LATE:
        return warning(f"alive, but a job has been waiting since {_time(waiting)}; more workers are needed")
    return good(f"last seen at {_time(last.last_heartbeat)}, no job is late")


def oldest_waiting(at: datetime) -> datetime | None:
    """Since when the job that waits longest has been waiting; None if none is due."""
    due = ProcrastinateJob.objects.filter(status="todo").exclude(scheduled_at__gt=at)
    job = due.order_by("id").first()
    if not job:
        return None
    enqueued = job.procrastinateevent_set.order_by("id").first()
    return job.scheduled_at or (enqueued.at if enqueued else None)


@check("Evidence")
def check_evidence() -> Finding:
    """Look for the oldest signed statement that no timestamp proves yet."""
    backlog = evidence_backlog()
    if backlog.oldest_at is None:
        return good("every statement has its timestamp")
    sentence = (
        f"{backlog.unbatched} statements in no batch, {backlog.unstamped} without timestamp, "
        f"the oldest of {_time(backlog.oldest_at)}"
    )
    if now() - backlog.oldest_at > timedelta(minutes=settings.ENV.evidence_late_minutes):
        return warning(f"{sentence}; see that the worker runs and the timestamp service answers")
    return good(sentence)


@check("Mail")
def check_mail() -> Finding:
    """Connect to the mail server and sign in, sending nothing; count the mails that are dead."""
    env = settings.ENV
    if not env.mail_host:
        return warning(
            "no mail server is set (LIENTHONG_MAIL_HOST): officials are told in the application only"
        )
    greet_mail_server()
    sentence = f"{env.mail_host}:{env.mail_port} answers"
    dead = dead_mail_count()
    return (
        warning(f"{sentence}; dead mails: {dead}, see /notifications/dead-mails/") if dead else good(sentence)
    )


@check("LibreOffice")
def check_libreoffice() -> Finding:
    """Look for the program that makes PDF of uploaded Word files; an installation works without it."""
    if LibreOffice().available():
        return good("Word files are converted here")
    return warning("not found: uploaded Word files are not converted; install it or set LIENTHONG_SOFFICE")


@check("Disk")
def check_disk() -> Finding:
    """Measure what is free where this installation writes."""
    usage = shutil.disk_usage(settings.ENV.var)
    sentence = f"{usage.free / 2**30:.1f} GB free of {usage.total / 2**30:.0f} GB at {settings.ENV.var}"
    if usage.free < VERY_LITTLE:
        return bad(sentence)
    return warning(sentence) if usage.free < LITTLE else good(sentence)


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(now().tzinfo):%d/%m/%Y %H:%M:%S}"
