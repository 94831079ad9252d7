"""Rows counted per key version, in columns that the manifest names and in all others."""
