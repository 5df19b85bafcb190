"""Uploading, listing and searching documents: our office beside Mayan EDMS, one after the other in one run.

Both take such PDFs from the same load generator and keep them on the same disk and PostgreSQL. Ours is asked
over its API and over its pages, and holds the whole province; Mayan is asked over its API and holds what was
uploaded. An upload is a paper entered by a clerk, one a call as Mayan takes it and `BULK` a call; over the
pages a draft made of an uploaded PDF.

Beside them stands the floor: a bare server (`bench.office_floor_server`) on the same tables and disk, which
does no more than somebody signed in must be given. A ratio that it does not reach, nothing of ours can reach.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pypdf
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from bench import office_floor_server as floor
from bench.axis import web
from bench.harness import Figure, console, show
from bench.load import Call, send_all
from bench.office import BUSIEST, CLIENTS, TOKEN, Session, signed_in
from bench.peers.mayan import peer
from lienthong.config.cli import serving
from lienthong.demo.words import MATTERS
from lienthong.directory.public import Agency
from lienthong.identity.public import Account

UPLOADS, READS, WARM = 200, 300, 40
BULK = 50
BYTES = 100_000
WORD = "rừng"
AIM = 10
PLACE = Path("var/bench/office-floor").absolute()


def run(port: int, peer_port: int) -> None:
    """Measure all and print how many times faster ours is, by rate and by CPU."""
    labels = [f"Về việc {MATTERS[n % len(MATTERS)]} số {n}" for n in range(UPLOADS)]
    files = [(label, _pdf()) for label in labels]
    theirs = peer.run(peer_port, files, clients=CLIENTS, word=WORD, reads=READS)
    clerk = signed_in(Account.objects.get(username="h55.vanthu"))
    ours = _ours(port, clerk, labels)
    least = _floor(port, clerk)
    show(f"Documents with a PDF of {BYTES:,} bytes, {CLIENTS} clients", [*theirs.values(), *ours, *least])
    _compare([*ours, *least], theirs)


def _ours(port: int, clerk: Session, labels: list[str]) -> list[Figure]:
    incoming, listed = reverse("office:incoming"), reverse("office:document-api:list_incoming")
    reads = {
        "API, list": clerk.get("list", listed),
        "API, search": clerk.get("search", listed, text=WORD),
        "pages, list": clerk.get("list", incoming, tab="all"),
        "pages, search": clerk.get("search", incoming, tab="all", text=WORD),
        "the least call": clerk.get("least", reverse("notifications:count")),
    }
    to = Agency.objects.filter(parent__code=BUSIEST).order_by("pk").first()
    assert to is not None
    path = reverse("office:document-api:enter_papers")
    calls = {
        "API, upload": [_papers(clerk, path, 1) for _label in labels],
        f"API, upload of {BULK} a call": [_papers(clerk, path, BULK) for _call in range(2 * CLIENTS)],
        "pages, upload": [_draft(clerk, label, to.pk) for label in labels],
    }
    calls |= {name: [call] * READS for name, call in reads.items()}
    warm = [*reads.values()] * WARM + [_papers(clerk, path, 1) for _call in range(WARM)]
    with web(port, profile="all") as (url, process):
        send_all("warm", url, warm, _is_answer, clients=CLIENTS)
        return [
            send_all(f"Liên Thông, {name}", url, part, _is_answer, clients=CLIENTS, server=process)
            for name, part in calls.items()
        ]


def _floor(port: int, clerk: Session) -> list[Figure]:
    calls = {
        "upload": [_papers(clerk, "/upload", 1) for _call in range(UPLOADS)],
        f"upload of {BULK} a call": [_papers(clerk, "/upload", BULK) for _call in range(2 * CLIENTS)],
        "list": [clerk.get("list", "/list")] * READS,
        "search": [clerk.get("search", "/search")] * READS,
    }
    with _bare(port, clerk) as (url, process):
        warm = [part[0] for name, part in calls.items() if "a call" not in name] * WARM
        send_all("warm", url, warm, _is_answer, clients=CLIENTS)
        return [
            send_all(f"floor, {name}", url, part, _is_answer, clients=CLIENTS, server=process)
            for name, part in calls.items()
        ]


@contextmanager
def _bare(port: int, clerk: Session) -> Iterator[tuple[str, int]]:
    """The bare server: its address and its first process."""
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    database = os.environ["LIENTHONG_DATABASE_URL"]
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(floor.TABLES)
    said = {
        floor.DATABASE: database,
        floor.FOLDER: str(PLACE),
        floor.OFFICIAL: str(clerk.account.official_id),
        floor.AGENCY: str(Agency.objects.get(code=BUSIEST).pk),
        floor.WORD: WORD,
    }
    *command, _application = serving.web_command(port)
    process = subprocess.Popen([*command, f"{floor.__name__}:application"], env=os.environ | said)
    try:
        serving.wait_for_page(port)
        yield f"http://{serving.LOOPBACK}:{port}", process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("DROP TABLE floor_document")
        shutil.rmtree(PLACE, ignore_errors=True)


def _compare(figures: list[Figure], theirs: dict[str, Figure]) -> None:
    for name, other in theirs.items():
        console.print(
            f"{AIM} × {other.name} would be {AIM * other.rate:,.0f}/s, {1000 * other.cpu / AIM:.2f} ms of "
            "CPU for client, web and PostgreSQL."
        )
        for figure in figures:
            # The least call is what any read of ours has to do first.
            if name in figure.name or ("least" in figure.name and name != "upload"):
                by_rate, by_cpu = figure.rate / other.rate, other.cpu / figure.cpu
                console.print(f"  {figure.name}: {by_rate:.1f} × by rate, {by_cpu:.1f} × by CPU")


def _papers(clerk: Session, path: str, number: int) -> Call:
    """So many papers in one call, each with a PDF and a number of its own."""
    said = [
        {"subject": f"Về việc {MATTERS[0]}", "sender_name": "Công ty Điện lực", "code": _code()}
        for _paper in range(number)
    ]
    form = {"documents": json.dumps(said), "files": [peer.File(_pdf()) for _paper in range(number)]}
    headers = clerk.headers | {"X-CSRFToken": TOKEN, "Content-Type": MULTIPART_CONTENT}
    return Call(path, headers, encode_multipart(BOUNDARY, form), pieces=number)


def _code() -> str:
    return f"{int.from_bytes(os.urandom(6))}/CV-ĐL"


def _draft(clerk: Session, label: str, to: int) -> Call:
    form = {
        "csrfmiddlewaretoken": TOKEN, "type_code": "CV", "subject": label, "place": "Thái Nguyên",
        "urgency": 0, "steering_type": 0, "source": "upload", "action": "save", "recipients": to,
        "pdf": peer.File(_pdf()),
    }  # fmt: skip
    headers = clerk.headers | {"Content-Type": MULTIPART_CONTENT}
    return Call(reverse("office:compose"), headers, encode_multipart(BOUNDARY, form))


def _is_answer(status: int, content: bytes) -> bool:
    """A page, a way to it, or JSON without a paper that was refused."""
    return status == 302 or (status == 200 and b'"problem": {' not in content)


def _pdf() -> bytes:
    """A page, and random bytes so that no two are the same."""
    writer = pypdf.PdfWriter()
    writer.add_blank_page(width=595, height=842)
    writer.add_attachment("noise.bin", os.urandom(BYTES))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
