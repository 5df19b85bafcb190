"""The electronic one-stop: dossiers from the counter to the result."""
