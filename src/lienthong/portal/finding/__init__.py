"""How a service is found: by words, by what happened in a life, by field, by body; and what is told of it."""
