"""A person's rows: where an identifier stands, and what hangs on it."""
