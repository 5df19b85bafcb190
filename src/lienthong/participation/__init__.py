"""What citizens and businesses say to the State: feedback with its answers, and ratings of service."""
