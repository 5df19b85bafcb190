"""The ways to the axis; the setting `LIENTHONG_AXIS_ADAPTER` says which this installation takes."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from lienthong.office.adapters.axis_http import connect_over_http
from lienthong.office.adapters.axis_in_process import connect_in_process
from lienthong.office.adapters.fake import connect_to_fake
from lienthong.office.ports import AxisPort

ADAPTERS: dict[str, Callable[[], AxisPort]] = {
    "in_process": connect_in_process,
    "http": connect_over_http,
    "fake": connect_to_fake,
}


def connect() -> AxisPort:
    """The axis of this installation."""
    return ADAPTERS[settings.ENV.axis_adapter]()
