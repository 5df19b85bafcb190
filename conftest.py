"""Starts the tests' own PostgreSQL before Django reads its settings."""

import os
from pathlib import Path

import pytest

VAR = Path(__file__).parent / "var" / "test"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Too late for a rootdir conftest; see `_prepare`."""


def _prepare() -> None:
    from lienthong.config import embedded_postgres

    VAR.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("LIENTHONG_DATABASE_URL", embedded_postgres.start(VAR / "postgres"))
    os.environ.setdefault("LIENTHONG_SECRET_KEY", "only-for-tests-" + "x" * 40)
    os.environ.setdefault("LIENTHONG_MASTER_KEY", "00" * 32)
    os.environ.setdefault("LIENTHONG_VAR", str(VAR))


_prepare()
