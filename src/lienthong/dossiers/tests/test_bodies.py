"""Which agency a lane means, and who says which department answers for a field."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from lienthong.directory.public import AdministrativeUnit, Agency
from lienthong.dossiers.actions.competence import set_competent_body
from lienthong.dossiers.models import CompetentBody
from lienthong.dossiers.refusals import NoCompetentBody
from lienthong.dossiers.tests.factories import offered, official, open_task, received
from lienthong.identity.public import NotAllowed, Role
from lienthong.identity.tests.factories import agency, official_in
from lienthong.kernel.clock import now
from lienthong.ledger.public import Subject, timeline
from lienthong.procedures.tests.factories import definition, procedure, published
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


def test_the_administrator_of_a_province_names_who_answers_for_a_field(client: Client) -> None:
    province, department, elsewhere = agency(), agency(), agency()
    Agency.objects.filter(pk=province.pk).update(kind="province")
    Agency.objects.filter(pk=department.pk).update(kind="department", parent=province)
    field = procedure().field
    account = official_in(province, Role.ADMINISTRATOR)
    client.force_login(account)
    address = reverse("dossiers:competence")
    sent = {"field": field.code, "agency_id": str(department.pk)}
    for wrong in (elsewhere.pk, province.pk):
        assert client.post(address, {**sent, "agency_id": str(wrong)}).status_code == 422
    client.post(address, {**sent, "agency_id": "x"})
    assert not CompetentBody.objects.exists()
    for _again in range(2):
        client.post(address, sent)
    row = CompetentBody.objects.get()
    assert (row.province_id, row.field, row.agency_id) == (province.pk, field.code, department.pk)
    told = timeline(Subject("directory.agency", str(province.pk)))
    assert [event.verb for event in told] == ["competence.set"], "the second time nothing was new"
    assert f'value="{department.pk}" selected' in client.get(address).content.decode()
    client.post(address, {**sent, "agency_id": ""})
    assert not CompetentBody.objects.exists()
    with pytest.raises(NotAllowed):
        set_competent_body(
            province_id=province.pk,
            field=field.code,
            agency_id=department.pk,
            viewer=official(elsewhere, Role.ADMINISTRATOR, at=now()),
            at=now(),
        )
