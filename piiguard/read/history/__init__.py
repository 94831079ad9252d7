"""The history of a Git repository: every object of its store, read once, by a ``git`` that obeys nothing in it."""
