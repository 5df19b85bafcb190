"""The console command."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from lienthong.config.cli import app, runtime, serving, supervisor

run = CliRunner()


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment that gives no secret and no folder."""
    for name in list(os.environ):
        if name.startswith("LIENTHONG_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LIENTHONG_VAR", str(tmp_path))
    return tmp_path


def test_secrets_are_made_once_and_only_their_owner_can_read_them(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = bare / "secrets"
    runtime.make_secrets(folder)
    made = {name: (folder / name).read_text() for name in runtime.SECRETS}
    assert {len(value) for value in made.values()} == {64}
    assert len(set(made.values())) == 2
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in made} == {0o600}
    assert os.environ["LIENTHONG_MASTER_KEY_FILE"] == str(folder / "master_key")
    monkeypatch.delenv("LIENTHONG_MASTER_KEY_FILE")
    monkeypatch.delenv("LIENTHONG_SECRET_KEY_FILE")
    runtime.make_secrets(folder)
    assert {name: (folder / name).read_text() for name in runtime.SECRETS} == made


def test_no_secret_is_made_where_one_is_given(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIENTHONG_SECRET_KEY", "given")
    monkeypatch.setenv("LIENTHONG_MASTER_KEY_FILE", "/run/secrets/master")
    runtime.make_secrets(bare / "secrets")
    assert not (bare / "secrets").exists()
    assert os.environ["LIENTHONG_MASTER_KEY_FILE"] == "/run/secrets/master"


def test_a_port_in_use_is_refused_with_what_to_do() -> None:
    with serving.socket.socket() as taken:
        taken.bind((serving.LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run.invoke(app, ["up", "--port", str(port)])
    assert done.exit_code == 1
    assert f"PORT={port + 1}" in done.stderr


@pytest.mark.parametrize("port", ["0x50", "many", ""])
def test_a_port_that_is_no_number_is_refused(port: str) -> None:
    assert run.invoke(app, ["up", "--port", port]).exit_code == 2


@pytest.mark.parametrize("wrong", [["--scale", "town"], ["--scale", "province", "--documents", "0"]])
def test_a_scale_that_is_not_made_is_refused(wrong: list[str]) -> None:
    assert run.invoke(app, ["demo", *wrong]).exit_code == 2


def test_a_port_out_of_range_is_refused() -> None:
    assert run.invoke(app, ["up", "--port", "70000"]).exit_code == 1


def test_an_app_that_is_not_installed_has_no_door() -> None:
    assert runtime.door("lienthong.nowhere.public") is None


def test_the_failure_of_an_app_behind_its_door_is_not_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_door.py").write_text("import lienthong.nowhere\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match=r"lienthong\.nowhere"):
        runtime.door("broken_door")


def test_the_children_listen_on_this_machine_only(bare: Path) -> None:
    web, worker = serving._children(8000, quiet=True)
    assert web.command[web.command.index("--host") + 1] == "127.0.0.1"
    assert web.command[web.command.index("--blocking-threads") + 1] == "4"
    assert "worker" in worker.command
    assert isinstance(web, supervisor.Child)
    assert web.log == bare / "log" / "web.log"


@pytest.mark.parametrize("command", ["verify", "send"])
def test_a_file_that_is_not_there_is_refused(command: str) -> None:
    assert run.invoke(app, [command, "/nonexistent/file.pdf"]).exit_code == 2


@pytest.mark.django_db
def test_an_empty_file_is_refused_before_anything_else(tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    done = run.invoke(app, ["verify", str(tmp_path / "empty.pdf")])
    assert done.exit_code == 1
    assert "0 bytes" in done.stderr


@pytest.mark.django_db
def test_a_pdf_is_not_sent_without_saying_to_whom(tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7\n")
    done = run.invoke(app, ["send", str(tmp_path / "letter.pdf"), "--subject", "A letter"])
    assert done.exit_code == 1
    assert "--from, --to, --code" in done.stderr


@pytest.mark.django_db
def test_the_doctor_performs_every_check_and_fails_if_one_fails() -> None:
    done = run.invoke(app, ["doctor"])
    assert done.exit_code == 1, "no worker has ever run in the tests"
    assert "no worker has ever run" in done.stdout
    for name in ("Database", "Files", "Worker", "Disk"):
        assert name in done.stdout


@pytest.mark.parametrize(
    "command", [["doctor"], ["load-country"], ["demo", "--port", "0"], ["up", "--port", "0"]]
)
def test_a_database_that_does_not_answer_is_named(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIENTHONG_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    done = run.invoke(app, command)
    assert done.exit_code == 1
    assert "LIENTHONG_DATABASE_URL does not answer" in done.stderr


def test_a_database_of_somebody_else_is_not_emptied(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LIENTHONG_VAR", str(tmp_path))
    url = os.environ["LIENTHONG_DATABASE_URL"]
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS somebody_elses AS SELECT 1 AS treasure")
    try:
        done = run.invoke(app, ["demo", "--port", "0", "--reset"])
        assert done.exit_code == 1
        assert "not made by the demonstration" in done.stderr
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT treasure FROM somebody_elses").fetchone() == (1,)
    finally:
        with psycopg.connect(url) as connection:
            connection.execute("DROP TABLE somebody_elses")


def test_what_was_read_of_the_settings_before_they_were_whole_is_forgotten(bare: Path) -> None:
    program = (
        "from lienthong.config.env import read_env\n"
        "assert read_env().secret_key_file is None\n"
        "from lienthong.config.cli import runtime\n"
        "with runtime.prepared():\n"
        "    from django.conf import settings\n"
        "    print(settings.ENV.secret_key_file, settings.DATABASES['default']['NAME'])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(bare / "secrets" / "secret_key"), "lienthong"]
