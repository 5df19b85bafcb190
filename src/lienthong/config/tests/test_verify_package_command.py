"""`lienthong verify-package`: a line per fault, who sealed it, and nothing else installed or reachable."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lienthong.config.cli import app
from lienthong.identity.tests.factories import agency
from lienthong.office.tests.work_files import file_in, package_of, repacked, written
from lienthong.signing.tests.factories import root_certificate

pytestmark = pytest.mark.django_db
run = CliRunner()


@pytest.fixture
def package() -> bytes:
    file, clerk = file_in(agency(), documents=2)
    return package_of(file, clerk)


def test_the_command_says_it_line_by_line(package: bytes, tmp_path: Path) -> None:
    done = run.invoke(app, ["verify-package", str(written(tmp_path, package))])
    assert done.exit_code == 0, done.output
    assert "Sealed by Sở Thử nghiệm" in done.output
    assert "6 of 6 files" in done.output
    assert "compare their SHA-256" in done.output

    def change(entries: dict[str, bytes]) -> None:
        entries["cover.pdf"] += b"x"

    done = run.invoke(app, ["verify-package", str(written(tmp_path, repacked(package, change)))])
    assert done.exit_code == 1
    assert "✗ cover.pdf" in done.output
    done = run.invoke(app, ["verify-package", str(written(tmp_path, b"no zip"))])
    assert done.exit_code == 1
    assert "not a ZIP" in done.output


def test_the_command_needs_no_database_no_settings_and_no_folder(package: bytes, tmp_path: Path) -> None:
    path, root = written(tmp_path, package), written(tmp_path, root_certificate(), "root.der")
    environment = {
        "PATH": os.environ["PATH"],
        "LIENTHONG_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "LIENTHONG_VAR": str(tmp_path / "nowhere"),
        "PYTHONIOENCODING": "utf-8",
    }
    command = [sys.executable, "-c", "from lienthong.config.cli import app; app()", "verify-package"]
    done = subprocess.run(
        [*command, str(path), "--root", str(root)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "compare" not in done.stdout
    assert not (tmp_path / "nowhere").exists()
