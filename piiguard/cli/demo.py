"""``piiguard demo``: something to try everything on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from piiguard.cli.options import Amount
from piiguard.cli.say import CHECK_PATH, hint, many, say
from piiguard.names import command, file_word, word

if TYPE_CHECKING:
    from piiguard.demo import Demo


@click.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--scale",
    type=Amount(0, 100, min_open=True),
    default=1.0,
    show_default=True,
    metavar="N",
    help="So many times the rows and lines, for a quick look or a long one.",
)
def demo(directory: Path, scale: float) -> None:
    """Write a synthetic SQLite database and a log to try everything on.

    DIRECTORY gets crm.db (a school's CRM of about 20,000 rows in eight tables), app.log, and models.py, which
    shows how an application reads the columns once they are encrypted. Nobody in them exists.

    \b
    Example:
      piiguard demo demo
      piiguard scan sqlite:///demo/crm.db demo/app.log
      piiguard demo small --scale 0.1
    """
    import sqlite3

    from piiguard.demo import write_demo
    from piiguard.errors import PiiguardError

    try:
        written = write_demo(directory, scale=scale)
    except FileExistsError as error:
        raise PiiguardError(_exists(str(error.filename)), hint=_EXISTS_HINT) from None
    except OSError as error:
        raise PiiguardError(f"{directory}: {(error.strerror or 'cannot be written').lower()}") from None
    except sqlite3.Error:  # a disk that is full, for one
        raise PiiguardError(f"{directory}: the database cannot be written", hint=CHECK_PATH) from None
    _written(written)


def _exists(path: str) -> str:
    """One of the files is there already."""
    return f"{path} is there already"


_EXISTS_HINT = "name a new directory, or remove the old demo"


def _written(demo: Demo) -> None:
    """What was written, and what to type next."""
    say(f"{demo.database}: {many(demo.rows, 'row')}")
    say(f"{demo.log}: {many(demo.lines, 'line')}")
    words = word(f"sqlite:///{demo.database.as_posix()}"), file_word(str(demo.log))
    hint(command("piiguard scan", *words) or "scan them with piiguard scan")
