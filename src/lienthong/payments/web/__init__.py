"""Pages of fees and payments."""
