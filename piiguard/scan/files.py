"""Scans logs and files: each for itself, whatever its encoding and compression."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Collection
from contextlib import nullcontext
from dataclasses import replace
from os import PathLike, fspath
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from piiguard import clock
from piiguard.confidence import least_score
from piiguard.errors import PiiguardError, ScanError
from piiguard.frames import emptied
from piiguard.scan import sources, stretches
from piiguard.scan.dumps import Dump
from piiguard.scan.engines import make_engine
from piiguard.scan.finding import Failure, Match, ScanReport
from piiguard.scan.forms import reader_of
from piiguard.scan.journal import Journal
from piiguard.scan.lines import LineStatistics, read_lines
from piiguard.scan.listing import Listing, listed
from piiguard.scan.options import Options
from piiguard.scan.outcome import Outcome, encoding_note, report_of, unread_outcome
from piiguard.scan.progress import Progress
from piiguard.scan.sheets import Sheet
from piiguard.scan.sources import Source
from piiguard.scan.stretches import Stretch, StretchPart

if TYPE_CHECKING:
    from piiguard.detect import Engine

__all__ = ["scan_file", "scan_listed", "scan_log", "scan_stretch"]


BINARY = "a binary file; --raw looks for residues in any bytes"
TIMED_OUT = "a pattern took too long on some lines, which were not searched for it"
_BROKEN = (OSError, *sources.DAMAGED)


@emptied
def scan_log(
    target: str | PathLike[str] | IO[bytes] | IO[str],
    options: Options | None = None,
    *,
    name: str | None = None,
    skip: Collection[str] = (),
    progress: Progress | None = None,
    sink: Callable[[Match], None] | None = None,
    journal: Journal | None = None,
) -> ScanReport:
    """Scan a file, all files of a directory or a glob, ``-`` for standard input, or an open stream.

    Every match also goes to ``sink``. A file that cannot be read is listed in the report's ``errors`` and makes
    it incomplete; so does an interrupt. ``skip`` leaves files of a directory out; a ``journal`` notes the files
    that are done and leaves them out next time. Raises :class:`ScanError` when the target names no file at all.
    """
    options = options or Options()
    _check_encoding(options.encoding)
    stream: BinaryIO | None = None
    if isinstance(target, PathLike):
        target = fspath(target)
    if not isinstance(target, str):
        if isinstance(target.read(0), str):
            target, options = sources.encoded(cast(IO[str], target)), replace(options, encoding="utf-8")
        stream, target = cast(BinaryIO, target), "stream"
    label = name or target
    listing = listed(target) if stream is None else Listing([label], named=True)
    listing.files = [file for file in listing.files if file not in skip]
    return scan_listed(label, listing, options, stream=stream, progress=progress, sink=sink, journal=journal)


def scan_listed(
    label: str,
    listing: Listing,
    options: Options,
    *,
    stream: BinaryIO | None = None,
    progress: Progress | None = None,
    sink: Callable[[Match], None] | None = None,
    journal: Journal | None = None,
) -> ScanReport:
    """Scan the files of a target that was listed, and name what the listing left."""
    started, stopped, named = clock.stamp(), False, listing.named
    outcomes: list[Outcome] = []
    # a stream that was read once is another one the next time, under the same name
    if stream is not None or (named and not os.path.isfile(label)):
        journal = None

    def finish(outcome: Outcome) -> None:
        outcomes.append(outcome)
        if journal:
            journal.note(label, outcome)

    known = {file: journal.find(label, file) for file in listing.files} if journal else {}
    outcomes += [outcome for outcome in known.values() if outcome]
    files = [file for file in listing.files if not known.get(file)]
    try:
        shared = options.jobs > 1 and sink is None and stream is None
        tasks = _tasks(files, options, named=named) if shared else []
        if len(tasks) > 1:
            _in_processes(label, tasks, options, finish, progress)
        elif files:
            engine = make_engine(options.entities)
            for file in files:
                scan_file(engine, label, file, options, finish, stream=stream, named=named,
                          sink=sink, progress=progress)  # fmt: skip
    except KeyboardInterrupt:
        stopped = True
    outcomes += [unread_outcome(label, place, why) for place, why in listing.left]
    outcomes.sort(key=lambda outcome: outcome.place)
    return report_of(label, "file", started, outcomes, stopped=stopped)


def _tasks(files: list[str], options: Options, *, named: bool) -> list[str | Stretch]:
    """What processes read: files, and of a large one its stretches."""
    tasks: list[str | Stretch] = []
    for file in files:
        try:
            tasks += stretches.cut(file, options, named=named) or [file]
        except OSError:  # whoever reads it says why
            tasks.append(file)
    return tasks


def _in_processes(
    target: str,
    tasks: list[str | Stretch],
    options: Options,
    finish: Callable[[Outcome], None],
    progress: Progress | None,
) -> None:
    from piiguard.scan import workers

    parts = stretches.Assembly(target, (task for task in tasks if isinstance(task, Stretch)), options)
    try:
        for _, read in workers.read_files(target, tasks, options):
            outcome = read if isinstance(read, Outcome) else parts.add(read)
            if outcome:
                finish(outcome)
            if progress and isinstance(read, StretchPart):
                done = outcome.bytes if outcome else parts.bytes_of(read.stretch.file)
                progress(read.stretch.file, done, read.stretch.size, "bytes")
            elif progress and outcome:
                progress(outcome.place, outcome.bytes, outcome.bytes, "bytes")
    finally:
        for outcome in parts.rest():
            finish(outcome)


def _check_encoding(name: str) -> None:
    try:
        codecs.lookup("utf-8" if name == "auto" else name)
    except LookupError:
        hint = "auto, utf-8, cp1251, kz1048, koi8-r, utf-16 …"
        raise ScanError(f"{name}: there is no such encoding", source=name, hint=hint) from None


def scan_stretch(
    engine: Engine, options: Options, part: StretchPart, progress: Callable[[int], None]
) -> None:
    """Scan a part of a file, as :func:`scan_file` does a whole one."""
    timeouts = engine.timeouts.total()
    part.complete = False
    try:
        stretches.read_stretch(engine, part.stretch, options, part, progress)
        part.complete = True
    except OSError as error:
        part.errors.append(_reason(error))
    finally:
        if engine.timeouts.total() > timeouts:
            part.errors.append(TIMED_OUT)


def scan_file(
    engine: Engine,
    target: str,
    file: str,
    options: Options,
    finish: Callable[[Outcome], None],
    *,
    stream: BinaryIO | None = None,
    named: bool = False,
    sink: Callable[[Match], None] | None = None,
    progress: Progress | None = None,
) -> None:
    """Scan one file and hand its outcome to ``finish``, also when an interrupt ends it."""
    statistics, errors, complete = LineStatistics(), list[str](), False
    timeouts = engine.timeouts.total()

    given = nullcontext(Source(stream)) if stream is not None else sources.opened(file, named=named)

    # single matches have places in lines, so for them a sheet is read as lines too
    sheet = reader_of(file, options) if sink is None and not options.raw else None
    try:
        with given as source:

            def on_block(read: int) -> None:
                if progress:
                    progress(file, read, source.size, "bytes")

            if source.binary and not options.raw:
                errors.append(BINARY)
                return
            if sheet is not None:
                sheet.read(engine, source.stream, options, on_block)
            else:
                _read(engine, source.stream, file, options, statistics, sink, on_block)
        complete = True
    except PiiguardError as error:
        errors.append(str(error))
    except UnicodeError:  # UTF-16 without its mark, for one; the error itself would hold the bytes
        errors.append(f"not of the encoding {options.encoding}")
    except _BROKEN as error:
        errors.append(_reason(error))
    finally:
        if engine.timeouts.total() > timeouts:
            errors.append(TIMED_OUT)
        failures = tuple(Failure(target, file, message) for message in errors)
        read: LineStatistics | Sheet | Dump = statistics if sheet is None else sheet
        notes = encoding_note(target, file, read.encoding)
        found = (
            statistics.chosen(target, file, options.min_confidence)
            if sheet is None
            else tuple(sheet.findings(target, file, options))
        )
        finish(Outcome(file, read.lines, read.bytes, found, failures, complete, notes))


def _read(
    engine: Engine,
    stream: BinaryIO,
    file: str,
    options: Options,
    statistics: LineStatistics,
    sink: Callable[[Match], None] | None,
    on_block: Callable[[int], None],
) -> None:
    from piiguard.detect import BlockReader

    def chosen(match: Match) -> None:
        if sink and match.score >= least_score(options.min_confidence):
            sink(match)

    reader = BlockReader(stream, options.encoding)
    read_lines(engine, reader, statistics, sink=chosen if sink else None, name=file, on_block=on_block)


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError) and not error.strerror:
        return "a recognizer took too long, and what is behind that was not read"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "the compressed data is damaged or ends too early"
