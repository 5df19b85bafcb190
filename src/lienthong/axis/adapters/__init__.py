"""The ways out of the axis, and their doubles."""
