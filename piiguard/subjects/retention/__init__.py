"""Rows past their term: counted, planned, and destroyed by the rules of the manifest, beside writers."""
