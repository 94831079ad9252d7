"""The command line: ``say`` is how a sentence reaches a person; a command holds its own, or a ``say_`` file."""
