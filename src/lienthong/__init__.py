"""Liên Thông: an open e-government platform for Vietnam."""

__version__ = "0.1.0"
