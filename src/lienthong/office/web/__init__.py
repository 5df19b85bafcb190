"""The pages of the office: parse, one call, answer."""
