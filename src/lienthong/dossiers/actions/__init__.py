"""Writes, one verb each: check, change, record, publish."""
