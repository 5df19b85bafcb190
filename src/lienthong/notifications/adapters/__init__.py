"""The way out by mail, and its double."""
