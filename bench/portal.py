"""The portal at work: home, search, as-you-type and service pages over the offers of the whole country.

As in `bench.office`: a real Granian, a real PostgreSQL, 4 clients with kept sockets; an answer that is not
the page ends the measurement. Nobody is signed in; half the readers have chosen a commune, a third look at
the portal of a province. Forms and the pages of one's own dossiers are not measured here yet. Where
`LIENTHONG_VAR` names an installation that has dossiers, its figures are shown on the pages.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from urllib.parse import quote

from django.urls import reverse

from bench.axis import web
from bench.harness import console
from bench.load import Call, run_all
from bench.office import CLIENTS, WARM, is_page, measured
from lienthong.directory.public import load_country
from lienthong.dossiers.public import measure_services
from lienthong.kernel.clock import now
from lienthong.portal.models import EverydayWords, Site
from lienthong.portal.public import load_everyday_words
from lienthong.procedures.public import Procedure, ServiceOffer, load_catalogue, load_offers

EACH = 100
AIM, TYPING_AIM = (25, 80, 150), (25, 60, 150)
BUSIEST, SLUG = "H55", "bench"


def ground() -> None:
    """The country, its catalogue with everyday words, and who offers what; what is there already stays."""
    load_country(all_provinces=True)
    load_catalogue(at=now())
    load_everyday_words()
    load_offers(at=now())
    offer = ServiceOffer.objects.filter(agency__code=BUSIEST).select_related("agency")[0]
    Site.objects.get_or_create(agency=offer.agency, defaults={"slug": SLUG, "name": "Cổng của tỉnh"})
    told = measure_services(at=now())
    console.print(f"{ServiceOffer.objects.count():,} offers, {told.times:,} real times")


def run(port: int, *, each: int = EACH) -> dict[str, float]:
    """Measure and print; the medians in seconds by kind."""
    chance = random.Random(1)
    with web(port, profile="all") as (url, process):
        calls, typed = list(pages(chance, each)), list(typing(chance, each))
        chance.shuffle(calls)  # also before the warming: every kind of page, in every process
        run_all("warm", url, calls[:WARM], is_page, clients=CLIENTS)
        medians = measured("Pages of the portal, mixed", url, process, [calls], AIM, accepts=is_page)
        return medians | measured(
            "Services while typing",
            url,
            process,
            [typed],
            TYPING_AIM,
            accepts=lambda status, _: status == 200,
        )


def pages(chance: random.Random, each: int) -> Iterator[Call]:
    """So many requests of every kind of page."""
    said, codes = _phrases(), list(Procedure.objects.values_list("code", flat=True))
    offers = list(ServiceOffer.objects.filter(ended_at=None).values_list("id", flat=True)[:40_000])
    for turn in range(each):
        before = f"/at/{_slug()}" if turn % 3 == 0 else ""
        pick = chance.choice(said)
        yield _page("home", before + reverse("portal:home"), turn)
        yield _page("search", f"{before}{reverse('portal:services')}?q={quote(pick)}", turn)
        yield _page("search, a slip", f"{reverse('portal:services')}?q={quote(_slipped(pick, chance))}", turn)
        yield _page("all services", before + reverse("portal:services"), turn)
        yield _page("service", reverse("portal:service", args=[chance.choice(codes)]), turn)
        yield _page("service of a body", reverse("portal:offer", args=[chance.choice(offers)]), turn)
        yield _page("life event", before + reverse("portal:event", args=["birth"]), turn)
        yield _page("body", reverse("portal:body", args=[BUSIEST]), turn)
        yield _page("places", f"{reverse('portal:place')}?province={BUSIEST}", turn)


def typing(chance: random.Random, each: int) -> Iterator[Call]:
    """Phrases letter by letter, as a browser asks while somebody types."""
    for turn in range(each // 4):
        pick = chance.choice(_phrases())
        before = f"/at/{_slug()}" if turn % 3 == 0 else ""
        for length in range(2, len(pick) + 1):
            address = f"{before}{reverse('portal:suggest')}?q={quote(pick[:length])}"
            yield _page("as you type", address, turn)


def _page(kind: str, path: str, turn: int) -> Call:
    place = {"Cookie": f"place={BUSIEST}.21.13"} if turn % 2 else {}
    return Call(path, {"Accept-Encoding": "identity", **place}, b"", "GET", kind=kind)


def _is_answer(status: int, _content: bytes) -> bool:
    return status == 200


def _phrases() -> list[str]:
    rows = EverydayWords.objects.order_by("procedure_id").values_list("phrases", flat=True)
    return [phrase for phrases in rows for phrase in phrases.split("\n")]


def _slug() -> str:
    return Site.objects.values_list("slug", flat=True).order_by("id")[0]


def _slipped(phrase: str, chance: random.Random) -> str:
    place = chance.randrange(len(phrase))
    return f"{phrase[:place]}{chance.choice('aeionhtg')}{phrase[place + 1 :]}"
