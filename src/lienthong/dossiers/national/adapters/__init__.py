"""The national portal over HTTP, and one in memory."""
