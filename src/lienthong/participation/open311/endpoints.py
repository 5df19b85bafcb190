"""Open311 GeoReport v2: services, requests, one request, and where to find them.

The published specification (wiki.open311.org/GeoReport_v2) with services that answer at once ("realtime"), so
without tokens. What is listed is what an official has published; of other requests, whoever knows the id gets
the state without what was said.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from lienthong.identity.public import visitor_of
from lienthong.kernel.access import public_page
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.errors import Refusal
from lienthong.ledger.public import Actor
from lienthong.participation import floods, queries
from lienthong.participation.actions.arranging import client_of
from lienthong.participation.actions.sending import send_feedback
from lienthong.participation.forms import named
from lienthong.participation.models import ApiClient, Category, Feedback
from lienthong.participation.open311 import asking, wire
from lienthong.participation.open311.asking import CLOSED, OPEN, Wanted, Wrong
from lienthong.participation.refusals import UnknownCategory
from lienthong.participation.states import KIND_LABELS, REASON_LABELS, State

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
MAX_BODY = 64 * 1024
FORM = "application/x-www-form-urlencoded"
ENDED = (State.ANSWERED, State.CLOSED, State.REFUSED)
_OPEN_TO_ALL = "Open311: anyone reads what was published; whoever sends shows a key of their application"
View = Callable[..., HttpResponse]


def _spoken(view: View) -> View:
    """Answer what is wrong as the standard has it, in the form asked for."""

    @wraps(view)
    def answered(request: HttpRequest, form: str, **kwargs: Any) -> HttpResponse:
        if form not in wire.FORMATS:
            return wire.error_answer("xml", 404, _("The formats are xml and json."))
        try:
            return view(request, form, **kwargs)
        except Wrong as wrong:
            return wire.error_answer(form, wrong.status, wrong.description)
        except Refusal as refusal:
            status = {404: 404, 403: 403, 429: 429, 503: 503}.get(refusal.status, 400)
            return wire.error_answer(form, status, refusal.say())

    return answered


@public_page(_OPEN_TO_ALL)
@require_GET
@_spoken
def discovery(request: HttpRequest, form: str) -> HttpResponse:
    """Where the service is, in which version and formats."""
    endpoint = {
        "specification": SPECIFICATION,
        "url": request.build_absolute_uri(reverse("participation:open311_services", args=[form])).rsplit(
            "/", 1
        )[0],
        "changeset": "2026-11-25T00:00:00+07:00",
        "type": "production",
        "formats": [one.partition(";")[0] for one in wire.FORMATS.values()],
    }
    about = {
        "changeset": "2026-11-25T00:00:00+07:00",
        "contact": request.build_absolute_uri("/"),
        "key_service": _("A key is given by the operator of this platform."),
        "endpoints": [endpoint],
    }
    return wire.answer(form, "discovery", about)  # type: ignore[arg-type]


@public_page(_OPEN_TO_ALL)
@require_GET
@_spoken
def services(request: HttpRequest, form: str) -> HttpResponse:
    """What feedback may be about; the same in every province."""
    asking.jurisdiction(request.GET.dict(), on=now().astimezone(VIETNAM).date())
    rows: list[wire.Row] = [
        {
            "service_code": one.code,
            "service_name": named(one),
            "description": one.description_en or one.description or named(one),
            "metadata": True,
            "type": "realtime",
            "keywords": f"{one.name}, {one.name_en}",
            "group": "",
        }
        for one in queries.categories()
    ]
    return wire.answer(form, "services", rows)


@public_page(_OPEN_TO_ALL)
@require_GET
@_spoken
def service(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """The attributes of one service: what kind of feedback, and whether the answer may be shown."""
    asking.jurisdiction(request.GET.dict(), on=now().astimezone(VIETNAM).date())
    category = _category(code)
    kinds = [{"key": kind, "name": str(label)} for kind, label in KIND_LABELS.items()]
    public = [{"key": "yes", "name": _("Yes")}, {"key": "no", "name": _("No")}]
    attributes = [
        _attribute("kind", 1, _("What do you want to say?"), kinds),
        _attribute("public", 2, _("May the answer be shown to everyone?"), public),
    ]
    definition: wire.Row = {"service_code": category.code, "attributes": attributes}
    return wire.answer(form, "service_definition", definition)


@csrf_exempt
@public_page(_OPEN_TO_ALL)
@never_cache
@require_http_methods(["GET", "POST"])
@_spoken
def requests(request: HttpRequest, form: str) -> HttpResponse:
    """The list of published requests; or a new one, with the key of the application that sends it."""
    if request.method == "POST":
        return _create(request, form)
    at = now()
    said = request.GET.dict()
    province = asking.jurisdiction(said, on=at.astimezone(VIETNAM).date())
    rows = _chosen(asking.wanted(said, at=at), province.pk)
    return wire.answer(form, "service_requests", _rows(request, rows))


@public_page(_OPEN_TO_ALL)
@never_cache
@require_GET
@_spoken
def one_request(request: HttpRequest, form: str, request_id: UUID) -> HttpResponse:
    """One request: whole if it was published, else where it stands."""
    province = asking.jurisdiction(request.GET.dict(), on=now().astimezone(VIETNAM).date())
    rows = _chosen(Wanted(ids=(request_id,)), province.pk)
    if not rows:
        raise Wrong(404, _("service_request_id was not found."))
    return wire.answer(form, "service_requests", _rows(request, rows))


def _create(request: HttpRequest, form: str) -> HttpResponse:
    at, said = now(), _body(request)
    on = at.astimezone(VIETNAM).date()
    client = _client(said, source=visitor_of(request).source)
    province = asking.jurisdiction(said, on=on)
    new = asking.new_request(said, province, client_id=client.pk, on=on)
    _category(new.category)
    # By the application, not by its address: all its users come from the same one.
    actor = Actor(kind="system", id=str(client.pk), name=client.name, source="open311")
    feedback = send_feedback(new=new, actor=actor, at=at, limit=floods.CLIENT)
    notice = _("Follow it on this portal with the code %(code)s.") % {"code": feedback.shown_code}
    row = {"service_request_id": str(feedback.pk), "service_notice": notice, "account_id": None}
    return wire.answer(form, "service_requests", [row], status=201)


def _body(request: HttpRequest) -> dict[str, str]:
    """The fields of the body, of which only so much is read at all."""
    if request.content_type != FORM:
        raise Wrong(400, _("The body is application/x-www-form-urlencoded."))
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MAX_BODY:
        raise Wrong(413, _("The body has more than 64 KB."))
    body = request.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise Wrong(413, _("The body has more than 64 KB."))
    try:
        text = body.decode("utf-8")
        return {**request.GET.dict(), **QueryDict(text, encoding="utf-8").dict()}
    except (UnicodeDecodeError, ValueError) as error:
        raise Wrong(400, _("The body is not UTF-8, or no form.")) from error


def _client(said: dict[str, str], *, source: str) -> ApiClient:
    """The application of the key; wrong keys are counted by address, and soon not looked at."""
    at = now()
    floods.require_calm(floods.WRONG_KEY, source, at=at)
    client = client_of(said.get("api_key", "")[:200])
    if client is None:
        floods.mark(floods.WRONG_KEY, source, at=at)
        raise Wrong(403, _("api_key is missing or invalid."))
    return client


def _category(code: str) -> Category:
    try:
        return queries.find_category(code)
    except UnknownCategory as error:
        raise Wrong(404, _("service_code was not found.")) from error


def _attribute(
    code: str, order: int, description: str, values: list[dict[str, str]]
) -> dict[str, wire.Value]:
    return {
        "variable": True,
        "code": code,
        "datatype": "singlevaluelist",
        "required": False,
        "datatype_description": None,
        "order": order,
        "description": description,
        "values": values,
    }


def _chosen(wanted: Wanted, province_id: int) -> list[Feedback]:
    """The requests asked for. One query."""
    if wanted.ids:
        return list(queries.of_province(province_id).filter(pk__in=wanted.ids))
    rows = queries.published(province_id=province_id).filter(
        sent_at__gte=wanted.since, sent_at__lte=wanted.until
    )
    if wanted.services:
        rows = rows.filter(category__code__in=wanted.services)
    if wanted.states == {OPEN}:
        return []  # what is published was answered
    first = (wanted.page - 1) * wanted.size
    return list(rows.order_by("-sent_at", "-pk")[first : first + wanted.size])


def _rows(request: HttpRequest, rows: list[Feedback]) -> list[wire.Row]:
    photos = queries.public_photos([row.pk for row in rows])
    return [_row(request, row, [photo.pk for photo in photos.get(row.pk, [])]) for row in rows]


def _row(request: HttpRequest, feedback: Feedback, photos: list[UUID]) -> wire.Row:
    shown = feedback.published_at is not None
    where = shown and feedback.shows_place
    notes = feedback.answer if shown else str(REASON_LABELS.get(feedback.refusal, ""))
    address = ", ".join(filter(None, (feedback.place, feedback.unit.name))) if where else ""
    picture = reverse("participation:public_photo", args=[photos[0]]) if photos else ""
    return {
        "service_request_id": str(feedback.pk),
        "status": CLOSED if feedback.state in ENDED else OPEN,
        "status_notes": notes,
        "service_name": named(feedback.category),
        "service_code": feedback.category.code,
        "description": feedback.public_text if shown else "",
        "agency_responsible": feedback.agency.name if feedback.agency else "",
        "service_notice": "",
        "requested_datetime": feedback.sent_at,
        "updated_datetime": feedback.closed_at or feedback.answered_at or feedback.sent_at,
        "expected_datetime": feedback.due_at,
        "address": address,
        "address_id": feedback.unit.code if where else "",
        "zipcode": "",
        "lat": feedback.latitude if where else None,
        "long": feedback.longitude if where else None,
        "media_url": request.build_absolute_uri(picture) if picture else "",
    }
