"""From a value to its envelope and back: the column type."""
