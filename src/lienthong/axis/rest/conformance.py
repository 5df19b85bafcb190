"""The operation by which the conformance kit tells how a run went."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from lienthong.axis.actions.reports import accept_report
from lienthong.axis.conformance import Outcome, Report
from lienthong.axis.models import ConnectedSystem
from lienthong.axis.rest import schemas
from lienthong.axis.rest.operations import SystemToken
from lienthong.kernel.clock import now

router = Router(auth=SystemToken())
# What PostgreSQL's text and JSON cannot hold must not come in.
_NO_NUL = r"^[^\x00]*$"


class OutcomeIn(Schema):
    model_config = ConfigDict(extra="forbid")

    case: Annotated[str, Field(max_length=60, pattern=_NO_NUL)]
    passed: bool
    got: Annotated[str, Field(max_length=500, pattern=_NO_NUL)] = ""
    seconds: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] = 0


class ReportIn(Schema):
    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(max_length=500)] = ""
    client_id: Annotated[str, Field(max_length=60)]
    started_at: schemas.BelievableTime
    finished_at: schemas.BelievableTime
    outcomes: Annotated[list[OutcomeIn], Field(max_length=500)]
    packet_id: Annotated[str, Field(max_length=60)] = ""


class ReportOut(Schema):
    verdict: str = Field(description="passed, failed, incomplete (cases left out) or unproven")
    missing: list[str] = Field(description="cases that were left out, or that our records do not show")


@router.post(
    "/conformance-reports",
    response={201: ReportOut},
    summary="Report a run of the conformance kit",
    openapi_extra={"responses": schemas.problems(400, 401, 403, 422)},
)
def send_report(request: HttpRequest, report: ReportIn) -> Status[Any]:
    """Only with the own token of a system in the sandbox. What is claimed is compared with our records."""
    system: ConnectedSystem = request.auth  # type: ignore[attr-defined]
    row = accept_report(
        system,
        Report(
            url=report.url,
            client_id=report.client_id,
            started_at=report.started_at,
            finished_at=report.finished_at,
            outcomes=tuple(Outcome(**outcome.dict()) for outcome in report.outcomes),
            packet_id=report.packet_id,
        ),
        at=now(),
    )
    return Status(201, {"verdict": row.verdict, "missing": row.missing})
