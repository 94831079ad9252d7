"""Clean copies of files: each is read as a scan reads it, and written in the form that it had."""
