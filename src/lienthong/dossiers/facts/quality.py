"""Quality scores of bodies by QĐ 766/QĐ-TTg, each point with the numbers it came from (ADR 0063)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.functional import Promise

from lienthong.directory.public import Agency
from lienthong.dossiers.facts.counting import cell_sums
from lienthong.dossiers.facts.criteria import BANDS, CRITERIA, GROUP_LABELS, Criterion
from lienthong.dossiers.facts.measures import Period, Wanted, period_of
from lienthong.dossiers.facts.scope import agencies_of
from lienthong.identity.public import NotFound, Viewer
from lienthong.payments.public import PaymentCounts, payment_counts
from lienthong.procedures.public import OfferCounts, offer_counts

CENT = Decimal("0.01")
# What is read of the counts (ADR 0056, 0071): a linked dossier is counted with its root.
CELLS = (
    "received_counter",
    "received_post",
    "received_online",
    "early",
    "on_time",
    "late",
    "refused",
    "with_papers",
    "papers_filed",
    "result_signed",
)


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int = 0
    whole: int = 0


@dataclass(frozen=True)
class Scored:
    """The points of one criterion, and the numbers they came from; None: there was nothing to measure."""

    criterion: Criterion
    share: Share
    points: Decimal | None

    @property
    def group_label(self) -> Promise:
        """The group of the decision, in the reader's language."""
        return GROUP_LABELS[self.criterion.group]

    @property
    def percent(self) -> Decimal | None:
        """The share in hundredths."""
        return None if self.points is None else _rounded(100 * self.share.part, self.share.whole)


@dataclass(frozen=True)
class Score:
    """The score of one body: what it got, and out of how many points that could be measured."""

    key: str
    code: str
    name: str
    scored: tuple[Scored, ...]

    @property
    def groups(self) -> list[tuple[Promise, Decimal | None, int]]:
        """For each group of the decision its points, None if nothing is measured of it, and its most."""
        told = []
        for group, label in GROUP_LABELS.items():
            of_group = [one for one in self.scored if one.criterion.group == group]
            points = [one.points for one in of_group if one.points is not None]
            most = sum(one.criterion.most for one in of_group if one.points is not None)
            told.append((label, sum(points, Decimal(0)) if points else None, most))
        return told

    @property
    def total(self) -> Decimal:
        """The points together, as they are shown each."""
        return sum((one.points for one in self.scored if one.points is not None), Decimal(0))

    @property
    def out_of(self) -> int:
        """The points that could be got where something was measured."""
        return sum(one.criterion.most for one in self.scored if one.points is not None)

    @property
    def has_dossiers(self) -> bool:
        """Whether anything was measured of dossiers in the period."""
        return any(one.points is not None and one.criterion.of_dossiers for one in self.scored)

    @property
    def percent(self) -> Decimal | None:
        """The total in hundredths of what could be measured; None without a dossier in the period."""
        return _rounded(100 * self.total, self.out_of) if self.has_dossiers else None

    @property
    def band(self) -> tuple[Promise, str] | None:
        """The band of that and its colour; None without a dossier in the period."""
        if self.percent is None:
            return None
        return next((label, color) for least, label, color in BANDS if self.percent >= least)


def quality_scores(viewer: Viewer, wanted: Wanted, *, at: datetime) -> list[Score]:
    """The scores of the bodies that offer something or had a dossier, by code. Six queries, however many.

    Raises:
        NotAllowed, NotFound: the viewer does not see the agency's figures.
    """
    keys = agencies_of(viewer, wanted)
    shares = _shares(keys, period_of(wanted.since, wanted.until, at=at), at)
    named = Agency.objects.filter(pk__in=shares).order_by("code", "pk").values_list("pk", "code", "name")
    return [_score(str(key), code, name, shares[key]) for key, code, name in named]


def quality_score(viewer: Viewer, wanted: Wanted, *, at: datetime) -> Score:
    """The score of one body, `wanted.agency_id`. Raises as `quality_scores`."""
    found = quality_scores(viewer, replace(wanted, below=False), at=at)
    if found:
        return found[0]
    row = Agency.objects.filter(pk=wanted.agency_id or 0).values_list("code", "name").first()
    if row is None:
        raise NotFound
    return _score(str(wanted.agency_id), *row, {})


def _shares(keys: list[int], period: Period, at: datetime) -> dict[int, dict[str, Share]]:
    """For each body of which something is known, the share of each criterion."""
    dossiers = cell_sums(keys, CELLS, period)
    offers = offer_counts(keys, at=min(period.ends, at))
    payments = payment_counts(keys, since=period.begins, until=period.ends)
    found = {}
    for key in {*dossiers, *offers, *payments}:
        told = dossiers.get(key, (0,) * len(CELLS))
        counter, post, online, early, on_time, late, refused, with_papers, filed, signed = told
        offer, paid = offers.get(key, OfferCounts()), payments.get(key, PaymentCounts())
        finished = early + on_time + late
        found[key] = {
            "whole": Share(offer.whole, offer.offered),
            "in_time": Share(early + on_time, finished),
            "offered_online": Share(offer.online, offer.offered),
            "received_online": Share(online, counter + post + online),
            "papers_filed": Share(filed, with_papers),
            "result_electronic": Share(signed, finished - refused),
            "cashless": Share(paid.cashless, paid.all),
        }
    return found


def _score(key: str, code: str, name: str, shares: Mapping[str, Share]) -> Score:
    scored = []
    for criterion in CRITERIA:
        share = shares.get(criterion.key, Share())
        points = _rounded(criterion.most * share.part, share.whole) if share.whole else None
        scored.append(Scored(criterion, share, points))
    return Score(key, code, name, tuple(scored))


def _rounded(number: int | Decimal, by: int) -> Decimal:
    """A quotient to the hundredth, as it is shown."""
    return (Decimal(number) / by).quantize(CENT, ROUND_HALF_UP)
