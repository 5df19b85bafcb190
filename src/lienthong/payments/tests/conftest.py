"""One agency with a receptionist, a clerk and a leader."""

from __future__ import annotations

import pytest

from lienthong.directory.public import Agency
from lienthong.identity.public import Role, Viewer
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.payments.tests.factories import NOON


@pytest.fixture
def ours() -> Agency:
    return agency()


@pytest.fixture
def receptionist(ours: Agency) -> Viewer:
    return viewer_in(ours, Role.RECEPTIONIST, at=NOON)


@pytest.fixture
def clerk(ours: Agency) -> Viewer:
    return viewer_in(ours, Role.CLERK, at=NOON)


@pytest.fixture
def leader(ours: Agency) -> Viewer:
    return viewer_in(ours, Role.LEADER, at=NOON)
