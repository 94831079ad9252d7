"""How a sentence reaches a person.

Standard output is data. Everything else goes to standard error as ``piiguard: …``, lower case and without a
full stop; an error is followed by ``piiguard: hint: …``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from piiguard import names
from piiguard.cli.discreet import discreet

if TYPE_CHECKING:
    from piiguard.errors import PiiguardError

__all__ = [
    "ABORTED",
    "CHECK_PATH",
    "INTERNAL_HINT",
    "QUIET",
    "about",
    "fail",
    "hint",
    "many",
    "misused",
    "say",
    "sentence",
]


QUIET = "piiguard.quiet"
"""Set in the context of a command that says nothing; errors are said when it has ended."""


def say(message: str) -> None:
    """One line to standard error, whatever names it holds."""
    context = click.get_current_context(silent=True)
    if context is not None and context.meta.get(QUIET):
        return
    message = discreet(message)
    click.echo(f"piiguard: {names.message(message)}", err=True)


def hint(message: str) -> None:
    """What to do next, to standard error."""
    say(f"hint: {message}")


def fail(error: PiiguardError) -> None:
    """An error and its hint."""
    say(names.without_password(str(error)))
    if error.hint:
        hint(error.hint)


def misused(error: click.UsageError) -> None:
    """What is wrong with the command as it was typed, and where its use is explained."""
    say(sentence(error))
    if near := _meant(error):
        hint(near)
    if error.ctx is not None:
        hint(f"{error.ctx.command_path} --help")


def _meant(error: click.UsageError) -> str:
    """What may have been meant; of click's own words alone, since a name in its message could forge a hint."""
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return " ".join((error.param.type.get_missing_message(error.param, error.ctx) or "").split()).lower()
    if near := getattr(error, "possibilities", None):
        return f"did you mean {' or '.join(map(repr, sorted(near)))}?"
    return ""


def sentence(error: click.ClickException) -> str:
    """Click's message in our form; a password in a URL that stands in the wrong place is not repeated."""
    text = error.message if getattr(error, "possibilities", None) else error.format_message()
    if isinstance(error, click.MissingParameter):
        text = text.partition(".  ")[0].partition(". ")[0]
    message = names.without_password(_URL.sub(_without_credentials, text.rstrip(".")))
    first, _, rest = message.partition(" ")
    return f"{first.lower()} {rest}" if first.istitle() else message


_URL = re.compile(r"//[^\s']++")


def _without_credentials(found: re.Match[str]) -> str:
    _, at, place = found[0].rpartition("@")
    return f"//***@{place}" if at else found[0]


def many(count: int, what: str) -> str:
    """A count and what is counted.

    >>> many(1, "row"), many(6000, "row")
    ('1 row', '6,000 rows')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def about(count: int) -> str:
    """A large count that is an estimate.

    >>> about(41_200), about(1_234_567)
    ('41,200', '1.2 million')
    """
    return f"{count:,}" if count < 1_000_000 else f"{count / 1_000_000:,.1f} million"


ABORTED = "stopped"
CHECK_PATH = "check the path, and who may read and write there"
INTERNAL_HINT = "this is a defect of piiguard; report it with the line above"
