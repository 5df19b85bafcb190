"""The facade for provincial systems against its own description, as schemathesis calls and judges it."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from lienthong.axis.actions.submission import submit_packet
from lienthong.axis.models import Delivery
from lienthong.axis.tests.factories import AT, World, bearer, edxml_packet, one_connection, signed, world
from lienthong.config.wsgi import application

__all__ = ["one_connection", "world"]
# What is left out: that valid data is accepted, since no generator signs packets.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
    unsupported_method,
    ignored_auth,
]


schema = schemathesis.openapi.from_wsgi("/lgsp/v1/openapi.json", application)


@pytest.fixture
def delivery(world: World) -> Delivery:
    """A packet on its way to the system that asks."""
    submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
    return Delivery.objects.get()


@pytest.mark.usefixtures("one_connection")
@schema.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_answers_as_described(
    case: schemathesis.Case, world: World, delivery: Delivery
) -> None:
    if case.meta and case.meta.generation.mode.is_positive and "docId" in (case.query or {}):
        case.query["docId"] = str(delivery.pk)
    # A parameter that nobody has described breaks no rule of HTTP, and clients in service send some.
    stranger = set(case.query or {}) - {one.name for one in case.operation.query}
    checks = [check for check in CHECKS if not (stranger and check is negative_data_rejection)]
    case.call_and_validate(headers=bearer(world.receiver), checks=checks)
