"""The ``piiguard`` command: its groups, and what every command does with an error."""

from __future__ import annotations

import os
import sys
import warnings
from typing import Any, NoReturn

import click

from piiguard import PiiguardError, __version__
from piiguard.cli.breach import breach
from piiguard.cli.canary import canary
from piiguard.cli.demo import demo
from piiguard.cli.encrypt import decrypt, encrypt
from piiguard.cli.exits import EXIT_ERROR, EXIT_USAGE
from piiguard.cli.keys import keys
from piiguard.cli.manifest import manifest
from piiguard.cli.options import never_asks_option
from piiguard.cli.recognizers import recognizers
from piiguard.cli.redact import redact
from piiguard.cli.retention import retention
from piiguard.cli.reveal import reveal
from piiguard.cli.rotate import rotate
from piiguard.cli.say import ABORTED, CHECK_PATH, INTERNAL_HINT, fail, hint, misused, say, sentence
from piiguard.cli.scan import scan
from piiguard.cli.status import status, verify
from piiguard.cli.subject import subject
from piiguard.errors import internal

__all__ = ["cli", "main"]


class _Quiet(click.Group):
    """Ends without a word when the reader of the output has gone away, as in ``piiguard … | head``."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # click would make it an error
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(0) from None


@click.group(cls=_Quiet, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="piiguard", message="%(prog)s %(version)s")
def cli() -> None:
    """Find, encrypt and redact personal data of Kazakhstan in databases and logs.

    \b
    Find:     piiguard scan postgresql://reader@db/crm app.log
    Protect:  piiguard encrypt postgresql://dba@db/crm students.iin
    People:   piiguard subject find postgresql://reader@db/crm --by iin
    Keep:     piiguard keys add; piiguard keys promote 2; piiguard rotate postgresql://dba@db/crm

    Exit codes: 0 nothing unprotected, 1 error, 2 usage, 3 unprotected personal data found,
    4 finished but incomplete.
    """


cli.add_command(demo)
cli.add_command(keys)
cli.add_command(scan)
cli.add_command(recognizers)
cli.add_command(encrypt)
cli.add_command(decrypt)
cli.add_command(rotate)
cli.add_command(status)
cli.add_command(redact)
cli.add_command(breach)
cli.add_command(retention)
cli.add_command(reveal)
cli.add_command(verify)
cli.add_command(manifest)
cli.add_command(subject)
subject.add_command(canary)


def _take_yes(group: click.Group) -> None:
    """Scripts may add --yes to every command, also to those that ask nothing."""
    for command in group.commands.values():
        if isinstance(command, click.Group):
            _take_yes(command)
        elif not any("--yes" in parameter.opts for parameter in command.params):
            never_asks_option(command)


_take_yes(cli)


def main(args: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with its documented code; never show a traceback."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # a driver's warning may repeat a value
    sys.exit(run(args))


def run(args: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        result: Any = cli.main(args, prog_name="piiguard", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.Abort:  # Ctrl-C, or "no" to a question
        say(ABORTED)
        return EXIT_ERROR
    except click.exceptions.NoArgsIsHelpError as error:  # a group alone: what it can do, as --help shows it
        click.echo(error.format_message(), err=True)
        return EXIT_USAGE
    except click.UsageError as error:
        misused(error)
        return EXIT_USAGE
    except click.ClickException as error:
        say(sentence(error))
        return EXIT_ERROR
    except PiiguardError as error:
        fail(error)
        return EXIT_ERROR
    except Exception as error:  # noqa: BLE001 - the last line of defence: the message may hold a value
        if (explained := _database_error(error)) is not None:
            fail(explained)
            return EXIT_ERROR
        if isinstance(error, OSError) and error.filename is not None:
            fail(_file_error(error))
            return EXIT_ERROR
        say(internal(error))
        hint(INTERNAL_HINT)
        return EXIT_ERROR


def _file_error(error: OSError) -> PiiguardError:
    """What a file refused: a full disk, a folder that may not be written to."""
    place = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else error.filename
    return PiiguardError(f"{place}: {(error.strerror or 'error').lower()}", hint=CHECK_PATH)


def _database_error(error: Exception) -> PiiguardError | None:
    """What a database refused in the middle of a command, in our words; None for any other error."""
    if "sqlalchemy" not in sys.modules:
        return None
    from sqlalchemy.exc import SQLAlchemyError

    from piiguard.database import explain

    return explain(error) if isinstance(error, SQLAlchemyError) else None
