"""What may be done with feedback and ratings, one file for each who does it."""
