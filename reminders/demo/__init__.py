"""The demo: an invented business, told from a seed by pure functions and written through the real writers."""
