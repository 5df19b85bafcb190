"""A web application that reads what it is sent and does nothing with it: what HTTP alone costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def application(environ: dict[str, Any], start: Callable[..., object]) -> list[bytes]:
    """Read the body whole and answer with two letters."""
    environ["wsgi.input"].read()
    start("200 OK", [("Content-Length", "2"), ("Content-Type", "application/json")])
    return [b"{}"]
