"""Who signs: the keys of `signing`, or a double for tests."""
