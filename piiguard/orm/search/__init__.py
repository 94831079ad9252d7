"""Blind indexes: what a query may ask of an encrypted column."""
