"""Open311 GeoReport v2: the same feedback for applications of others."""
