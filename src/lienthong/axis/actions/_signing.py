"""Temporary: until `lienthong.signing.public` exports `check_pdf`."""

from __future__ import annotations

try:
    from lienthong.signing.public import check_pdf
except ImportError:

    def check_pdf(content):  # type: ignore
        return None
