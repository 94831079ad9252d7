"""The command line: one file per command group; ``ui`` holds every sentence said to a person."""
