"""The API of the axis against its own description: schemathesis makes the calls, in-process, and judges."""

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
from lienthong.axis.actions.uploads import open_upload
from lienthong.axis.models import Delivery, Upload
from lienthong.axis.tests.factories import AT, World, bearer, edxml_packet, one_connection, signed, world
from lienthong.config.wsgi import application
from lienthong.kernel.clock import now

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


@schemathesis.serializer("application/offset+octet-stream")
def as_it_is(context: schemathesis.SerializationContext, value: object) -> object:
    """Bytes of an upload."""
    return value if isinstance(value, bytes) else str(value).encode()


schema = schemathesis.openapi.from_wsgi("/axis/v1/openapi.json", application)
# More packets than one call may bring are refused as too large; another version of tus, and bytes without a
# length, have a status of their own.
rejection = schema.config.checks.negative_data_rejection
rejection.expected_statuses = [*rejection.expected_statuses, "411", "412", "413"]


@pytest.fixture
def delivery(world: World) -> Delivery:
    """A packet on its way to the system that asks."""
    submit_packet(signed(edxml_packet(), world.office), system=world.system, at=AT)
    return Delivery.objects.get()


@pytest.fixture
def upload(world: World) -> Upload:
    """Begun by the system that asks."""
    return open_upload(world.receiver, length=10, at=now())


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
    case: schemathesis.Case, world: World, delivery: Delivery, upload: Upload
) -> None:
    if case.meta and case.meta.generation.mode.is_positive:
        known = {"delivery_id": delivery.pk, "packet_id": delivery.packet_id, "upload_id": upload.pk}
        case.path_parameters.update({name: str(known[name]) for name in case.path_parameters})
    # A header that nobody has described breaks no rule of HTTP.
    stranger = any(name.lower().startswith("x-schemathesis") for name in case.headers)
    checks = [check for check in CHECKS if not (stranger and check is negative_data_rejection)]
    case.call_and_validate(headers=bearer(world.receiver), checks=checks)
