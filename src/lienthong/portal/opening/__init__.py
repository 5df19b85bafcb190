"""Figures and open data: what everyone may know of how the bodies work."""
