"""Reads bank statements: bytes in, lines out. One module a format; `opening` finds which it is from the content."""
