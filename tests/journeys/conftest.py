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
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from axe import AXE_RUN, axe_source, describe
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from psycopg import sql

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
        done = subprocess.run(command, env=self.environment, check=True, capture_output=True, text=True)
        return done.stdout

    @contextmanager
    def data(self) -> Iterator[None]:
        """Within this block the test's own models read and write the installation's database."""
        with self.blocker.unblock(), _connected_to(self.database):
            yield


@pytest.fixture(scope="session")
def site(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Site]:
    """A server on a copy of the empty test database; one per worker, so that workers never meet."""
    copy = f"{connection.settings_dict['NAME']}_site"
    with django_db_blocker.unblock():
        _copy_database(str(connection.settings_dict["NAME"]), copy)
    port = _free_port()
    environment = {
        **os.environ,
        "LIENTHONG_DATABASE_URL": _url_of(copy),
        "LIENTHONG_BASE_URL": f"http://127.0.0.1:{port}",
        "LIENTHONG_VAR": str(tmp_path_factory.mktemp("site")),
        "PYTHONPATH": str(PROJECT / "src"),
    }
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    log = Path(environment["LIENTHONG_VAR"]) / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*command, "lienthong.config.wsgi:application"],
            env=environment,
            cwd=PROJECT,
            stdout=output,
            stderr=output,
        )
        try:
            _wait_until_up(f"http://127.0.0.1:{port}/", server, log)
            yield Site(f"http://127.0.0.1:{port}", copy, environment, django_db_blocker)
        finally:
            server.terminate()
            server.wait(timeout=20)
            with django_db_blocker.unblock(), _maintenance() as admin:
                admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(copy)))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, driven by Playwright; its driver's event loop must not frighten Django's models."""
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


PageAt = Callable[..., Page]


@pytest.fixture
def page_at(site: Site, browser: Browser) -> Iterator[PageAt]:
    """Open a page: `page_at(width, scheme, language)`, a fresh visitor each time.

    What the browser's console called an error (the content security policy's refusals among them) fails the
    test when it ends; a page that is meant to answer with an error status is opened with `errors_meant=True`.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(
        width: int = 1280, scheme: str = "light", language: str = "vi", *, errors_meant: bool = False
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


def _wait_until_up(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            httpx.get(url, timeout=5, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the server did not start:\n{log.read_text()[-3000:]}")


def _url_of(database: str) -> str:
    """The connection URL of another database of the same cluster."""
    parts = {**connection.get_connection_params()}
    wanted = {key: parts[key] for key in ("user", "password", "host", "port") if parts.get(key)}
    return psycopg.conninfo.make_conninfo("", dbname=database, **wanted)


@contextmanager
def _maintenance() -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(_url_of("postgres"), autocommit=True) as admin:
        yield admin


def _copy_database(source: str, copy: str) -> None:
    connection.close()
    connection.close_pool()
    with _maintenance() as admin:
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(copy)))
        statement = sql.SQL("create database {} template {}")
        admin.execute(statement.format(sql.Identifier(copy), sql.Identifier(source)))


@contextmanager
def _connected_to(database: str) -> Iterator[None]:
    before = settings.DATABASES["default"]["NAME"], connection.settings_dict["NAME"]
    try:
        _switch(database)
        yield
    finally:
        _switch(str(before[1]))


def _switch(database: str) -> None:
    connection.close()
    connection.close_pool()
    connection.settings_dict["NAME"] = database
