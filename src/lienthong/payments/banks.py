"""The banks that take transfers by VietQR, by the number (BIN) that NAPAS gave them.

The table is data of the package and to be confirmed: a bank that joins or changes its name is a line of it.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "data" / "banks.csv"


@cache
def banks() -> dict[str, str]:
    """What each bank is called, by its number, in the order of the table."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return {row["bin"]: f"{row['short_name']} – {row['name']}" for row in csv.DictReader(lines)}
