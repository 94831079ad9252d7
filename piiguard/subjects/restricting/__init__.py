"""A person is restricted: the data stays and its use stops; and released again."""
