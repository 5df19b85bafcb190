"""An agency with an administrator and a clerk; cheap password hashes, since real ones would take minutes."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from lienthong.identity.contracts import Role, Viewer
from lienthong.identity.models import Account
from lienthong.identity.tests.factories import agency, at_noon, official_in, post_of_viewer, viewer_in


class CheapArgon2(Argon2PasswordHasher):
    """Argon2 with the least work it allows."""

    time_cost, memory_cost, parallelism = 1, 8, 1


@pytest.fixture(autouse=True)
def cheap_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CheapArgon2"]


@pytest.fixture
def admin(db: None) -> Viewer:
    """An administrator, acting."""
    return viewer_in(agency(), Role.ADMINISTRATOR, at=at_noon())


@pytest.fixture
def clerk(admin: Viewer) -> Account:
    """A clerk of the administrator's agency."""
    return official_in(post_of_viewer(admin).agency, Role.CLERK, name="Đặng Thị Ngọc Ánh")
