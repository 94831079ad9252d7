"""Tables and columns as the database shows them, and the statements that change them."""
