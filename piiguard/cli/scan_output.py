"""Where a report goes: a file that takes its name at the end, or standard output, whose reader may go away."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from piiguard.cli.say import CHECK_PATH
from piiguard.errors import ScanError
from piiguard.files import growing, new_file

__all__ = ["ReportUnwritten", "output"]


class ReportUnwritten(ScanError):
    """The report cannot be written: no fault of what was scanned."""


@contextmanager
def output(path: Path | None, *, follow: bool) -> Iterator[Callable[[str], None]]:
    """A function that writes UTF-8 text to the file, or to standard output.

    A reader that has gone, as in ``| head``, has seen enough: the scan goes on in silence to its verdict, for a code that
    depended on when it went would be chance. Of a file that grows there is no verdict to come, so that ends.
    """
    if path is None:
        yield _Standard(follow).write
        return
    try:
        # what follows a growing file is read while it is written
        with growing(path) if follow else new_file(path) as file:

            def write(text: str) -> None:
                try:
                    file.write(text.encode())
                except OSError as error:
                    raise _unwritten(str(path), error) from None

            yield write
    except OSError as error:
        raise _unwritten(str(path), error) from None


class _Standard:
    """Standard output."""

    def __init__(self, follow: bool) -> None:
        self._follow, self._gone = follow, False

    def write(self, text: str) -> None:
        if self._gone:
            return
        try:
            click.echo(text.encode(), nl=False)
        except BrokenPipeError:
            self._leave()
            if self._follow:
                raise KeyboardInterrupt from None
        except OSError as error:
            self._leave()
            raise _unwritten("standard output", error) from None

    def _leave(self) -> None:
        """What is left in the buffer would fail once more when the process ends."""
        self._gone = True
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unwritten(where: str, error: OSError) -> ReportUnwritten:
    reason = (error.strerror or "error").lower()
    return ReportUnwritten(f"{where}: the report cannot be written: {reason}", source=where, hint=CHECK_PATH)
