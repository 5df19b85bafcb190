"""Fixtures of the axis' tests."""

from lienthong.axis.tests.factories import one_connection, world

__all__ = ["one_connection", "world"]
