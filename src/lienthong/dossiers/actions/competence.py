"""Which agency of a province answers for a field, as its administrator says."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lienthong.directory.public import Agency
from lienthong.dossiers import policies
from lienthong.dossiers.models import CompetentBody
from lienthong.dossiers.queries import bodies_below
from lienthong.dossiers.refusals import BodyUnknown
from lienthong.identity.public import NotAllowed, NotFound, Viewer
from lienthong.ledger.public import Subject, record
from lienthong.procedures.public import ServiceField


def set_competent_body(
    *, province_id: int, field: str, agency_id: int | None, viewer: Viewer, at: datetime
) -> bool:
    """Say who answers for the field in the province, or (None) that nobody does; whether that is new.

    Dossiers that were accepted keep the bodies they have.

    Raises:
        NotAllowed: the viewer is no administrator of the province. NotFound: there is no such field.
        BodyUnknown: the agency is not one below the province.
    """
    if not policies.names_bodies(viewer) or viewer.agency_id != province_id:
        raise NotAllowed
    found = ServiceField.objects.filter(code=field).first()
    if found is None:
        raise NotFound
    chosen = bodies_below(province_id, on=at).filter(pk=agency_id).first() if agency_id else None
    if agency_id and chosen is None:
        raise BodyUnknown(field=field)
    with transaction.atomic():
        province = Agency.objects.select_for_update().get(pk=province_id)
        row = CompetentBody.objects.filter(province=province, field=field).first()
        if (row.agency_id if row else None) == agency_id:
            return False
        if chosen is None:
            CompetentBody.objects.filter(province=province, field=field).delete()
        else:
            CompetentBody.objects.update_or_create(
                province=province, field=field, defaults={"agency": chosen}
            )
        record(
            actor=viewer.actor(),
            verb="competence.set",
            subject=Subject("directory.agency", str(province_id)),
            at=at,
            data={"field": found.name, "body": chosen.name if chosen else ""},
        )
    return True
