"""The operator's papers, from what a scan found and a policy states: the list of personal data, and the notice before processing.

What a program cannot know stays open, to be filled in: as a line on paper, as an empty member in ``list.toml``. That file is a
policy, so the scan that wrote it also checks the database against it (``--policy``).
"""
