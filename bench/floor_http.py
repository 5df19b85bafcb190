"""The floor over HTTP: ours, the peer, and the least server that keeps the promise, measured in one run.

The bare server (`bench.floor_server`) has the same server program, as many processes and threads, the same
PostgreSQL and disk, and is sent the very packets that ours is sent. What it takes, no code of ours can
change.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench import axis, floor_server
from bench.axis import BULK, CLIENTS, SIZES, Ground
from bench.harness import Figure, console, show
from bench.load import Call, send_all
from bench.peers.pyas2 import peer
from lienthong.config.cli import serving
from lienthong.signing.public import root_certificate

AIM = 20
WARM = 20
FOLDER = Path("var/bench/floor").absolute()
IN_BULK = f"{BULK} a call, 4 clients"
WAYS = {f"one a call, {clients} clients": clients for clients in CLIENTS} | {IN_BULK: 4}
RECEIPTS = ("P-256", "RSA-2048")  # as ours signs them, and as the peer does


def run(port: int, peer_port: int, ground: Ground, documents: int) -> None:
    """Print documents a second and CPU a document of each, and what they are to one another.

    So many documents are sent in each way, in whole sets of `BULK`.
    """
    documents = max(BULK, documents // BULK * BULK)
    packets = {name: axis.signed_packets(ground, documents, SIZES["100 KB"])[0] for name in WAYS}
    warm, _signing = axis.signed_packets(ground, WARM, SIZES["100 KB"])
    with axis.web(port) as (url, process):
        headers = axis.token_headers(url, ground.credentials)
        ours = _measured("ours", url, process, headers, packets, warm)
    floors = dict[str, list[Figure]]()
    for receipt in RECEIPTS:
        with _bare(port, receipt) as (url, process):
            floors[receipt] = _measured(f"floor ({receipt})", url, process, {}, packets, warm)
    theirs = peer.run(peer_port, documents, sizes={"100 KB": SIZES["100 KB"]}, clients=CLIENTS)
    figures = [*ours, *(figure for floor in floors.values() for figure in floor), *theirs]
    show("The floor over HTTP: 100 KB, three recipients", figures)
    _compare(ours, floors[RECEIPTS[0]], theirs)


def _measured(
    who: str,
    url: str,
    process: int,
    headers: dict[str, str],
    packets: dict[str, list[bytes]],
    warm: Sequence[bytes],
) -> list[Figure]:
    one = [Call("/axis/v1/packets", headers | axis.XML, packet) for packet in warm]
    send_all("warm", url, one, axis.is_receipt, clients=4)
    figures = []
    for name, part in packets.items():
        calls = [Call("/axis/v1/packets", headers | axis.XML, packet) for packet in part]
        accepts = axis.is_receipt
        if name == IN_BULK:
            calls, accepts = axis.bulk_calls(headers, part), axis.are_receipts
        figures.append(send_all(f"{who}, {name}", url, calls, accepts, clients=WAYS[name], server=process))
    return figures


@contextmanager
def _bare(port: int, receipt: str) -> Iterator[tuple[str, int]]:
    """The bare server with empty tables and an empty folder: its address and its first process."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    (FOLDER / "store").mkdir(parents=True)
    (FOLDER / "root.der").write_bytes(root_certificate())
    database = os.environ["LIENTHONG_DATABASE_URL"]
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(floor_server.TABLES)
    said = {
        floor_server.DATABASE: database,
        floor_server.FOLDER: str(FOLDER / "store"),
        floor_server.ROOT: str(FOLDER / "root.der"),
        floor_server.RECEIPT: "rsa" if receipt.startswith("RSA") else "ec",
    }
    process = subprocess.Popen(_command(port), env=os.environ | said)
    try:
        serving.wait_for_page(port)
        yield f"http://{serving.LOOPBACK}:{port}", process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def _command(port: int) -> list[str]:
    """As the product's own web is started, but for the application."""
    *command, _application = serving.web_command(port)
    return [*command, "bench.floor_server:application"]


def _compare(ours: list[Figure], floors: list[Figure], theirs: list[Figure]) -> None:
    """By rate, and by CPU, which depends less on what else the machine does."""
    rate, cpu = max(figure.rate for figure in theirs), min(figure.cpu for figure in theirs)
    console.print(
        f"The peer: {rate:,.0f}/s, {cpu * 1000:.1f} ms of CPU a document; {AIM} × that would be "
        f"{AIM * rate:,.0f}/s, {cpu * 1000 / AIM:.2f} ms, client and PostgreSQL included."
    )
    for mine, least in zip(ours, floors, strict=True):
        console.print(
            f"{mine.name}: {mine.rate / least.rate:.2f} of the floor's rate, {mine.cpu / least.cpu:.1f} × "
            f"its CPU. Beside the peer, by rate and by CPU: ours {mine.rate / rate:.1f} × and "
            f"{cpu / mine.cpu:.1f} ×, the floor {least.rate / rate:.1f} × and {cpu / least.cpu:.1f} ×."
        )
