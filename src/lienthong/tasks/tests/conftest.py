"""One agency with a leader and two specialists."""

from __future__ import annotations

import pytest

from lienthong.directory.public import Agency
from lienthong.identity.public import Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.tasks.tests.factories import NOON


@pytest.fixture
def ours() -> Agency:
    return agency()


@pytest.fixture
def leader(ours: Agency) -> Viewer:
    return viewer_in(ours, Role.LEADER, at=NOON)


@pytest.fixture
def lead(ours: Agency) -> Viewer:
    return viewer_in(ours, Role.SPECIALIST, at=NOON)


@pytest.fixture
def other(ours: Agency) -> Viewer:
    return viewer_in(ours, Role.SPECIALIST, at=NOON)
