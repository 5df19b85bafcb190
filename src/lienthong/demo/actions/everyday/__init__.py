"""A few weeks of everyday work, so that every page of the office shows something; one file per kind."""
