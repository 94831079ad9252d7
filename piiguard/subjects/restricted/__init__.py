"""Restricted rows: what was moved away of them, sealed in a table of its own."""
