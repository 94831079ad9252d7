"""The blind index of a column that holds rows: what may have one, and what is wrong with it."""
