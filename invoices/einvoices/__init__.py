"""Reads electronic invoices: bytes in, `content.Content` out. One module a schema; `opening` finds which from the content."""
