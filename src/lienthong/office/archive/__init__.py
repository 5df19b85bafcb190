"""Work files: what belongs together is kept together, closed, and handed in to the agency's archive."""
