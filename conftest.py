"""Starts the tests' own PostgreSQL before Django reads its settings, and stops it when the last run ends."""

from __future__ import annotations

import atexit
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import django
import pytest
from django.db import connection
from django.utils import translation
from tests.emptying import empty_only_what_was_written
from tests.migrated import migrated_database

from lienthong.config import embedded_postgres, translations
from lienthong.config.garbage import look_rarely

VAR = Path(__file__).parent / "var" / "test"
# These wait most of the time: for a browser, a server, a fault. Beside them the other worker computes.
WAITING = ("tests/faults/", "tests/journeys/")
# Named here, not in pyproject.toml: there pytest-django would read the settings before they are prepared.
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "lienthong.config.settings",
    "LIENTHONG_SECRET_KEY": "only-for-tests-" + "x" * 40,
    "LIENTHONG_MASTER_KEY": "00" * 32,
}


def _prepare() -> None:
    """Runs once per test run: the workers of pytest-xdist inherit the controller's environment."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    held = ExitStack()
    atexit.register(held.close)
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if "LIENTHONG_DATABASE_URL" not in os.environ:
        cluster = embedded_postgres.serving(VAR / "postgres", durable=False)
        os.environ["LIENTHONG_DATABASE_URL"] = held.enter_context(cluster)
    if "LIENTHONG_VAR" not in os.environ:
        VAR.mkdir(parents=True, exist_ok=True)
        os.environ["LIENTHONG_VAR"] = held.enter_context(tempfile.TemporaryDirectory(dir=VAR, prefix="run-"))
    Path(os.environ["LIENTHONG_VAR"], "static").mkdir(parents=True, exist_ok=True)
    for app in translations.find_apps(translations.PACKAGE):
        translations.compile_catalogue(app)


_prepare()
django.setup()  # the conftests below import models


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """While the workers collect, the database is migrated for which both would wait afterwards."""
    threading.Thread(target=migrated_database, daemon=True).start()


@pytest.hookimpl(trylast=True)  # pytest-django sorts before, and its order is kept among the others
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first worker begins with what waits; what it has not reached, the other one steals from the end.

    At the end, where the order of the folders puts them, they would wait on both workers at once.
    """
    items.sort(key=lambda item: not item.nodeid.startswith(WAITING))


def pytest_collection_finish() -> None:
    """As every process of the platform does: looking for garbage took a tenth of the run."""
    look_rarely()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The tests' database is copied instead of migrated, and emptied only where something was written."""
    connection.settings_dict["TEST"]["TEMPLATE"] = migrated_database()
    empty_only_what_was_written(connection)


@pytest.fixture(autouse=True)
def default_language() -> Iterator[None]:
    """Each test begins in Vietnamese, whatever language a request of an earlier one chose."""
    translation.deactivate()
    yield
    translation.deactivate()
