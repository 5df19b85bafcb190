"""The AS2 peer."""
