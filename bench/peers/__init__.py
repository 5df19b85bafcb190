"""Other systems, measured beside ours in the same run; each in an environment of its own."""
