"""What is timed, one file for each thing to compare: each is loaded by its path in a process of its own, so none imports another."""
