"""The kit against this axis in-process: all green here, and red exactly where a double breaks a rule."""
