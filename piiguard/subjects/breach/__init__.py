"""Whose data is in a leaked file: joined by blind indexes and normal forms, without decrypting a column."""
