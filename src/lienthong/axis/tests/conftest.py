"""Fixtures of the axis' tests."""

from lienthong.axis.tests.factories import world

__all__ = ["world"]
