"""Mayan EDMS 4.12 with PostgreSQL, Redis and its own workers: upload, list and search through its REST API.

As its documentation has it: gunicorn with two workers for the API, Celery for what follows an upload (which
is not waited for), Redis between them, Whoosh as it comes for searching. Its browser pages are not measured:
they want files from elsewhere. Its database is kept from run to run, for making it takes minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psycopg
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from bench.harness import Figure
from bench.load import Call, send_all

HERE = Path(__file__).resolve().parent
PLACE = Path(os.environ.get("BENCH_MAYAN", "var/bench/mayan")).absolute()
DATABASE, USER, PASSWORD = "bench_mayan", "admin", "bench"
WORKERS = 2
WARM = 10
START_SECONDS = 120
QUEUES = (
    "import django; django.setup()\n"
    "from mayan.apps.task_manager.classes import CeleryQueue\n"
    "print(','.join(queue.name for queue in CeleryQueue.all()))"
)


def run(
    port: int, files: list[tuple[str, bytes]], *, clients: int, word: str, reads: int
) -> dict[str, Figure]:
    """Upload the files (a label and a PDF each), list and search them so often: a figure for each.

    The CPU is that of the web and of PostgreSQL; what the workers do with a file afterwards is not counted.
    """
    subprocess.run([HERE / "setup.sh", PLACE], check=True)
    # Mayan writes down its settings and prefers them to the environment: another run's database is elsewhere.
    (PLACE / "media/config.yml").unlink(missing_ok=True)
    (PLACE / "media/config_backup.yml").unlink(missing_ok=True)
    environment = _environment(port)
    with ExitStack() as held:
        _start(
            held, ["redis-server", "--port", str(port + 1), "--bind", "127.0.0.1", "--save", ""], environment
        )
        _initialise(environment)
        web = ["gunicorn", "--workers", str(WORKERS), "--timeout", "120", "--bind", f"127.0.0.1:{port}"]
        served = _start(held, [PLACE / "venv/bin" / web[0], *web[1:], "mayan.wsgi:application"], environment)
        queues = _python(environment, "-c", QUEUES).splitlines()[-1]
        celery = ["-A", "mayan", "worker", "-c", str(WORKERS), "-l", "ERROR", "-Q", queues]
        _start(held, [PLACE / "venv/bin/celery", *celery], environment)
        url = f"http://127.0.0.1:{port}"
        headers = {"Authorization": f"Token {_token(url)}", "Accept": "application/json"}
        kind = _document_type(url, headers)
        uploads = [_upload(headers, kind, label, pdf) for label, pdf in files]
        listing = Call("/api/v4/documents/?page_size=50", headers, b"", "GET")
        query = urlencode({"label": word, "page_size": 50})
        search = Call(f"/api/v4/search/documents.documentsearchresult/?{query}", headers, b"", "GET")
        send_all("warm", url, [uploads[0], *[listing, search] * WARM], _is_taken, clients=clients)
        return {
            name: send_all(f"Mayan EDMS, {name}", url, calls, _is_taken, clients=clients, server=served)
            for name, calls in (
                ("upload", uploads),
                ("list", [listing] * reads),
                ("search", [search] * reads),
            )
        }


def _is_taken(status: int, answer: bytes) -> bool:
    return status in {200, 201} and answer[:1] == b"{"


def _environment(port: int) -> dict[str, str]:
    parts = conninfo_to_dict(os.environ["LIENTHONG_DATABASE_URL"])
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "mayan.settings.production",
        "MAYAN_MEDIA_ROOT": str(PLACE / "media"),
        "MAYAN_DATABASE_ENGINE": "django.db.backends.postgresql",
        "MAYAN_DATABASE_NAME": DATABASE,
        "MAYAN_DATABASE_USER": str(parts.get("user", "")),
        "MAYAN_DATABASE_PASSWORD": str(parts.get("password", "")),
        "MAYAN_DATABASE_HOST": str(parts.get("host", "")),
        "MAYAN_DATABASE_PORT": str(parts.get("port", "")),
        "MAYAN_CELERY_BROKER_URL": f"redis://127.0.0.1:{port + 1}/0",
        "MAYAN_CELERY_RESULT_BACKEND": f"redis://127.0.0.1:{port + 1}/1",
        "MAYAN_LOCK_MANAGER_BACKEND": "mayan.apps.lock_manager.backends.redis_lock.RedisLock",
        "MAYAN_LOCK_MANAGER_BACKEND_ARGUMENTS": f"{{'redis_url': 'redis://127.0.0.1:{port + 1}/2'}}",
        "MAYAN_REST_API_THROTTLING_ENABLED": "false",  # 20 calls a second, and we ask for more
        "MAYAN_AUTOADMIN_USERNAME": USER,
        "MAYAN_AUTOADMIN_PASSWORD": PASSWORD,
    }


def _initialise(environment: dict[str, str]) -> None:
    """Mayan's tables and first user, unless the database is there; without its pages' dependencies."""
    with closing(psycopg.connect(os.environ["LIENTHONG_DATABASE_URL"], autocommit=True)) as admin:
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            return
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        try:
            _python(environment, "-m", "django", "common_initial_setup", "--no-dependencies", "--force")
        except BaseException:  # an empty one would be taken for made the next time
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(DATABASE)))
            raise


def _python(environment: dict[str, str], *arguments: str) -> str:
    """Run Mayan's Python outside any folder that holds another `mayan`."""
    command = [PLACE / "venv/bin/python", *arguments]
    done = subprocess.run(
        command, env=environment, cwd=PLACE / "run", check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def _start(held: ExitStack, command: list[str | Path], environment: dict[str, str]) -> int:
    return held.enter_context(_process(command, environment))


@contextmanager
def _process(command: list[str | Path], environment: dict[str, str]) -> Iterator[int]:
    with (PLACE / f"{Path(command[0]).name}.log").open("w") as log:
        process = subprocess.Popen(command, env=environment, cwd=PLACE / "run", stdout=log, stderr=log)
        try:
            yield process.pid
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()


def _token(url: str) -> str:
    """A token of the first user, once the API answers."""
    body = urlencode({"username": USER, "password": PASSWORD}).encode()
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            request = Request(f"{url}/api/v4/auth/token/obtain/", body, {"Accept": "application/json"})
            with urlopen(request, timeout=60) as answer:
                return str(json.load(answer)["token"])
        except (URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def _document_type(url: str, headers: dict[str, str]) -> int:
    with urlopen(Request(f"{url}/api/v4/document_types/", headers=headers), timeout=60) as answer:
        return int(json.load(answer)["results"][0]["id"])


def _upload(headers: dict[str, str], kind: int, label: str, pdf: bytes) -> Call:
    body = encode_multipart(BOUNDARY, {"document_type_id": kind, "label": label, "file": File(pdf)})
    return Call("/api/v4/documents/upload/", headers | {"Content-Type": MULTIPART_CONTENT}, body)


class File:
    """A PDF as the encoder of forms wants it."""

    name, content_type = "document.pdf", "application/pdf"

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read(self) -> bytes:
        return self._content
