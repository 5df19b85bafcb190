"""Writes, one verb each; every one records in the ledger and tells the axis through the outbox."""
