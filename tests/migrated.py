"""One migrated database, from which every test run's databases and every journey's installation are copied.

Migrating takes a quarter of a minute, copying a tenth of a second. The original is kept in the cluster from
run to run, until a file changes that could change what the migrations make.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from lienthong.config.env import read_env
from lienthong.kernel.clock import now

PROJECT = Path(__file__).resolve().parents[1]
NAME = "lienthong_migrated"
LOCK = 0x4D16
# Models import none of these, nor do migrations (import-linter sees to it), so they may change.
ABOVE_MODELS = {"tests", "cli", "web", "urls", "rest", "jobs", "handlers", "forms", "actions", "queries"}


@cache
def migrated_database() -> str:
    """The name of the original, made unless a run before left it; nobody may stay connected to it."""
    with psycopg.connect(url_of("postgres"), autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [LOCK])  # the workers of one run come at once
        state = _state_of_the_code()
        found = admin.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [NAME]
        ).fetchone()
        if found != (state,):
            name = sql.Identifier(NAME)
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
            _migrate()
            admin.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(state)))
    return NAME


def url_of(database: str) -> str:
    """The connection URL of another database of the same cluster."""
    return make_conninfo(read_env().database_url.get_secret_value(), dbname=database)


def _state_of_the_code() -> str:
    """A digest of all that migrations read: the month (for partitions), the libraries, the house's code."""
    digest = sha256(f"{now():%Y-%m}\n".encode() + (PROJECT / "requirements.lock").read_bytes())
    for path in sorted((PROJECT / "src").rglob("*.py")):
        if ABOVE_MODELS.isdisjoint((*path.parent.parts, path.stem)):
            digest.update(f"{path.relative_to(PROJECT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _migrate() -> None:
    environment = {**os.environ, "LIENTHONG_DATABASE_URL": url_of(NAME)}
    command = [sys.executable, PROJECT / "manage.py", "migrate", "--verbosity", "0"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
