"""Fixtures of the axis' tests."""

from lienthong.axis.tests.factories import one_connection, world
from lienthong.axis.tests.sent import sent

__all__ = ["one_connection", "sent", "world"]
