"""Pages of the catalogue: the list, a procedure, its draft, and its rehearsal."""
