"""`make bench`: what Liên Thông does in a second, beside a peer, and what this machine can do at most.

`python -m bench [PART …] [--documents N] [--preload N] [--megabytes N]`: without parts, all of `PARTS`. So
many documents are sent per figure; with `--preload` so many packets are stored, and then the axis is measured
again. `floor`, `search`, `migrations`, `large` (one packet with an attachment of so many megabytes) and
`office` (the pages of a generated province of so many documents, a million by default) are measured only when
named, as is `mayan`, the peer of the office, `dossiers` (the one-stop of a province with so many
`--dossiers`, 1,200,000 by default: its pages, its day, and SpiffWorkflow beside it) and `portal` (finding a
service among the offers of the whole country). `migrations --app office` and `--app dossiers` take those over
such a province instead of the axis's over its packets.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from bench import machine
from bench.harness import Figure, console, show
from lienthong.config.cli import runtime, serving

PORT, PEER_PORT = 8199, 8198
PARTS = ("machine", "signing", "evidence", "axis", "peer")
SEARCH, MIGRATIONS = "search", "migrations"  # over what is stored, so only when asked for
OFFICE, PROVINCE = "office", 1_000_000  # takes a quarter of an hour to fill, so only when asked for
MAYAN, MAYAN_PORT = "mayan", 8196  # and its Redis on the next
DOSSIERS, PROVINCE_YEAR = "dossiers", 1_200_000  # takes half an hour to fill, so only when asked for
PORTAL = "portal"  # over the offers of the whole country
FLOOR = "floor"  # what libraries and a bare server take for a packet, beside ours and the peer
LARGE = "large"  # takes a minute and some gigabytes of disk, so only when asked for

os.environ.setdefault("LIENTHONG_VAR", str(Path("var/bench").absolute()))
os.environ.setdefault("LIENTHONG_BASE_URL", f"http://127.0.0.1:{PORT}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("parts", nargs="*", help="what to measure; all by default")
    parser.add_argument("--documents", type=int, help="per figure (300), or of `office` in all (a million)")
    parser.add_argument("--dossiers", type=int, default=PROVINCE_YEAR, help="of `dossiers` in all")
    parser.add_argument("--megabytes", type=int, default=1024, help="of the attachment of `large`")
    parser.add_argument("--preload", type=int, default=0, help="packets to store before a second round")
    parser.add_argument("--app", choices=("axis", OFFICE, DOSSIERS), default="axis", help="of `migrations`")
    asked = parser.parse_args()
    parts = asked.parts or PARTS
    with runtime.prepared():
        serving.migrate()
        if "machine" in parts:
            _machine()
        if "signing" in parts:
            # Django's models can be imported only now that the settings are whole.
            show("Signatures through our own code (one thread)", import_module("bench.signing").run())
        if "evidence" in parts:
            show("Evidence (one thread)", import_module("bench.evidence").run())
        if SEARCH in parts or MIGRATIONS in parts:
            _preload(asked.preload)
        if SEARCH in parts:
            show("The operator's searches", import_module("bench.search").run())
        if MIGRATIONS in parts:
            if asked.app == OFFICE:
                import_module("bench.office").ground(asked.documents or PROVINCE)
            if asked.app == DOSSIERS:
                at = import_module("lienthong.kernel.clock").now()
                import_module("bench.dossiers.filling").ground(asked.dossiers, at)
            import_module("bench.migrations").run(asked.app)
        if FLOOR in parts:
            ground = import_module("bench.axis").prepare(import_module("lienthong.kernel.clock").now())
            import_module("bench.floor").run(PORT, ground)
            import_module("bench.floor_http").run(PORT, PEER_PORT, ground, asked.documents or 1000)
        if LARGE in parts:
            _large(asked.megabytes)
        if OFFICE in parts or MAYAN in parts:
            _office(asked.documents or PROVINCE, parts)
        if DOSSIERS in parts:
            _dossiers(asked.dossiers)
        if PORTAL in parts:
            import_module("bench.portal").ground()
            import_module("bench.portal").run(PORT)
        figures = _axis(asked.documents or 300, asked.preload) if "axis" in parts else []
        if "peer" in parts:
            _beside_the_peer(figures, asked.documents or 300)


def _machine() -> None:
    url = os.environ["LIENTHONG_DATABASE_URL"]
    show("This machine at most (one thread unless said)", machine.cryptography())
    show("PostgreSQL", [machine.durable_commits(url, clients=clients) for clients in (1, 4, 32)])


def _axis(documents: int, preload: int) -> list[Figure]:
    axis = import_module("bench.axis")
    ground = axis.prepare(import_module("lienthong.kernel.clock").now())
    figures: list[Figure] = axis.submissions(PORT, ground, documents)
    figures += axis.statuses(PORT, ground, documents)
    show("The axis: submit, verify, store, receipt", figures)
    if preload:
        with runtime.progress() as report:
            import_module("bench.preload").preload(ground.sender, preload, report)
        again = axis.submissions(PORT, ground, documents)
        show(f"The axis with {preload:,} packets more", again)
    return figures


def _preload(preload: int) -> None:
    if preload:
        sender = import_module("bench.axis").prepare(import_module("lienthong.kernel.clock").now()).sender
        with runtime.progress() as report:
            import_module("bench.preload").preload(sender, preload, report)


def _large(megabytes: int) -> None:
    large = import_module("bench.large")
    ground = import_module("bench.axis").prepare(import_module("lienthong.kernel.clock").now())
    large.show(large.run(PORT, ground, megabytes), megabytes)


def _office(documents: int, parts: Sequence[str]) -> None:
    office = import_module("bench.office")
    office.ground(documents)
    if OFFICE in parts:
        office.run(PORT)
    if MAYAN in parts:
        import_module("bench.office_peer").run(PORT, MAYAN_PORT)


def _dossiers(count: int) -> None:
    at = import_module("lienthong.kernel.clock").now()
    service = import_module("bench.dossiers.filling").ground(count, at)
    import_module("bench.dossiers.pages").run(PORT, service)
    with runtime.progress() as report:
        import_module("bench.dossiers.day").run(service, report=report)
    import_module("bench.dossiers.peer").run(service)


def _beside_the_peer(ours: list[Figure], documents: int) -> None:
    axis, peer = import_module("bench.axis"), import_module("bench.peers.pyas2.peer")
    figures = peer.run(PEER_PORT, documents, sizes=axis.SIZES, clients=axis.CLIENTS)
    show("The peer: signed AS2 message, stored, signed MDN", figures)
    theirs = {figure.name.partition(", ")[2]: figure for figure in figures}
    for figure in ours:
        for about, other in theirs.items():
            size, clients = about.split(", ")
            if size in figure.name and figure.name.endswith(clients):
                console.print(f"{figure.name}: {figure.rate / other.rate:.1f} × {other.name}")


if __name__ == "__main__":
    main()
