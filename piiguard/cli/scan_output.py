"""Where a report goes: a file that takes its name at the end, or standard output, whose reader may go away."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from piiguard.cli import say_scan
from piiguard.cli.say import CHECK_PATH
from piiguard.errors import ScanError
from piiguard.files import growing, new_file

if TYPE_CHECKING:
    from piiguard.report.catalogues import Catalogue
    from piiguard.scan import ScanReport
    from piiguard.scan.policy import Policy

__all__ = ["ReportUnwritten", "left_out", "measured", "output", "papers"]

LIST = "list.toml"


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


def measured(path: Path, report: ScanReport, known: Collection[str]) -> None:
    """Write the metrics, to be read by an exporter that is another user: they hold names and counts."""
    from piiguard.report.metrics import to_metrics

    try:
        with new_file(path, 0o644) as file:
            file.write(to_metrics(report, baseline=known).encode())
    except OSError as error:
        raise _unwritten(str(path), error, "metrics") from None


def left_out(report: ScanReport, catalogue: Catalogue, policy: Policy | None) -> None:
    """Say what a catalogue is not told of."""
    from piiguard.report.catalogues import to_catalogue

    say_scan.left_out(to_catalogue(report, catalogue, policy=policy)[1])


def papers(folder: Path, report: ScanReport, policy: Policy | None) -> None:
    """Write the operator's papers into a folder, in every language; a list that people may have filled in is kept."""
    from piiguard.report.messages import LANGUAGES
    from piiguard.report.papers.draft import draft
    from piiguard.report.papers.holdings import kinds
    from piiguard.report.papers.pages import PAPERS, page

    texts = {
        f"{paper}.{lang}.html": page(paper, report, policy, lang=lang)
        for paper in PAPERS
        for lang in LANGUAGES
    }
    listed = folder / LIST
    kept = os.path.lexists(listed)
    if not kept:
        texts[LIST] = draft(kinds(report, policy), policy)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, text in texts.items():
            with new_file(folder / name) as file:
                file.write(text.encode())
    except OSError as error:
        raise _unwritten(str(folder), error, "papers") from None
    say_scan.papers_written(str(listed), kept=kept, used=policy is not None)


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


def _unwritten(where: str, error: OSError, what: str = "report") -> ReportUnwritten:
    reason, cannot = (error.strerror or "error").lower(), "cannot be written"
    return ReportUnwritten(f"{where}: the {what} {cannot}: {reason}", source=where, hint=CHECK_PATH)
