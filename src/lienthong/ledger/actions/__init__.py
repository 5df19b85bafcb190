"""The writes of the ledger."""
