"""Temporary: stands in until `lienthong.signing.public` is there."""

from __future__ import annotations

try:
    from lienthong.signing.public import check_pdf, sign_statement, verify_packet
except ImportError:

    def check_pdf(content):  # type: ignore
        return None

    def sign_statement(payload, *, at):  # type: ignore
        raise NotImplementedError

    def verify_packet(xml, *, at):  # type: ignore
        raise NotImplementedError
