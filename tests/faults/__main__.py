"""`make faults`: load, faults, audit; exit code 1 if a single document was lost, doubled or half written."""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from lienthong.config.cli import runtime, serving
from tests.faults.installation import Installation


def main() -> int:
    """Run for about `--seconds` and print every figure."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seconds", type=int, default=240, help="how long the load lasts")
    parser.add_argument("--packets", type=int, default=800, help="how many packets are sent")
    asked = parser.parse_args()
    with _installation() as here, runtime.prepared():
        serving.migrate()
        here.start_web()
        here.start_worker()
        code: int = import_module("tests.faults.trial").trial(here, asked.seconds, asked.packets)
    return code


@contextmanager
def _installation() -> Iterator[Installation]:
    """An empty folder with a durable PostgreSQL; all of it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="lt-faults-"))
    folder.chmod(0o755)
    here = Installation(folder, _free_port())
    os.environ |= {
        "LIENTHONG_VAR": str(folder / "var"),
        "LIENTHONG_DATABASE_URL": here.database_url,
        "LIENTHONG_DATABASE_POOL": "8",
        "LIENTHONG_BASE_URL": here.url,
        "DJANGO_SETTINGS_MODULE": "lienthong.config.settings",
    }
    try:
        here.start_postgres()
        yield here
    finally:
        here.close()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
