"""Of the front-end packages only what the pages use is served."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lienthong.ui.finders import FILES, VendorFinder


@pytest.fixture
def finder(tmp_path: Path, settings: Any) -> VendorFinder:
    settings.FRONTEND_DIR = tmp_path
    for name in (*FILES[:2], "secret.js", "htmx.org/package.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    return VendorFinder()


def test_a_file_that_the_pages_use_is_found(finder: VendorFinder, tmp_path: Path) -> None:
    assert finder.find(f"vendor/{FILES[0]}") == str(tmp_path / FILES[0])
    assert finder.find(f"vendor/{FILES[0]}", find_all=True) == [str(tmp_path / FILES[0])]


@pytest.mark.parametrize(
    "path", ["vendor/secret.js", "vendor/../secret.js", FILES[0], "vendor/htmx.org/package.json"]
)
def test_no_other_file_is_found(finder: VendorFinder, path: str) -> None:
    assert finder.find(path) == []


def test_a_package_that_is_not_installed_is_left_out(finder: VendorFinder) -> None:
    assert finder.find(f"vendor/{FILES[-1]}") == []
    assert [name for name, _ in finder.list(None)] == list(FILES[:2])
