"""Who may call the routes of the portal."""

from __future__ import annotations

from tests.architecture.routes import Route, World, held, only, public

from lienthong.dossiers.public import submit_online
from lienthong.dossiers.tests.factories import intake
from lienthong.identity.public import Role, visitor_for
from lienthong.kernel.clock import now
from lienthong.portal.actions.drafting import keep_file, start_draft
from lienthong.portal.models import Draft
from lienthong.portal.tests.applying import online, picture
from lienthong.procedures.public import ServiceOffer

BOTH = ("GET", "POST")


def _offer(world: World) -> dict[str, object]:
    found = ServiceOffer.objects.filter(agency=world.ours, channel="online-whole").first()
    return {"offer_id": (found or online(at_agency=world.ours)).pk}


def _draft(world: World) -> dict[str, object]:
    offer = ServiceOffer.objects.get(pk=_offer(world)["offer_id"])
    visitor = visitor_for(world.citizen)
    return {"draft_id": start_draft(offer=offer, visitor=visitor, secret="", at=now()).pk}


def _file(world: World) -> dict[str, object]:
    drawn = _draft(world)
    row = keep_file(draft=Draft.objects.get(pk=drawn["draft_id"]), upload=picture(), at=now())
    return {**drawn, "file_id": row.pk}


def _sent(world: World) -> dict[str, object]:
    drawn = _draft(world)
    offer = ServiceOffer.objects.get(pk=_offer(world)["offer_id"])
    made = submit_online(intake=intake(offer), visitor=visitor_for(world.citizen), at=now())
    Draft.objects.filter(pk=drawn["draft_id"]).update(dossier=made)
    return drawn


ROUTES: dict[str, Route] = {
    "portal:home": public(),
    "portal:apply": public(methods=BOTH, kwargs=_offer),
    "portal:drafts": public(),
    "portal:resume": public(methods=BOTH),
    "portal:draft": held(kwargs=_draft),
    "portal:form_page": held(methods=BOTH, kwargs=lambda world: {**_draft(world), "key": "child"}),
    "portal:papers": held(methods=BOTH, kwargs=_draft),
    "portal:person": held(methods=BOTH, kwargs=_draft),
    "portal:review": held(methods=BOTH, kwargs=_draft),
    "portal:receipt": held(kwargs=_sent),
    "portal:receipt_pdf": held(kwargs=_sent),
    "portal:pay": held(methods=("POST",), kwargs=_sent),
    "portal:discard": held(methods=("POST",), kwargs=_draft),
    "portal:show_at_counter": held(methods=("POST",), kwargs=_draft),
    "portal:at_counter": only(Role.RECEPTIONIST, methods=BOTH, shared=True),
    "portal:signers": held(methods=BOTH, kwargs=_draft),
    "portal:co_sign": public(methods=BOTH),
    "portal:draft_file": held(kwargs=_file),
}
