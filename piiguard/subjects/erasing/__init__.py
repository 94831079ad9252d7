"""What is done to a person's rows: by which rule, in which order, by which statements."""
