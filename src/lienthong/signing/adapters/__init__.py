"""Key stores and timestamp services: ours, those of outside systems, and fakes that fail on demand."""
