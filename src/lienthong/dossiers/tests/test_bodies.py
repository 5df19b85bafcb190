"""Which agency a lane means."""

from __future__ import annotations

import pytest

from lienthong.directory.public import AdministrativeUnit, Agency
from lienthong.dossiers.refusals import NoCompetentBody
from lienthong.dossiers.tests.factories import offered, open_task, received
from lienthong.identity.tests.factories import agency
from lienthong.procedures.tests.factories import definition, published
from lienthong.procedures.tests.forms import form, page, question
from lienthong.procedures.tests.processes import process, task, way

pytestmark = pytest.mark.django_db
PLOT = form(page("plot", question("plot_place", "place")))
AT_THE_COMMUNE = process(
    task("receive", 15, "desk"),
    task("look", 60, "commune"),
    ways=[way("begin>receive"), way("receive>look"), way("look>end")],
    lanes=[
        {"key": "desk", "name": "Bộ phận Một cửa", "role": "receptionist"},
        {"key": "commune", "name": "Xã nơi có đất", "body": "commune"},
    ],
)


@pytest.mark.parametrize("owner", ["province", "commune"])
def test_a_lane_of_the_commune_is_its_owner_or_the_commune_that_the_form_names(owner: str) -> None:
    says = definition(form=PLOT, process=AT_THE_COMMUNE, fees=(), papers=())
    ours, theirs = agency(), agency()
    unit = AdministrativeUnit.objects.create(edition=2025, level=3, code="05533", kind="xã", name="Đại Từ")
    Agency.objects.filter(pk=ours.pk).update(kind=owner)
    Agency.objects.filter(pk=theirs.pk).update(kind="commune", unit=unit)
    offer = offered(published(says=says), Agency.objects.get(pk=ours.pk))
    dossier = received(offer, answers={"plot_place": "05533"}, papers=())
    assert open_task(dossier, "look").agency_id == (ours.pk if owner == "commune" else theirs.pk)
    if owner == "province":
        with pytest.raises(NoCompetentBody):
            received(offer, answers={"plot_place": "00004"}, papers=())
