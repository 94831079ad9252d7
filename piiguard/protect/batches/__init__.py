"""Rows in short transactions: read a batch, convert it, write it back, move the checkpoint."""
