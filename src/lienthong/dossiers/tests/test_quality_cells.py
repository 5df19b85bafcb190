"""What quality scores read of the counts equals the papers and results, after whatever happened to them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from random import Random
from types import SimpleNamespace

import pytest
from django.db import connection

from lienthong.dossiers.actions.counting import fold_deltas, recount_figures
from lienthong.dossiers.facts.drilling import dossiers_behind
from lienthong.dossiers.facts.measures import Group, Wanted
from lienthong.dossiers.facts.quality import quality_scores
from lienthong.dossiers.models import (
    Dossier,
    DossierCount,
    DossierPaper,
    DossierResult,
    HeldDocument,
)
from lienthong.dossiers.tests.factories import NOON, applicant, offered, official, received, submitted
from lienthong.dossiers.tests.results import drafted
from lienthong.dossiers.tests.test_quality import below
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency
from lienthong.kernel.blobs import store_blob

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)
AT = NOON + 60 * ONE_DAY
# The slow reckoning: every paper and every result of the period is looked at.
PAPERS = """
    SELECT agency_id, count(*) FILTER (WHERE filed), count(*) FROM (
        SELECT dossier.id, dossier.agency_id, bool_and(paper.held_id IS NOT NULL) AS filed
        FROM dossiers_dossier dossier JOIN dossiers_dossierpaper paper ON paper.dossier_id = dossier.id
        WHERE dossier.root_id = dossier.id
            AND dossiers_day(dossier.accepted_at) BETWEEN %s AND %s
            AND dossier.agency_id IN (SELECT id FROM directory_agency WHERE parent_id = %s)
        GROUP BY 1, 2
    ) told GROUP BY 1
"""
RESULTS = """
    SELECT agency_id, count(*) FILTER (WHERE EXISTS (
        SELECT FROM dossiers_dossierresult result
        WHERE result.dossier_id = dossier.id AND result.held_id IS NOT NULL
    )), count(*)
    FROM dossiers_dossier dossier
    WHERE root_id = dossier.id AND outcome = 'granted' AND dossiers_day(finished_at) BETWEEN %s AND %s
        AND agency_id IN (SELECT id FROM directory_agency WHERE parent_id = %s)
    GROUP BY 1
"""


class Ground:
    """A province with two communes and a dozen dossiers, linked ones too, to which anything may happen."""

    def __init__(self, seed: int) -> None:
        self.draw, self.province = Random(seed), agency(name="Tỉnh Đếm")
        communes = [below(self.province, number) for number in (1, 2)]
        offers = [offered(at_agency=one) for one in communes]
        self.dossiers = [received(self.draw.choice(offers), at=self.day()) for _number in range(8)]
        of_agency = {offer.agency_id: offer for offer in offers}
        linked = [
            received(
                of_agency[one.agency_id],
                root_id=one.pk,
                applicant=applicant(number=one.applicant.number, name=one.applicant_name),
            )
            for one in self.dossiers[:2]
        ]
        self.dossiers += [submitted(offers[0]), *linked]
        blob = store_blob([b"a file"], at=NOON, max_bytes=100)
        self.held = {
            one.pk: HeldDocument.objects.get_or_create(
                party_id=one.applicant_id,
                name="Giấy",
                blob=blob,
                defaults={"file_name": "a.txt", "given_at": NOON},
            )[0]
            for one in self.dossiers
        }
        for one in self.dossiers[:6]:
            drafted(one)

    def day(self) -> datetime:
        """Some moment of forty days."""
        return NOON + self.draw.randrange(40) * ONE_DAY

    def happen(self) -> int:
        """One statement of any writer, about some of the dossiers; which kind it was."""
        some = self.draw.sample(self.dossiers, self.draw.choice((1, 1, 3)))
        ids = [one.pk for one in some]
        file = self.held[ids[0]] if self.draw.random() < 0.6 else None
        papers, rows = DossierPaper.objects.filter(dossier__in=ids), Dossier.objects.filter(pk__in=ids)
        one_paper = DossierPaper.objects.filter(pk__in=papers[:1].values("pk"))
        kind = self.draw.randrange(7)
        if kind == 0:
            DossierPaper.objects.bulk_create(
                DossierPaper(dossier=one, name="Giấy", held=file, given_at=NOON) for one in some
            )
        elif kind == 1:
            papers.update(held=file)
        elif kind == 2:
            one_paper.delete()
        elif kind == 3:
            one_paper.update(dossier=self.draw.choice(self.dossiers))
        elif kind == 4:
            DossierResult.objects.filter(dossier__in=ids).update(held=file)
        elif kind == 5:
            outcome = self.draw.choice(("granted", "granted", "refused"))
            rows.update(state=9, timing="late", outcome=outcome, finished_at=self.day())
        else:
            rows.exclude(accepted_at=None).update(accepted_at=self.day())
        return kind

    def is_exact(self) -> Counter[str]:
        """Scores and lists say what the papers and results say; what was counted."""
        leader, since = official(self.province, Role.LEADER), NOON.date() + self.draw.randrange(20) * ONE_DAY
        wanted = Wanted(since, since + self.draw.randrange(40) * ONE_DAY, Group.AGENCY, below=True)
        papers, results = (self.reckoned(sql, wanted) for sql in (PAPERS, RESULTS))
        scores = {int(one.key): one for one in quality_scores(leader, wanted, at=AT)}
        for key, score in scores.items():
            told = {one.criterion.key: (one.share.part, one.share.whole) for one in score.scored}
            assert told["papers_filed"] == papers.get(key, (0, 0))
            assert told["result_electronic"] == results.get(key, (0, 0))
            mine = replace(wanted, agency_id=key, below=False)
            for criterion, measures in (
                ("papers_filed", ("filed", "unfiled")),
                ("result_electronic", ("signed", "unsigned")),
            ):
                part, rest = (dossiers_behind(leader, mine, one, at=AT).count() for one in measures)
                assert (part, part + rest) == told[criterion]
        assert {*papers, *results} <= set(scores)
        seen = Counter[str]()
        for name, found in (("papers", papers), ("results", results)):
            for part, whole in found.values():
                seen += Counter({name: part, f"all {name}": whole})
        return seen

    def reckoned(self, sql: str, wanted: Wanted) -> dict[int, tuple[int, int]]:
        """What the slow reckoning finds of each commune."""
        with connection.cursor() as cursor:
            cursor.execute(sql, [wanted.since, wanted.until, self.province.pk])
            return {key: (part, whole) for key, part, whole in cursor.fetchall()}


def test_scores_equal_the_slow_reckoning_after_whatever_happened() -> None:
    seen, kinds = Counter[str](), set[int]()
    for seed in (1, 2):
        ground = Ground(seed)
        for _part in range(8):
            kinds |= {ground.happen() for _number in range(6)}
            if ground.draw.random() < 0.5:
                fold_deltas()
            seen += ground.is_exact()
        assert recount_figures(at=AT).differing == 0
    assert len(kinds) == 7
    assert len(seen) == 4, f"something was never counted: {seen}"


def test_what_was_planted_in_marks_and_counts_is_found_and_mended() -> None:
    ground = Ground(3)
    ground.is_exact()
    fold_deltas()
    Dossier.objects.filter(pk=ground.dossiers[0].pk).update(papers_filed=True, result_signed=True)
    DossierCount.objects.filter(grain=1, with_papers__gt=0).update(papers_filed=7)
    with pytest.raises(AssertionError):
        ground.is_exact()
    found = recount_figures(at=AT)
    assert found.differing > 1
    assert {"dossier": str(ground.dossiers[0].pk)} in found.examples
    ground.is_exact()
    assert recount_figures(at=AT).differing == 0


def test_dossiers_of_before_are_marked_in_batches_and_counted() -> None:
    ground = Ground(4)
    for _number in range(10):
        ground.happen()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dossiers_dossier SET papers_filed = NULL, result_signed = false")
    fold_deltas()
    migration = import_module("lienthong.dossiers.migrations.0013_quality_cells")
    migration.mark_those_of_before(None, SimpleNamespace(connection=connection), batch=3)
    ground.is_exact()
    assert recount_figures(at=AT).differing == 0
