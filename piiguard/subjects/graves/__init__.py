"""Tombstones of people who were erased, to tell them again in what was restored from a backup."""
