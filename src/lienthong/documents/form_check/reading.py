"""Reads a PDF's sheet in a process of its own (see `reader_process.py`)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import lienthong
from lienthong.documents.form_check.sheet import Sheet

SECONDS = 30
COMMAND = [sys.executable, "-m", "lienthong.documents.form_check.reader_process"]
# Not ours: whoever takes over the reader of hostile files finds neither keys nor the database there.
ENVIRONMENT = {"PYTHONPATH": str(Path(lienthong.__path__[0]).parent), "PYTHONUTF8": "1"}


class ReaderTooSlow(Exception):
    """The reader did not end in time: the machine is busy, as the reader's own time is limited to half."""


def read_sheet(
    pdf: bytes, *, command: Sequence[str | Path] = COMMAND, seconds: float = SECONDS
) -> Sheet | None:
    """What is needed of the file for the check of its form; None when it cannot be read within the limits.

    What the reader complains about is not kept: a hostile file makes it say more than memory holds.

    Raises:
        ReaderTooSlow
    """
    try:
        done = subprocess.run(
            command,
            input=pdf,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
            timeout=seconds,
            check=False,
        )
        return Sheet.from_json(json.loads(done.stdout)) if done.returncode == 0 else None
    except subprocess.TimeoutExpired as error:
        raise ReaderTooSlow from error
    except (ValueError, KeyError, TypeError):
        return None
