"""``python -m piiguard``: the same as the ``piiguard`` command."""

from piiguard.cli.main import main

if __name__ == "__main__":
    main()
