"""The office at work: pages of the busiest agency of a generated province, by 4 clients with kept sockets.

The web is a real Granian on a real PostgreSQL; the sessions are those of the agency's officials, made without
their passwords. An answer that is not the page, or a write after which the database does not hold the act,
ends the measurement. Reads come first, all kinds mixed; then writes, kind by kind.
"""

from __future__ import annotations

import random
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from django.conf import settings
from django.test import Client
from django.urls import reverse
from rich.table import Table

from bench import processes
from bench.axis import web
from bench.harness import console
from bench.load import Accepts, Call, Run, run_all
from lienthong.config.cli import runtime
from lienthong.demo.public import ProvinceFilled, fill_province, prepare_country
from lienthong.directory.public import Agency, PostHolding
from lienthong.identity.public import Account
from lienthong.kernel.clock import now
from lienthong.office.models import DraftVersion, IncomingDocument, OutgoingDocument
from lienthong.office.register_models import RegisterBook
from lienthong.office.states import OutState, State
from lienthong.office.text_models import SavedSearch
from lienthong.tasks.models import Task, TaskParty
from lienthong.tasks.states import Part, TaskState

CLIENTS = 4
WARM = 200  # requests before the measured ones: a process compiles a template once
EACH = 60
TOKEN = "benchbenchbenchbenchbenchbench12"
READ_AIM, WRITE_AIM = (40, 120, 250), (80, 250, 400)
BUSIEST = "H55"


@dataclass(frozen=True)
class Session:
    """An official of the busiest agency, signed in."""

    account: Account
    headers: dict[str, str]

    def get(self, kind: str, path: str, **query: str) -> Call:
        """A page to read."""
        return Call(f"{path}?{urlencode(query)}" if query else path, self.headers, b"", "GET", kind=kind)

    def post(self, kind: str, path: str, /, **form: Any) -> Call:
        """An act; refusing it would be no redirect."""
        body = urlencode({"csrfmiddlewaretoken": TOKEN, **form}, doseq=True).encode()
        headers = self.headers | {"Content-Type": "application/x-www-form-urlencoded"}
        return Call(path, headers, body, kind=kind)


def ground(documents: int) -> None:
    """The country, and in it a province with so many documents, unless there is one already."""
    with runtime.progress(remaining=True) as report:
        prepare_country(at=now(), report=report)
        try:
            fill_province(documents=documents, at=now(), report=report)
        except ProvinceFilled:
            console.print("The generated province of an earlier run is used.")
    console.print(
        f"{OutgoingDocument.objects.count():,} documents sent, {IncomingDocument.objects.count():,} received"
    )


def run(port: int) -> dict[str, float]:
    """Measure and print; the medians in seconds by kind."""
    chance = random.Random(1)
    agency = Agency.objects.get(code=BUSIEST)
    people = {account.username: signed_in(account) for account in _accounts(agency)}
    with web(port, profile="all") as (url, process):
        calls = list(reads(agency, people, chance))
        chance.shuffle(calls)  # also before the warming: every kind of page, in every process
        run_all("warm", url, calls[:WARM], is_page, clients=CLIENTS)
        medians = measured("Reads, all kinds mixed", url, process, [calls], READ_AIM)
        medians |= measured("Writes", url, process, writes(agency, people), WRITE_AIM)
    return medians


def _accounts(agency: Agency) -> list[Account]:
    """Those who work in the agency itself, but for its administrator, who sees no documents."""
    held = PostHolding.objects.filter(post__agency=agency).values("official")
    return [*Account.objects.filter(official__in=held).exclude(username__endswith=".quantri")]


def signed_in(account: Account) -> Session:
    """A session as signing in makes it."""
    browser = Client()
    browser.force_login(account)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
    return Session(account, {"Cookie": cookies, "Accept-Language": "vi"})


def reads(agency: Agency, people: dict[str, Session], chance: random.Random) -> Iterator[Call]:
    """`EACH` requests of every kind of page, by those who read it."""
    clerk, leader = people["h55.vanthu"], people["h55.lanhdao"]
    led = {"h55.vanthu", "h55.lanhdao", "h55.pholanhdao"}
    others = [session for name, session in people.items() if name not in led]
    incoming, outgoing, tasks = (
        reverse(name) for name in ("office:incoming", "office:outgoing", "tasks:tasks")
    )
    ids = _some(IncomingDocument.objects.filter(agency=agency), chance)
    sent = _some(OutgoingDocument.objects.filter(agency=agency), chance)
    numbers = list(IncomingDocument.objects.filter(id__in=ids).values_list("code", flat=True))
    saved = _saved(clerk)
    for turn in range(EACH):
        expert = others[turn % len(others)]
        pick = partial(chance.choice)
        yield (clerk, leader, expert)[turn % 3].get("desk", incoming)
        yield clerk.get("list, all", incoming, tab="all")
        yield clerk.get("list, one state", incoming, tab=pick(["registered", "finished", "in-progress"]))
        yield expert.get("list, all, of a specialist", incoming, tab="all")
        yield (clerk, leader)[turn % 2].get(
            "document page", reverse("office:incoming_detail", args=[pick(ids)])
        )
        yield (leader, expert)[turn % 2].get("tasks", tasks)
        yield leader.get("tasks, all", tasks, tab="all")
        yield clerk.get("search, a number", incoming, tab="all", text=pick(numbers))
        yield clerk.get("search, frequent words with marks", incoming, tab="all", text="chuyển đổi số")
        yield clerk.get("search, frequent words without", incoming, tab="all", text="bao ve rung")
        yield clerk.get("search, rare words", incoming, tab="all", text=pick(["dang quynh", "Đặng Quỳnh"]))
        yield expert.get("search, words, by a specialist", incoming, tab="all", text="dau tu cong")
        yield clerk.get("search, nothing found", incoming, tab="all", text="khong co van ban nao nhu the")
        yield Call(f"{incoming}?{saved}", clerk.headers, b"", "GET", kind="saved search")
        yield clerk.get("outgoing list", outgoing)
        yield clerk.get("outgoing search", outgoing, text=pick(["thien tai", "tiếp công dân"]))
        yield clerk.get("outgoing page", reverse("office:outgoing_detail", args=[pick(sent)]))


def _some(rows: Any, chance: random.Random) -> list[UUID]:
    """Documents of the whole year, old and new."""
    ids = list(rows.order_by("id").values_list("id", flat=True))
    return chance.sample(ids, min(300, len(ids)))


def _saved(session: Session) -> str:
    query = f"tab=all&text={quote('xây dựng')}&urgency=1"
    SavedSearch.objects.update_or_create(
        official=session.account.official, place="incoming", name="bench", defaults={"query": query}
    )
    return query


def writes(agency: Agency, people: dict[str, Session]) -> Iterator[list[Call]]:
    """`EACH` acts of every kind, or as many as the state of the agency allows; each is checked when done."""
    clerk, leader = people["h55.vanthu"], people["h55.lanhdao"]
    by_official = {session.account.official_id: session for session in people.values()}
    lead = TaskParty.objects.filter(part=Part.LEAD, official__in=list(by_official), task__agency=agency)
    specialist = next(key for key in by_official if lead.filter(official=key).exists())
    book = RegisterBook.objects.get(agency=agency, is_default=True)

    def of(state: State) -> list[UUID]:
        rows = IncomingDocument.objects.filter(agency=agency, state=state).order_by("-id")
        return list(rows.values_list("id", flat=True)[:EACH])

    arrived = of(State.ARRIVED)
    path = partial(reverse, "office:register")
    yield [clerk.post("register", path(args=[key]), book=book.pk) for key in arrived]
    require(IncomingDocument.objects.filter(id__in=arrived, state=State.REGISTERED).count(), len(arrived))
    waiting, path = of(State.REGISTERED), partial(reverse, "office:assign")
    order = {"text": "Tham mưu văn bản trả lời.", "lead": f"official:{specialist}", "working_days": 5}
    yield [leader.post("direct", path(args=[key]), **order) for key in waiting]
    require(IncomingDocument.objects.filter(id__in=waiting, state=State.ASSIGNED).count(), len(waiting))
    for state, verb, after in (
        (TaskState.GIVEN, "start", TaskState.IN_PROGRESS),
        (TaskState.IN_PROGRESS, "complete", TaskState.ACCEPTED),
    ):
        open_ = lead.filter(task__state=state, task__needs_acceptance=False).order_by("-task_id")
        rows = list(open_.values_list("task_id", "official_id")[:EACH])
        yield [
            by_official[official].post(
                f"task, {verb}", reverse("tasks:act", args=[task, verb]), note="Đã thực hiện."
            )
            for task, official in rows
            if official is not None
        ]
        done = Task.objects.filter(id__in=[task for task, _official in rows], state=after).count()
        require(done, len(rows))
    yield from _drafts(agency, by_official)


def _drafts(agency: Agency, by_official: dict[int | None, Session]) -> Iterator[list[Call]]:
    """Saving the newest drafts that were written here once more, each by who prepared it."""
    rows = OutgoingDocument.objects.filter(agency=agency, state=OutState.DRAFT, prepared_by__in=by_official)
    rows = rows.filter(document__uploaded=None)  # others come from an earlier `bench mayan`
    drafts = list(rows.select_related("document").order_by("-id")[:EACH])
    versions = DraftVersion.objects.filter(outgoing__in=drafts)
    before, calls = versions.count(), list[Call]()
    for draft in drafts:
        form = {
            "type_code": draft.document.type, "subject": f"{draft.subject} (sửa)", "place": draft.place,
            "urgency": draft.urgency, "steering_type": draft.steering_type, "source": "template",
            "body": "\n\n".join(draft.document.body), "action": "save",
            "version": versions.filter(outgoing=draft).latest("number").number,
            "recipients": list(draft.recipients.values_list("agency_id", flat=True)),
        }  # fmt: skip
        address = reverse("office:revise", args=[draft.id])
        calls.append(by_official[draft.prepared_by_id].post("save a draft's version", address, **form))
    yield calls
    require(versions.count() - before, len(drafts))


def require(found: int, wanted: int) -> None:
    if found != wanted:
        raise RuntimeError(f"{wanted} acts were sent, the database holds {found} of them")


def is_page(status: int, content: bytes) -> bool:
    return status == 200 and b"</html>" in content


def _is_done(status: int, _content: bytes) -> bool:
    return status == 302


def measured(
    title: str,
    url: str,
    process: int,
    parts: Iterable[list[Call]],
    aim: tuple[int, ...],
    *,
    accepts: Accepts | None = None,
) -> dict[str, float]:
    """Send part after part, print every kind against the aim; the medians in seconds by kind."""
    accepts = accepts or (is_page if aim is READ_AIM else _is_done)
    servers = {"web": process, "PostgreSQL": processes.postmaster()}
    before = {name: processes.cpu_seconds(root) for name, root in servers.items()}
    runs = [run_all(title, url, calls, accepts, clients=CLIENTS) for calls in parts if calls]
    spent = {name: processes.cpu_seconds(root) - before[name] for name, root in servers.items()}
    count = sum(len(run.times) for run in runs)
    cpu = ", ".join(f"{name} {1000 * seconds / count:.1f} ms" for name, seconds in spent.items())
    return _print(f"{title}; CPU per request: {cpu}", runs, aim)


def _print(title: str, runs: list[Run], aim: tuple[int, ...]) -> dict[str, float]:
    times: defaultdict[str, list[float]] = defaultdict(list)
    for call, seconds in (pair for run in runs for pair in run.times):
        times[call.kind].append(seconds)
        times["all"].append(seconds)
    table = Table("ms", "requests", "p50", "p95", "p99", "aim", title=title, title_justify="left")
    for kind, taken in sorted(times.items(), key=lambda pair: pair[0] == "all"):
        found = [1000 * _at(taken, share) for share in (0.5, 0.95, 0.99)]
        holds = all(value <= most for value, most in zip(found, aim, strict=True))
        verdict = "holds" if holds else "missed: " + "/".join(map(str, aim))
        table.add_row(kind, str(len(taken)), *(f"{value:,.1f}" for value in found), verdict)
    wall = sum(run.wall for run in runs)
    console.print(table, f"{sum(len(run.times) for run in runs) / wall:,.1f} requests a second\n")
    return {kind: statistics.median(taken) for kind, taken in times.items()}


def _at(seconds: list[float], share: float) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
