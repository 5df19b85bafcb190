"""The head of a division finds its work files in the list, by words, on their pages and in the export."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lienthong.directory.public import Division
from lienthong.identity.public import Role, acting_viewer
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.clock import now
from lienthong.office.tests.pages import client_of, text_of
from lienthong.office.tests.work_files import work_file

pytestmark = pytest.mark.django_db


def test_a_head_finds_the_files_of_the_division_and_no_others() -> None:
    ours, at = agency(), now()
    own, other = (Division.objects.create(agency=ours, name=name) for name in ("Kinh tế", "Văn hoá"))

    def kept(division: Division, title: str) -> str:
        keeper = acting_viewer(official_in(ours, Role.SPECIALIST, division=division), at=at)
        return str(work_file(keeper, title=title, at=at).pk)

    mine, theirs = kept(own, "Hồ sơ chợ phiên"), kept(other, "Hồ sơ lễ hội")
    head = client_of(official_in(ours, Role.HEAD, division=own))
    listing, export = reverse("office:work_files"), reverse("office:work_files_export")
    for address in (listing, export):
        for asked in ({"tab": "division"}, {"tab": "all"}, {"tab": "all", "text": "ho so"}):
            said = text_of(head.get(address, asked))
            assert "Hồ sơ chợ phiên" in said, (address, asked)
            assert "Hồ sơ lễ hội" not in said
        assert "Hồ sơ chợ phiên" not in text_of(head.get(address, {"tab": "mine"}))
    page = head.get(reverse("office:work_file", args=[mine]))
    assert page.status_code == 200
    assert "Change title and retention period" not in text_of(page)
    assert head.get(reverse("office:work_file", args=[theirs])).status_code == 404
    colleague = client_of(official_in(ours, Role.SPECIALIST, division=own))
    assert colleague.get(reverse("office:work_file", args=[mine])).status_code == 404
