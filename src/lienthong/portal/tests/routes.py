"""Who may call the routes of the portal."""

from __future__ import annotations

from tests.architecture.routes import Route, World, held, public

from lienthong.dossiers.public import submit_online
from lienthong.dossiers.tests.factories import intake
from lienthong.identity.public import visitor_for
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

from tests.architecture.routes import Route, World, citizens, public

from lienthong.dossiers.public import Dossier
from lienthong.dossiers.tests.factories import decided
from lienthong.portal.tests.factories import asked_of, own_dossier, scanned

BOTH = ("GET", "POST")


def _dossier(world: World) -> Dossier:
    return own_dossier(world.citizen, at=world.at)


def _id(world: World) -> dict[str, object]:
    return {"dossier_id": _dossier(world).pk}


def _asked(world: World) -> dict[str, object]:
    return {"dossier_id": asked_of(_dossier(world), at=world.at).pk}


def _slip(world: World) -> dict[str, object]:
    return {"slip_id": _dossier(world).slips.get().pk}


def _paper(world: World) -> dict[str, object]:
    dossier = own_dossier(world.citizen, at=world.at, files=(scanned(at=world.at),))
    return {"paper_id": dossier.papers.get(held__isnull=False).pk}


def _document(world: World) -> dict[str, object]:
    dossier = own_dossier(world.citizen, at=world.at, files=(scanned(at=world.at),))
    return {"held_id": dossier.papers.get(held__isnull=False).held_id}


def _result(world: World) -> dict[str, object]:
    return {"result_id": decided(_dossier(world), at=world.at).pk}

from tests.architecture.routes import Route, World, needs, public

from lienthong.identity.public import Role
from lienthong.portal.models import Site
from lienthong.portal.tests.factories import arms_of
from lienthong.procedures.models import PaperSample
from lienthong.procedures.tests.factories import offer, published


def _offer(world: World) -> dict[str, object]:
    return {"offer_id": offer(published(), world.ours).pk}


def _code(world: World) -> dict[str, object]:
    return {"code": published().procedure.code}


def _sample(world: World) -> dict[str, object]:
    version = published(samples=1)
    return {"sample_id": PaperSample.objects.filter(version=version).values_list("pk", flat=True)[0]}


def _arms(world: World) -> dict[str, object]:
    arms = arms_of()
    Site.objects.update_or_create(agency=world.ours, defaults={"slug": "ours", "name": "A", "arms": arms})
    return {"sha256": arms.pk}


ROUTES: dict[str, Route] = {
    "portal:home": public(),
    "portal:figures": public(),
    "portal:late": public(),
    "portal:open_data": public(),
    "portal:open_catalogue": public(),
    "portal:dataset": public(kwargs=lambda world: {"key": "services", "kind": "csv"}),
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
    "portal:draft_file": held(kwargs=_file),
    "portal:follow": public(),
    "portal:mine": citizens(),
    "portal:documents": citizens(),
    "portal:dossier": citizens(kwargs=_id),
    "portal:opened": citizens(kwargs=_id),
    "portal:supplement": citizens(methods=BOTH, kwargs=_asked),
    "portal:withdraw": citizens(methods=BOTH, kwargs=_id),
    "portal:pay_dossier": citizens(methods=BOTH, kwargs=_id),
    "portal:slip": citizens(kwargs=_slip),
    "portal:paper": citizens(kwargs=_paper),
    "portal:result": citizens(kwargs=_result),
    "portal:document": citizens(kwargs=_document),
    "portal:services": public(),
    "portal:suggest": public(),
    "portal:service": public(kwargs=_code),
    "portal:offer": public(kwargs=_offer),
    "portal:sample": public(kwargs=_sample),
    "portal:event": public(kwargs=lambda world: {"key": "birth"}),
    "portal:bodies": public(),
    "portal:body": public(kwargs=lambda world: {"code": world.ours.code}),
    "portal:place": public(methods=("GET", "POST")),
    "portal:arms": public(kwargs=_arms),
    "portal:site": needs(Role.ADMINISTRATOR, methods=("GET", "POST")),
}
