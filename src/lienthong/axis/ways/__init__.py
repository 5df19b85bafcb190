"""The ways to the axis; the setting `LIENTHONG_AXIS_ADAPTER` says which this installation takes."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from lienthong.axis.ways.fake import connect_to_fake
from lienthong.axis.ways.in_process import connect_in_process
from lienthong.axis.ways.over_http import connect_over_http
from lienthong.axis.ways.ports import AxisPort

WAYS: dict[str, Callable[[], AxisPort]] = {
    "in_process": connect_in_process,
    "http": connect_over_http,
    "fake": connect_to_fake,
}


def connect() -> AxisPort:
    """The axis of this installation."""
    return WAYS[settings.ENV.axis_adapter]()
