"""Tests of `procedures`."""
