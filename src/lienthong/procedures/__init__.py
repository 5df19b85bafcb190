"""Procedures: the catalogue of what the State does on request, with its forms and processes."""
