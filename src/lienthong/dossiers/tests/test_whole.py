"""The page of a dossier reads in few fixed statements what the ORM would find, and only what there is."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from lienthong.dossiers.actions.receiving import receive_at_counter
from lienthong.dossiers.actions.supplements import ask_supplement
from lienthong.dossiers.contracts import GivenFile, Supplement
from lienthong.dossiers.models import Dossier, DossierResult, DossierTask, FarStep, HandOut
from lienthong.dossiers.tests.across import at_the_far_step, pair
from lienthong.dossiers.tests.factories import NOON, intake, offered, official, received, receptionist
from lienthong.dossiers.tests.results import drafted, examined, signing_offer
from lienthong.dossiers.whole import Whole, read_papers, read_pauses, read_slips, read_tasks, read_whole
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import official_in
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.clock import now

pytestmark = pytest.mark.django_db


def whole_of(dossier: Dossier) -> Whole:
    found = read_whole(dossier.pk, agency_id=dossier.agency_id)
    assert found is not None
    return found


def test_what_else_there_is_of_a_dossier_is_said_with_it() -> None:
    two = pair()
    plain, asked, drafting = received(), received(), examined(signing_offer())
    away = at_the_far_step(two)
    two.at_home()
    supplement = Supplement(("Giấy chứng sinh",), "Ảnh mờ")
    worker = official(asked.agency, Role.SPECIALIST)
    ask_supplement(dossier_id=asked.pk, asked=supplement, viewer=worker, at=NOON)
    drafted(drafting)
    offer = offered()
    first, second = intake(offer), intake(offered(at_agency=offer.agency))
    root = receive_at_counter(intake=first, linked=[second], viewer=receptionist(offer.agency), at=NOON)
    HandOut.objects.create(
        dossier=plain, way="counter", received_by="A", party=plain.applicant, handed_at=NOON,
        handed_by_id=official(plain.agency, Role.RECEPTIONIST).official_id,
    )  # fmt: skip
    for one in (plain, asked, drafting, away, root):
        found = whole_of(one)
        said = Dossier.objects.get(pk=one.pk)
        assert found.dossier == said
        assert found.paused == said.pauses.exists() == (one == asked)
        assert found.linked == (one == root)
        assert found.has_results == DossierResult.objects.filter(dossier=one).exists() == (one == drafting)
        assert found.has_far_steps == FarStep.objects.filter(task__dossier=one).exists() == (one == away)
        assert getattr(found.dossier, "supplement", None) == getattr(said, "supplement", None)
        assert getattr(found.dossier, "hand_out", None) == getattr(said, "hand_out", None)
        assert [task.pk for task in read_tasks(one.pk)] == [
            task.pk for task in DossierTask.objects.filter(dossier=one).order_by("opened_at", "pk")
        ]
        assert read_papers(one.pk) == list(said.papers.all())
        assert read_slips(one.pk) == list(said.slips.all())
        assert read_pauses(one.pk) == list(said.pauses.all())
    assert whole_of(plain).dossier.hand_out.handed_by is not None


def test_the_page_of_a_dossier_takes_the_queries_of_one_with_less(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    files = [
        GivenFile(store_blob([b"scan %d" % number], at=NOON, max_bytes=100).sha256, "Giấy", f"{number}.txt")
        for number in range(6)
    ]
    client, offer = Client(), offered()
    client.force_login(official_in(offer.agency, Role.AUDITOR))
    few, many = (received(offer, at=now(), files=tuple(some)) for some in (files[:1], files))
    client.get(reverse("dossiers:dossier", args=[few.pk]))
    for one, papers in ((few, 1), (many, 6)):
        with django_assert_num_queries(14):
            page = client.get(reverse("dossiers:dossier", args=[one.pk])).content.decode()
        assert page.count("/dossiers/papers/") == papers
