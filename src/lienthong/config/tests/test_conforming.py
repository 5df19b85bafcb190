"""`lienthong conformance`: what it asks for, and what it prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lienthong.axis.tests.factories import CASES, kit, pair
from lienthong.config.cli import app

run = CliRunner()
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """A kit, a key, a certificate and credentials, readable by their owner only."""
    keys = pair()
    contents = {
        "kit": kit().to_json(),
        "key": keys.key.encode(),
        "certificate": keys.certificate.encode(),
        "credentials": json.dumps({"client_id": "c", "client_secret": "hidden-secret"}).encode(),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o600)
    return {name: str(tmp_path / name) for name in contents}


def options(files: dict[str, str]) -> list[str]:
    return [word for name, path in files.items() for word in (f"--{name}", path)]


def test_the_cases_are_listed_in_either_language() -> None:
    for language in ("vi", "en"):
        done = run.invoke(app, ["conformance", "--list", "--language", language])
        assert done.exit_code == 0
        assert [line.split()[0] for line in done.stdout.splitlines()] == [case.id for case in CASES]
        assert CASES[0].title(language) in done.stdout


def test_a_failing_case_is_one_line_with_both_sides_and_exit_code_1(
    files: dict[str, str], tmp_path: Path
) -> None:
    written = tmp_path / "report.json"
    done = run.invoke(
        app, ["conformance", NOWHERE, *options(files), "--only", "token-missing", "--json", str(written)]
    )
    assert done.exit_code == 1
    [line] = [line for line in done.stdout.splitlines() if "token-missing" in line]
    assert line.startswith("✗")
    assert "expected: 401" in line
    assert "got: ConnectError" in line
    assert "0 passed, 1 failed" in done.stdout
    report = json.loads(written.read_text())
    assert [(one["case"], one["passed"]) for one in report["outcomes"]] == [("token-missing", False)]
    assert "hidden-secret" not in done.stdout + written.read_text()


@pytest.mark.parametrize("name", ["kit", "key", "credentials"])
def test_a_secret_that_others_can_read_is_refused(files: dict[str, str], name: str) -> None:
    Path(files[name]).chmod(0o640)
    done = run.invoke(app, ["conformance", NOWHERE, *options(files)])
    assert done.exit_code == 2
    assert "chmod 600" in done.stdout


def test_what_is_missing_or_unreadable_is_said(
    files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LIENTHONG_AXIS_CLIENT_ID", raising=False)
    for words, said in (
        ([], "Give the URL"),
        ([NOWHERE, *options(files), "--only", "nothing"], "No such case: nothing"),
        ([NOWHERE, *options({**files, "kit": files["key"]})], "no kit file"),
        ([NOWHERE, *options({**files, "certificate": files["key"]})], "cannot be used"),
        ([NOWHERE, *options({**files, "credentials": files["key"]})], "client_secret"),
        ([NOWHERE, *options({name: files[name] for name in ("kit", "key", "certificate")})], "CLIENT_ID"),
        (["--list", "--language", "fr"], "vi or en"),
    ):
        done = run.invoke(app, ["conformance", *words])
        assert (done.exit_code, said in done.stdout) == (2, True), (words, done.stdout)


def test_credentials_come_from_the_environment(
    files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIENTHONG_AXIS_CLIENT_ID", "c")
    monkeypatch.setenv("LIENTHONG_AXIS_CLIENT_SECRET", "s")
    del files["credentials"]
    done = run.invoke(app, ["conformance", NOWHERE, *options(files), "--only", "token", "--language", "vi"])
    assert done.exit_code == 1
    assert "0 đạt, 1 không đạt" in done.stdout
