"""A real server, a real browser, and what every page must pass in them.

`site` is Granian over a database of its own, as in production; `page_at` opens a page in Debian's chromium;
`assert_accessible` runs axe-core. Without chromium the tests are skipped with a warning, and on CI they fail.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from lienthong.config.env import read_env
from tests.journeys.axe import AXE_RUN, axe_source, describe
from tests.migrated import migrated_database, url_of

PROJECT = Path(__file__).resolve().parents[2]
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
]
START_SECONDS = 60.0


@dataclass
class Site:
    """A running installation: its address, its database, and ways to prepare it."""

    url: str
    database: str
    environment: dict[str, str] = field(repr=False)
    blocker: Any = field(repr=False)

    def manage(self, *arguments: str) -> str:
        """Run a management command of Django's on this installation; its output."""
        command = [sys.executable, PROJECT / "manage.py", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def run(self, *arguments: str) -> str:
        """Run the command `lienthong` on this installation; its output."""
        command = [Path(sys.executable).with_name("lienthong"), *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr[-3000:]
        return done.stdout

    @contextmanager
    def data(self) -> Iterator[None]:
        """Within this block the test's own models read and write the installation's database."""
        with self.blocker.unblock(), _connected_to(self.database):
            yield


@pytest.fixture(scope="package")
def site(django_test_environment: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Site]:
    """A server over a new, migrated database; one per worker, so that workers never meet."""
    with installed("site", django_db_blocker, tmp_path_factory.mktemp("site")) as here, serving(here):
        yield here


@contextmanager
def installed(name: str, blocker: Any, var: Path, **settings: str) -> Iterator[Site]:
    """An installation with a new, migrated database and a port of its own, not yet serving.

    `settings` are environment variables without their prefix, in small letters.
    """
    database = f"{_database_name()}_{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    url = f"http://127.0.0.1:{_free_port()}"
    environment = {
        **os.environ,
        "LIENTHONG_DATABASE_URL": url_of(database),
        "LIENTHONG_BASE_URL": url,
        "LIENTHONG_VAR": str(var),
        "PYTHONPATH": str(PROJECT / "src"),
        **{f"LIENTHONG_{key.upper()}": value for key, value in settings.items()},
    }
    here = Site(url, database, environment, blocker)
    with _new_database(database):
        _collect_static(here)
        yield here


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's chromium, driven by Playwright; its driver's event loop must not frighten Django's models.

    The loop goes when the journeys end: the tests after them start loops of their own.
    """
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        reason = "chromium is not installed: the journeys were NOT tested (apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield opened
        opened.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


PageAt = Callable[..., Page]


@pytest.fixture
def page_at(site: Site, page_on: PageAt) -> PageAt:
    """Open a page of `site`: `page_at(width, scheme, language)`, as `page_on` does."""
    return partial(page_on, site)


@pytest.fixture
def page_on(browser: Browser) -> Iterator[PageAt]:
    """Open a page: `page_on(site, width, scheme, language)`, a fresh visitor each time.

    What the browser's console called an error (the content security policy's refusals among them) fails the
    test when it ends; a page that is meant to answer with an error status is opened with `errors_meant=True`.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(
        site: Site,
        width: int = 1280,
        scheme: str = "light",
        language: str = "vi",
        *,
        errors_meant: bool = False,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800 if width > 600 else 740},
            color_scheme=scheme,
            base_url=site.url,
            locale="vi-VN" if language == "vi" else "en-GB",
            timezone_id="Asia/Ho_Chi_Minh",
            reduced_motion="reduce",
        )
        context.add_cookies([{"name": "django_language", "value": language, "url": site.url}])
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        if not errors_meant:
            page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors, f"the browser complained: {errors}"


@pytest.fixture(scope="session")
def assert_accessible() -> Callable[[Page], None]:
    """`assert_accessible(page)`: axe-core finds no violation on the page as it stands now."""
    source = axe_source(PROJECT)

    def check(page: Page) -> None:
        page.evaluate(source)
        violations = page.evaluate(AXE_RUN)
        assert not violations, f"{page.url}: {describe(violations)}"

    return check


@pytest.fixture(scope="session")
def assert_no_sideways_scrolling() -> Callable[[Page], None]:
    """`assert_no_sideways_scrolling(page)`: the page fits its width; the widest culprits are named."""

    def check(page: Page) -> None:
        culprits = page.evaluate(
            """() => {
              const width = document.documentElement.clientWidth;
              if (document.documentElement.scrollWidth <= width) return [];
              return [...document.querySelectorAll("body *")]
                .filter((e) => e.getBoundingClientRect().right > width + 1)
                .slice(0, 5).map((e) => e.outerHTML.slice(0, 160));
            }"""
        )
        assert not culprits, f"{page.url} is wider than the screen: {culprits}"

    return check


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(site: Site) -> Iterator[None]:
    """Serve the installation's pages and API for as long as the block lasts."""
    where = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", site.url.rpartition(":")[2]]
    command = [sys.executable, "-m", "granian", *where, "lienthong.config.wsgi:application"]
    log = Path(site.environment["LIENTHONG_VAR"]) / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, env=site.environment, cwd=PROJECT, stdout=output, stderr=output)
        try:
            _wait_until_up(site.url, server, log)
            yield
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_until_up(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            httpx.get(url, timeout=5, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the server did not start:\n{log.read_text()[-3000:]}")


def _collect_static(site: Site) -> None:
    """Collect the static files for the first installation; the others of this process get its as links."""
    folder = Path(site.environment["LIENTHONG_VAR"]) / "static"
    if not _collected:
        site.manage("collectstatic", "--noinput")
        _collected.append(folder)
    else:
        shutil.copytree(_collected[0], folder, copy_function=os.link)


_collected: list[Path] = []


def _database_name() -> str:
    return str(conninfo_to_dict(read_env().database_url.get_secret_value())["dbname"])


@contextmanager
def _new_database(name: str) -> Iterator[None]:
    drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
    with psycopg.connect(url_of("postgres"), autocommit=True) as admin:
        admin.execute(drop)
        original = sql.Identifier(migrated_database())
        admin.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), original))
        yield
        admin.execute(drop)


@contextmanager
def _connected_to(database: str) -> Iterator[None]:
    before = str(connection.settings_dict["NAME"])
    try:
        _switch(database)
        yield
    finally:
        _switch(before)


def _switch(database: str) -> None:
    connection.close()
    connection.close_pool()
    connection.settings_dict["NAME"] = database
