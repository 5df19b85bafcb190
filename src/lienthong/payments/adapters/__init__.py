"""Providers of payments, and a fake one."""
