"""The reads of the axis."""
