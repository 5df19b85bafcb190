"""Rows for statistics: what is counted, and what a figure counts."""
