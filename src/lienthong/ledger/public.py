"""The door of `ledger`: record what happened, read what happened."""

from lienthong.ledger.contracts import Actor, Subject

__all__ = ["Actor", "Subject"]
