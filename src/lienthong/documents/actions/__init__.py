"""What is done to documents."""
