"""Benchmarks: one command each, ratios against peers in one interleaved run, never a timed test."""
