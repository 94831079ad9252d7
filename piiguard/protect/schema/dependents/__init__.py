"""What hangs on a column, and what becomes of it when the column is swapped."""
