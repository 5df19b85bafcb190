"""Reads: who acts in which post, and what an administrator sees of the agency."""
