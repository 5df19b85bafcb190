"""What the demonstration does: seeds the country's people and keys, and plays the story."""
