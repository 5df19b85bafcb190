"""Reads a PDF's sheet in a process of its own (see `reader_process.py`)."""

from __future__ import annotations

import json
import subprocess
import sys

from lienthong.documents.form_check.sheet import Sheet

SECONDS = 30
COMMAND = [sys.executable, "-m", "lienthong.documents.form_check.reader_process"]


def read_sheet(pdf: bytes) -> Sheet | None:
    """What is needed of the file for the check of its form; None when it cannot be read within the limits."""
    try:
        done = subprocess.run(COMMAND, input=pdf, capture_output=True, timeout=SECONDS, check=False)
        return Sheet.from_json(json.loads(done.stdout)) if done.returncode == 0 else None
    except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        return None
