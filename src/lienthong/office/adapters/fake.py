"""The axis in memory, as the tests of the office know it."""

from lienthong.axis.public import FAKE_FOLLOWS as FOLLOWS
from lienthong.axis.public import FakeAxis, connect_to_fake

__all__ = ["FOLLOWS", "FakeAxis", "connect_to_fake"]
