"""Fees and payment providers: what is owed for something, how it was paid, what goes back."""
