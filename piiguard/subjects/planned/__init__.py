"""What is changed in a database: steps with their statements, and the columns that hold somebody's data."""
