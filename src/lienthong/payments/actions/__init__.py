"""Acts on fees and payments."""
