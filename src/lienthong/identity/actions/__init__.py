"""Writes: accounts in sets, acting and delegation, and the administration of an agency."""
