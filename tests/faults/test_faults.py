"""The short form of `make faults`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
ZERO = (
    "lost",
    "duplicated",
    "half written",
    "receipts that differ",
    "receipts not ours",
    "refused",
    "damaged on the way",
)


@pytest.mark.slow
def test_no_document_is_lost_doubled_or_half_written_whatever_is_killed() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIENTHONG_")}
    command = [sys.executable, "-m", "tests.faults", "--seconds", "16", "--packets", "60"]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=300)
    figures = {name.strip(): int(number) for name, number in re.findall(r"│ ([^│]+) │ (\d+) +│", done.stdout)}
    assert done.returncode == 0, done.stdout + done.stderr
    assert {name: figures[name] for name in ZERO} == dict.fromkeys(ZERO, 0)
    assert (figures["receipts"], figures["deliveries"]) == (61, 183)
    assert min(number for name, number in figures.items() if name.startswith(("fault:", "kill"))) >= 1
    assert figures["writes that PostgreSQL had no space for"] > 0
    assert figures["attempts that had to be repeated"] > 0, "the faults were felt"
