"""How a row is restricted and released: which columns, what stands there meanwhile, and the statements."""
