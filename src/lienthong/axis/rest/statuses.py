"""Many statuses in one call of `/axis/v1`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict, Field, ValidationError

from lienthong.axis.actions.figures import count_refusals
from lienthong.axis.actions.statuses import report_statuses
from lienthong.axis.contracts import StatusReport
from lienthong.axis.models import ConnectedSystem
from lienthong.axis.rest import schemas
from lienthong.axis.rest.operations import SystemToken
from lienthong.axis.rest.problems import invalid_request
from lienthong.axis.states import DeliveryState
from lienthong.kernel.clock import now
from lienthong.kernel.errors import Refusal

STATUSES_MOST = 1000
_REFUSED = {"description": "anything else: it is refused in its own answer"}
router = Router(auth=SystemToken())


class DeliveryStatusIn(schemas.StatusIn):
    delivery_id: UUID


class StatusesIn(Schema):
    model_config = ConfigDict(extra="forbid")

    # Each is read by itself, so that a broken one costs only its own answer.
    reports: Annotated[
        list[Any],
        Field(
            min_length=1,
            max_length=STATUSES_MOST,
            json_schema_extra={"items": {"anyOf": [DeliveryStatusIn.model_json_schema(), _REFUSED]}},
        ),
    ]


class StatusAnswerOut(Schema):
    delivery_id: UUID | None = Field(None, description="none if it could not be read")
    status: int = Field(description="as the report alone would have been answered: 200, or of the refusal")
    state: str | None = None
    problem: dict[str, Any] | None = Field(None, description="a problem document (RFC 9457)")


class StatusAnswersOut(Schema):
    answers: list[StatusAnswerOut] = Field(description="one for each report, in the order of the reports")


@router.post(
    "/deliveries/statuses",
    response={200: StatusAnswersOut},
    summary="Report up to 1,000 statuses",
    openapi_extra={"responses": schemas.problems(400, 401, 422)},
)
def send_statuses(request: HttpRequest, asked: StatusesIn) -> dict[str, list[dict[str, Any]]]:
    """Each report gets the answer that it would have got alone, and they are taken in their order.

    Several may be of one delivery. They are kept in sets of 100, each set durable before it is answered. A
    call cut off on the way may be sent again as it is: what was recorded changes nothing.
    """
    system: ConnectedSystem = request.auth  # type: ignore[attr-defined]
    at, read = now(), [_read(report) for report in asked.reports]
    sound = [one for one in read if not isinstance(one, Refusal)]
    states = iter(report_statuses(system, sound, at=at))
    answers = [
        _answer(None, one) if isinstance(one, Refusal) else _answer(one[0], next(states)) for one in read
    ]
    count_refusals(_codes(answers), system=system, at=at)
    return {"answers": answers}


def _read(report: object) -> tuple[UUID, StatusReport] | Refusal:
    try:
        found = DeliveryStatusIn.model_validate(report)
    except ValidationError as error:
        return invalid_request(error.errors())
    return found.delivery_id, StatusReport(**found.dict(exclude={"delivery_id"}))


def _answer(delivery_id: UUID | None, answer: DeliveryState | Refusal) -> dict[str, Any]:
    if isinstance(answer, Refusal):
        return {"delivery_id": delivery_id, "status": answer.status, "problem": answer.problem()}
    return {"delivery_id": delivery_id, "status": 200, "state": answer.value}


def _codes(answers: Iterable[dict[str, Any]]) -> list[str]:
    return [answer["problem"]["title"] for answer in answers if "problem" in answer]
