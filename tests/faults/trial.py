"""The trial itself; imported once Django's settings are whole."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime

from django.db import connection
from rich.console import Console
from rich.table import Table

from lienthong.axis.client import AxisClient
from lienthong.axis.public import Credentials, Serves, connect_system, edxml
from lienthong.directory.public import Agency, find_agencies, load_country
from lienthong.kernel.clock import VIETNAM, now
from lienthong.ledger.public import Actor
from lienthong.signing.public import ensure_agency_certificates, sign_packet
from tests.faults.audit import Findings, audit
from tests.faults.installation import Installation, allow_only_small_files
from tests.faults.line import Line
from tests.faults.parties import ReceivedBook, SentBook, receive, send, submit_until_answered

SENDER, RECIPIENTS = "G22", ("H55", "H26", "H29")
SENDERS, AT_ONCE = 4, 50
ACTOR = Actor(kind="job", id="faults", name="faults", source="faults")
console = Console(width=100)


def trial(here: Installation, seconds: int, count: int) -> int:
    """Prepare the parties, let the load run while faults happen, audit, print; the exit code."""
    at = now()
    sender, systems = _connect(at)
    packets = _signed_packets(sender, count + 1, at)
    connection.close()
    connection.close_pool()
    line, sent, received, ended = Line(here.port), SentBook(), ReceivedBook(), threading.Event()
    shares = [packets[1:][start::SENDERS] for start in range(SENDERS)]
    senders = [
        threading.Thread(
            target=send,
            args=(line.url, systems[0], share, sent),
            kwargs={"seconds": seconds},
            daemon=True,
        )
        for share in shares
    ]
    receivers = [
        threading.Thread(target=receive, args=(line.url, system, received, ended), daemon=True)
        for system in systems[1:]
    ]
    for thread in [*senders, *receivers]:
        thread.start()
    done = _happen(here, line, seconds, lambda: _post_at_once(line.url, systems[0], packets[0], sent))
    for thread in senders:
        thread.join()
    ended.set()
    for thread in receivers:
        thread.join()
    line.close()
    findings = audit(sent, received)
    _print(findings, here, done, line, sent, received)
    return 0 if findings.faultless else 1


def _happen(here: Installation, line: Line, seconds: int, post_at_once: Callable[[], None]) -> list[str]:
    """One fault after the other while there is time, each once at least."""
    faults: dict[str, Callable[[], None]] = {
        "web killed": lambda: _restart(here, "web", here.start_web),
        "answers lost after the commit": lambda: _for_a_while(line, "losing"),
        "PostgreSQL killed": lambda: _restart_postgres(here),
        "one packet 50 times at once": post_at_once,
        "worker killed": lambda: _restart(here, "worker", here.start_worker),
        "line to the axis cut": lambda: _for_a_while(line, "cut"),
        "disk full": lambda: _fill_the_disk(here),
        "disk full under PostgreSQL": lambda: here.fill_disk_of_postgres(1.5),
        "web and PostgreSQL killed together": lambda: _restart_all(here),
    }
    end, done = time.monotonic() + seconds, list[str]()
    pause = seconds / (3 * len(faults))
    while True:
        for name, happen in faults.items():
            if time.monotonic() > end and len(done) >= len(faults):
                return done
            time.sleep(pause)
            happen()
            done.append(name)


def _restart(here: Installation, name: str, start: Callable[[], None]) -> None:
    here.kill(name)
    start()


def _restart_postgres(here: Installation) -> None:
    here.kill_postgres()
    here.start_postgres()


def _restart_all(here: Installation) -> None:
    here.kill("web")
    here.kill_postgres()
    here.start_postgres()
    here.start_web()


def _for_a_while(line: Line, what: str) -> None:
    setattr(line, what, True)
    time.sleep(1.5)
    setattr(line, what, False)


def _fill_the_disk(here: Installation) -> None:
    here.kill("web")
    here.start_web(prepare=allow_only_small_files)
    time.sleep(1.5)
    here.kill("web")
    here.start_web()


def _post_at_once(url: str, system: Credentials, packet: bytes, book: SentBook) -> None:
    ready = threading.Barrier(AT_ONCE)

    def post() -> None:
        with AxisClient(url, system.client_id, system.client_secret, attempts=2) as axis:
            ready.wait()
            submit_until_answered(axis, packet, book)

    threads = [threading.Thread(target=post) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _connect(at: datetime) -> tuple[Agency, list[Credentials]]:
    """The sender with its certificate; its system's credentials and those of the recipients' systems."""
    load_country()
    agencies = find_agencies((SENDER, *RECIPIENTS), on=at.astimezone(VIETNAM).date())
    ensure_agency_certificates([agencies[SENDER].pk], at=at)
    made = [
        connect_system(name=code, agency=agencies[code], serves=Serves.AGENCY, actor=ACTOR, at=at)
        for code in (SENDER, *RECIPIENTS)
    ]
    return agencies[SENDER], [credentials for _system, credentials in made]


def _signed_packets(sender: Agency, count: int, at: datetime) -> list[bytes]:
    day = at.astimezone(VIETNAM).date()
    return [
        sign_packet(
            edxml.build_packet(
                edxml.EdxmlPacket(
                    sender=edxml.Party(organ_id=SENDER, organ_name=sender.name),
                    recipients=tuple(edxml.Party(organ_id=code) for code in RECIPIENTS),
                    number=str(number),
                    notation="VPCP-TTĐT",
                    promulgated_on=day,
                    subject=f"Văn bản thử thứ {number}",
                    document_id=edxml.document_id_of(SENDER, day, f"{number}/VPCP-TTĐT"),
                    type_name="Công văn",
                    attachments=(
                        edxml.Attachment(
                            name="van-ban.txt",
                            content_type="text/plain",
                            content_id="file-1",
                            content=f"{number} ".encode() * 25_000,
                        ),
                    ),
                )
            ),
            agency_id=sender.pk,
            at=at,
        )
        for number in range(1, count + 1)
    ]


def _print(
    findings: Findings,
    here: Installation,
    done: list[str],
    line: Line,
    sent: SentBook,
    received: ReceivedBook,
) -> None:
    table = Table("what", "number", title="Audit after the faults", title_justify="left")
    for name, number in vars(findings).items():
        table.add_row(name.replace("_", " "), f"{number:,}")
    for name in dict.fromkeys(done):
        table.add_row(f"fault: {name}", str(done.count(name)))
    for name, number in here.kills.items():
        table.add_row(f"kill -9 of {name}", str(number))
    table.add_row("answers lost on the way back", str(line.lost))
    table.add_row("writes that PostgreSQL had no space for", str(here.times_without_space))
    table.add_row("attempts that had to be repeated", str(sent.attempts_failed))
    table.add_row("deliveries seen again before their 01 arrived", str(received.seen_again))
    console.print(table)
    console.print("[green]every promise kept[/]" if findings.faultless else "[red]a promise was broken[/]")
