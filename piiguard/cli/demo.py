"""``piiguard demo``: something to try everything on."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def demo(directory: Path) -> None:
    """Write a synthetic SQLite database and a log to try everything on.

    DIRECTORY gets crm.db (a school's CRM of about 20,000 rows in eight tables), app.log, and models.py, which
    shows how an application reads the columns once they are encrypted. Nobody in them exists.

    \b
    Example:
      piiguard demo demo
      piiguard scan sqlite:///demo/crm.db demo/app.log
    """
    from piiguard.cli import ui
    from piiguard.demo import write_demo
    from piiguard.errors import PiiguardError

    try:
        written = write_demo(directory)
    except FileExistsError as error:
        raise PiiguardError(ui.demo_exists(str(error.filename)), hint=ui.DEMO_EXISTS_HINT) from None
    except OSError as error:
        raise PiiguardError(f"{directory}: {(error.strerror or 'cannot be written').lower()}") from None
    ui.demo_written(written)
