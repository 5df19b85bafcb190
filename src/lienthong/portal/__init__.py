"""Pages for citizens and businesses: find a service, apply for it, follow what became of it."""
