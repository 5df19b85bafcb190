"""The HTTP API of the axis."""
