"""One cell of a table: how it is read, compared to the byte, and what its envelope's header says."""
