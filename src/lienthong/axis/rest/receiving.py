"""The operations of `/axis/v1` for receivers: leases, notices and webhooks."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from lienthong.axis.actions.leases import claim_deliveries, release_delivery
from lienthong.axis.actions.webhooks import remove_webhook, rotate_secret, set_webhook
from lienthong.axis.contracts import Claim, NoticePage, WebhookFacts, WebhookSecret
from lienthong.axis.models import ConnectedSystem
from lienthong.axis.queries.notices import notices_of
from lienthong.axis.queries.webhooks import webhook_facts
from lienthong.axis.rest import schemas
from lienthong.axis.rest.operations import SystemToken
from lienthong.kernel.clock import now

router = Router(auth=SystemToken())


@router.post(
    "/inbox/claim",
    response={200: schemas.ClaimOut},
    summary="Take deliveries for a time, alone",
    openapi_extra={"responses": schemas.problems(400, 401, 422)},
)
def claim_inbox(request: HttpRequest, asked: schemas.ClaimIn) -> Claim:
    """The oldest deliveries nobody has collected or holds; no other poller gets them until the lease ends.

    Reporting any status settles a delivery. A lease that ends returns it by itself.
    """
    return claim_deliveries(_system(request), limit=asked.limit, seconds=asked.lease_seconds, at=now())


@router.post(
    "/deliveries/{delivery_id}/release",
    response={200: schemas.StateOut},
    summary="Give a delivery back before its lease ends",
    openapi_extra={"responses": schemas.problems(400, 401, 404, 409, 422)},
)
def release_lease(request: HttpRequest, delivery_id: UUID, lease: schemas.ReleaseIn) -> dict[str, object]:
    """The next poller gets it at once. Only the system that holds the lease can, with its token."""
    state = release_delivery(_system(request), delivery_id, lease.lease_token, at=now())
    return {"delivery_id": delivery_id, "state": state.value}


@router.get(
    "/notices",
    response={200: schemas.NoticePageOut},
    summary="Read what nobody collects",
    openapi_extra={"responses": schemas.problems(400, 401, 422)},
)
def read_notices(request: HttpRequest, page: Query[schemas.NoticesQuery]) -> NoticePage:
    """Deliveries to or from your agencies that nobody collected in time, oldest first; keep `next`."""
    return notices_of(_system(request), after=page.cursor, limit=page.limit)


@router.get(
    "/webhook",
    response={200: schemas.WebhookOut},
    summary="See your webhook",
    openapi_extra={"responses": schemas.problems(401, 404)},
)
def read_webhook(request: HttpRequest) -> WebhookFacts:
    """Its address and times; the secret is never shown again."""
    return webhook_facts(_system(request))


@router.put(
    "/webhook",
    response={200: schemas.WebhookSecretOut},
    summary="Be told of deliveries at an address",
    openapi_extra={"responses": schemas.problems(400, 401, 422)},
)
def put_webhook(request: HttpRequest, webhook: schemas.WebhookIn) -> dict[str, str | None]:
    """HTTPS only, no private network. The first time the answer has the secret; a new address keeps it."""
    system = _system(request)
    made = set_webhook(system, address=webhook.address, actor=system.actor(), at=now())
    return {"address": webhook.address.strip(), "secret": made.secret if made else None}


@router.post(
    "/webhook/secret",
    response={200: schemas.WebhookSecretOut},
    summary="Change the secret of your webhook",
    openapi_extra={"responses": schemas.problems(401, 404)},
)
def change_webhook_secret(request: HttpRequest) -> WebhookSecret:
    """The new secret. For a set time messages carry the signatures of both, so that nothing is missed."""
    system = _system(request)
    return rotate_secret(system, actor=system.actor(), at=now())


@router.delete(
    "/webhook",
    response={204: None},
    summary="Be told of deliveries no more",
    openapi_extra={"responses": schemas.problems(401, 404)},
)
def delete_webhook(request: HttpRequest) -> HttpResponse:
    """What you were not told of stays in the inbox."""
    system = _system(request)
    remove_webhook(system, actor=system.actor(), at=now())
    return HttpResponse(status=204)


def _system(request: HttpRequest) -> ConnectedSystem:
    """The system that the token belongs to."""
    system: ConnectedSystem = request.auth  # type: ignore[attr-defined]
    return system
