"""Pages of the busiest body, by 4 clients with kept sockets: reads mixed, writes kind by kind.

As in `bench.office`: a real Granian, a real PostgreSQL, sessions made without passwords; an answer that is
not the page, or a write after which the database does not hold the act, ends the measurement. The writes go
on with what the first of them has received, so that they can be repeated as often as wanted.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from uuid import UUID

from django.urls import reverse

from bench.axis import web
from bench.dossiers.service import BUSIEST, Service
from bench.load import Call, run_all
from bench.office import CLIENTS, READ_AIM, WARM, WRITE_AIM, Session, is_page, measured, require, signed_in
from lienthong.dossiers.models import Dossier, DossierTask
from lienthong.dossiers.states import DossierState, TaskState
from lienthong.identity.public import Account
from lienthong.procedures.filling.contracts import ANSWER, SHOWN, name_of
from lienthong.procedures.public import Channel, ServiceOffer

EACH, BULK = 60, 20
DESK, EXPERT, LEADER, CLERK = (
    f"{BUSIEST.lower()}.{word}" for word in ("motcua", "chuyenvien", "lanhdao", "vanthu")
)


def run(port: int, service: Service, *, each: int = EACH) -> dict[str, float]:
    """Measure and print; the medians in seconds by kind. `each` is the requests of a kind of page."""
    chance = random.Random(1)
    people = {name: signed_in(Account.objects.get(username=name)) for name in (DESK, EXPERT, LEADER, CLERK)}
    with web(port, profile="all") as (url, process):
        calls = list(reads(service, people, chance, each))
        chance.shuffle(calls)  # also before the warming: every kind of page, in every process
        run_all("warm", url, calls[:WARM], is_page, clients=CLIENTS)
        medians = measured("Reads of dossiers, all kinds mixed", url, process, [calls], READ_AIM)
        medians |= measured("Writes of dossiers", url, process, writes(service, people, each), WRITE_AIM)
    return medians


def reads(service: Service, people: dict[str, Session], chance: random.Random, each: int) -> Iterator[Call]:
    """So many requests of every kind of page, by those who read it."""
    inbox, listed = reverse("dossiers:inbox"), reverse("dossiers:dossiers")
    rows = Dossier.objects.filter(agency=service.bodies[0]).order_by("-id")
    known = list(rows.values_list("id", "code", "applicant_name", "applicant__number")[:20_000])
    desk, expert, leader, clerk = (people[name] for name in (DESK, EXPERT, LEADER, CLERK))
    pick = partial(chance.choice, known)
    for turn in range(each):
        yield (desk, expert, leader, clerk)[turn % 4].get("inbox", inbox)
        yield (desk, expert, leader)[turn % 3].get(
            "dossier page", reverse("dossiers:dossier", args=[pick()[0]])
        )
        yield desk.get("list", listed)
        yield leader.get("list, one state", listed, state=str(DossierState.IN_PROGRESS))
        yield leader.get("list, overdue", listed, late="on")
        yield desk.get("search, a code", listed, text=pick()[1])
        yield desk.get("search, a number of the day", listed, text=pick()[1].rpartition("-")[2])
        yield desk.get("search, a frequent name with marks", listed, text=pick()[2])
        yield desk.get("search, a frequent name without", listed, text="nguyen thu ha")
        yield desk.get("search, rare words", listed, text=chance.choice(["dang quynh", "Đặng Quỳnh"]))
        yield desk.get("search, nothing found", listed, text="khong co ho so nao nhu the")
        yield desk.get("counter", reverse("dossiers:receive"), q="ban sao")


def writes(service: Service, people: dict[str, Session], each: int) -> Iterator[list[Call]]:
    """`each` acts of every kind; what is received by the first is worked on by the others."""
    desk, expert, leader = (people[name] for name in (DESK, EXPERT, LEADER))
    body = service.bodies[0]
    offer = ServiceOffer.objects.get(agency=body, version=service.version, channel=Channel.COUNTER)
    address = reverse("dossiers:receive_form", args=[offer.pk])
    before = set(_open(service, "examine"))
    yield [desk.post("receive", address, **filled(number)) for number in range(3 * each)]
    fresh = [key for key in _open(service, "examine") if key not in before]
    require(len(fresh), 3 * each)
    asked, plain = fresh[:each], fresh[each:]
    act = partial(_act, expert, service)
    yield [
        act("ask for a supplement", key, "complete:supplement", items="Căn cước", reason="Thiếu")
        for key in asked
    ]
    waiting = Dossier.objects.filter(state=DossierState.SUPPLEMENT_REQUESTED, tasks__in=asked)
    ids = list(waiting.values_list("id", flat=True))
    require(len(ids), each)
    yield [desk.post("receive the supplement", reverse("dossiers:act", args=[key, "supply"])) for key in ids]
    require(Dossier.objects.filter(id__in=ids, state=DossierState.IN_PROGRESS).count(), each)
    drafts = set(_open(service, "draft"))
    yield [act("finish a step with a choice", key, "complete:draft") for key in plain]
    made = [key for key in _open(service, "draft") if key not in drafts]
    require(len(made), len(plain))
    one_by_one, together = made[:each], made[each:]
    yield [act("finish a step", key) for key in one_by_one]
    many = reverse("dossiers:finish_many")
    sets = [together[start : start + BULK] for start in range(0, len(together), BULK)]
    yield [expert.post(f"finish {BULK} steps at once", many, task=keys) for keys in sets]
    done = DossierTask.objects.filter(id__in=made, state=TaskState.DONE)
    require(done.count(), len(made))
    signs = list(
        DossierTask.objects.filter(dossier__tasks__in=made, step="sign", state=TaskState.OPEN).values_list(
            "id", flat=True
        )
    )
    sets = [signs[start : start + BULK] for start in range(0, len(signs), BULK)]
    yield [leader.post(f"sign {BULK} at once", many, task=keys) for keys in sets]
    require(DossierTask.objects.filter(id__in=signs, state=TaskState.DONE).count(), len(made))


def filled(number: int) -> dict[str, object]:
    """What the counter's form sends for one who is known already, or is new."""
    answers = {
        "full_name": "Nguyễn Thu Hà",
        "matter": "Bản sao giấy phép xây dựng",
        "copies": str(1 + number % 5),
    }
    return {
        "kind": "citizen", "name": f"Nguyễn Thu Hà {number}", "number": f"0880{number:08d}",
        "telephone": "0912345678",
        "originals-request": 1, "copies-identity": 1, SHOWN: list(answers),
        **{name_of(ANSWER, (key,)): value for key, value in answers.items()},
    }  # fmt: skip


def _act(session: Session, service: Service, kind: str, task: UUID, way: str = "", **said: str) -> Call:
    dossier = DossierTask.objects.values_list("dossier_id", flat=True).get(pk=task)
    form = {"task": task, "note": "Đã làm", **said} | ({"way": way} if way else {})
    return session.post(kind, reverse("dossiers:act", args=[dossier, "work"]), **form)


def _open(service: Service, step: str) -> list[UUID]:
    """The open tasks of the step in the busiest body, the oldest first."""
    rows = DossierTask.objects.filter(agency=service.bodies[0], step=step, state=TaskState.OPEN)
    return list(rows.order_by("id").values_list("id", flat=True))
