"""The criteria of QĐ 766/QĐ-TTg as data: their groups and points, what is measured of each, and the bands.

The decision's groups and their points are law. What is measured within a group is what the platform itself
holds; the group's points are shared equally among that (ADR 0063). What is not measured has a reason instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ScoreGroup(StrEnum):
    """The groups of criteria of the decision."""

    OPENNESS = "openness"
    PROGRESS = "progress"
    ONLINE = "online"
    DIGITISATION = "digitisation"
    SATISFACTION = "satisfaction"
    PAYMENT = "payment"


GROUP_LABELS: dict[str, Promise] = {
    ScoreGroup.OPENNESS: _("Openness"),
    ScoreGroup.PROGRESS: _("Progress of settling"),
    ScoreGroup.ONLINE: _("Online services"),
    ScoreGroup.DIGITISATION: _("Digitisation"),
    ScoreGroup.SATISFACTION: _("Satisfaction"),
    ScoreGroup.PAYMENT: _("Online payment"),
}


@dataclass(frozen=True)
class Criterion:
    """One thing that is measured: points = `most` × numerator ÷ denominator, both as `formula` says.

    `of_dossiers`: it has something to measure only where there are dossiers. Without a `key` nothing is
    measured, and `formula` says why. `source` says where the numbers are from, `measures` which figures are
    in them whose dossiers can be seen.
    """

    key: str
    group: ScoreGroup
    most: int
    label: Promise
    formula: Promise
    source: Promise
    of_dossiers: bool = True
    measures: tuple[str, ...] = ()


CATALOGUE = _("Catalogue of procedures, at the end of the period")
FIGURES = _("Statistics of dossiers")
CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "whole",
        ScoreGroup.OPENNESS,
        18,
        _("Services published whole"),
        _(
            "Services whose version in force names its law, papers and time limit, and the law of every fee "
            "÷ services offered"
        ),
        CATALOGUE,
        of_dossiers=False,
    ),
    Criterion(
        "in_time",
        ScoreGroup.PROGRESS,
        20,
        _("Finished in time"),
        _("Dossiers finished early or on time ÷ dossiers finished in the period"),
        FIGURES,
        measures=("early", "on_time", "late"),
    ),
    Criterion(
        "offered_online",
        ScoreGroup.ONLINE,
        6,
        _("Services offered online"),
        _("Services offered online, in part or from beginning to end ÷ services offered"),
        CATALOGUE,
        of_dossiers=False,
    ),
    Criterion(
        "received_online",
        ScoreGroup.ONLINE,
        6,
        _("Dossiers received online"),
        _("Dossiers received online ÷ dossiers received in the period"),
        FIGURES,
        measures=("online", "counter", "post"),
    ),
    Criterion(
        "papers_filed",
        ScoreGroup.DIGITISATION,
        11,
        _("Papers kept as files"),
        _("Dossiers all of whose papers are kept as files ÷ dossiers with papers accepted in the period"),
        _("Papers of the dossiers"),
        measures=("filed", "unfiled"),
    ),
    Criterion(
        "result_electronic",
        ScoreGroup.DIGITISATION,
        11,
        _("Results issued electronically"),
        _("Dossiers with an electronically signed result ÷ dossiers granted in the period"),
        _("Results of the dossiers"),
        measures=("signed", "unsigned"),
    ),
    Criterion(
        "",
        ScoreGroup.SATISFACTION,
        18,
        _("Satisfaction of citizens and businesses"),
        _("The platform does not ask applicants yet how satisfied they are."),
        _("Nothing is measured yet"),
    ),
    Criterion(
        "cashless",
        ScoreGroup.PAYMENT,
        10,
        _("Fees paid online"),
        _("Payments by bank transfer or payment page ÷ payments that came in during the period"),
        _("Payments of fees"),
    ),
)
# From how many of 100 points on, in what colour.
BANDS: tuple[tuple[Decimal, Promise, str], ...] = (
    (Decimal(90), _("Excellent"), "success"),
    (Decimal(80), _("Good"), "success"),
    (Decimal(70), _("Fair"), "info"),
    (Decimal(50), _("Average"), "warning"),
    (Decimal(0), _("Weak"), "danger"),
)
