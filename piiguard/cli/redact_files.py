"""Redacts one file after the other, into files or a folder, and scans each copy before it takes its name if asked to."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from piiguard.cli.say import CHECK_PATH
from piiguard.errors import ScanError
from piiguard.files import PRIVATE, new_file, written

if TYPE_CHECKING:
    from piiguard.read.sources import Source
    from piiguard.redact.files.copy import Cleaner
    from piiguard.redact.files.notes import Notes
    from piiguard.redact.files.results import Left, Result

__all__ = ["Job", "Runner", "jobs_of", "mode_of", "opened", "told", "typed"]


@dataclass(frozen=True, slots=True)
class Job:
    """A file and its copy; ``why`` there is none. ``name`` is what the file is called below its folder."""

    source: str
    copy: Path
    name: str = ""
    named: bool = True
    why: str = ""
    folder: Path | None = None
    """what the copy lies below, and is made in"""


def jobs_of(sources: Sequence[str], folder: Path) -> list[Job]:
    """The files that these name, each with its copy below the folder.

    Raises: :class:`ScanError` where a name names nothing, two copies would be one, or the folder lies among the files.
    """
    from piiguard.read.listing import listed

    jobs: dict[Path, Job] = {}
    for source in sources:
        found = listed(source)
        if found.root and _is_below(folder, Path(found.root)):
            raise ScanError(
                f"{folder}: lies in the folder that is read", source=str(folder), hint="name one beside it"
            )
        for file, why in [*((file, "") for file in found.files), *found.left]:
            name = os.path.relpath(file, found.root) if found.root else os.path.basename(file)
            job = Job(file, folder / name, name, found.named, why, folder)
            if job.copy in jobs and jobs[job.copy].source != file:
                raise ScanError(
                    f"{file} and {jobs[job.copy].source}: both would be written to {job.copy}", source=file,
                    hint="redact them into two folders",
                )  # fmt: skip
            jobs[job.copy] = job
    return list(jobs.values())


def _is_below(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


class NotClean(Exception):
    """A copy in which something is left; it never takes its name."""

    def __init__(self, left: Sequence[Left]) -> None:
        super().__init__()
        self.left = left


@dataclass(slots=True)
class Runner:
    """Makes copies; with ``check`` each is scanned for the same ``entities`` before it takes its name."""

    cleaner: Cleaner
    check: bool = False
    entities: tuple[str, ...] | None = None
    made: tuple[object, ...] = ()
    """what else the copies depend on: options of the redactor"""

    def one(self, job: Job) -> Result:
        """Redact one file into its copy. Raises :class:`ScanError` where it cannot be read or written."""
        from piiguard.redact.files.results import Result

        engine = self.cleaner.redactor.engine
        before = engine.timeouts.total()
        try:
            with told(job.source), opened(job.source, named=job.named) as source:
                self.cleaner.check(job.source, source)
                with new_file(job.copy, mode_of(job.source), room=job.folder) as file:
                    tally = self.cleaner.copy(job.source, source, file)
                    if self.check and (left := self._left(job, file)):
                        raise NotClean(left)
        except NotClean as found:
            return Result(job.source, "left", left=found.left)
        timeouts = engine.timeouts.total() - before
        return Result(job.source, "redacted", str(job.copy), "", tally.replaced, tally.withheld, timeouts)

    def stream(self, name: str, sink: IO[bytes]) -> Result:
        """Redact one file to a pipe. Raises :class:`ScanError`."""
        from piiguard.redact.files.results import Result

        engine = self.cleaner.redactor.engine
        before = engine.timeouts.total()
        with told(name), opened(name) as source:
            self.cleaner.check(name, source)
            tally = self.cleaner.copy(name, source, sink)
        timeouts = engine.timeouts.total() - before
        return Result(name, "redacted", "", "", tally.replaced, tally.withheld, timeouts)

    def many(self, jobs: Sequence[Job], folder: Path) -> Iterator[Result]:
        """Redact files into a folder, those left out that were done before. Raises :class:`ScanError` for the folder."""
        from piiguard.redact.files.notes import Notes
        from piiguard.redact.files.results import Result

        with _room(folder):
            notes = Notes(folder, self._settings())
            for job in jobs:
                yield Result(job.source, "unread", reason=job.why) if job.why else self._noted(job, notes)

    def _noted(self, job: Job, notes: Notes) -> Result:
        """Redact one of many, unless that is done."""
        from piiguard.redact.files.results import Result

        source = Path(job.source)
        try:
            _stays_below(job)
            known = notes.replaced(job.name, source, job.copy) if job.copy.exists() else None
            if known is not None:
                return Result(job.source, "earlier", str(job.copy), replaced=known)
            result = self.one(job)
            if result.whole:
                notes.add(job.name, source, job.copy, result.replaced)
        except ScanError as error:
            reason = str(error).removeprefix(f"{job.source}: ")
            return Result(job.source, "refused", reason=f"{reason}; {error.hint}" if error.hint else reason)
        except OSError as error:
            return Result(job.source, "refused", reason=(error.strerror or "error").lower())
        return result

    def _settings(self) -> str:
        """What makes a copy another one, as a digest: no option is told."""
        from piiguard import __version__

        made = (__version__, *self.made, self.cleaner.encoding, self.cleaner.form, self.check)
        return hashlib.sha256(repr(made).encode()).hexdigest()

    def _left(self, job: Job, file: IO[bytes]) -> list[Left]:
        """What a scan finds in the copy and in the names of its folders at medium or above."""
        from piiguard.cli.redact_scan import left
        from piiguard.redact.files.copy import form_of
        from piiguard.scan import Options

        form = form_of(job.source, self.cleaner.form).replace("log", self.cleaner.form)
        options = Options(entities=self.entities, sample=None, form=form, encoding=self.cleaner.encoding)
        with written(file) as copy:
            return left(job.source, job.name, copy, options)


@contextmanager
def _room(folder: Path) -> Iterator[None]:
    """The folder of the copies, made where it is missing; it goes again where nothing came into it."""
    made = not os.path.lexists(folder)
    with told(str(folder)):
        folder.mkdir(exist_ok=True)
    try:
        yield
    finally:
        if made:
            with suppress(OSError):
                folder.rmdir()


def _stays_below(job: Job) -> None:
    """A link among the folders that a copy lies in must not lead elsewhere."""
    if job.folder and not _is_below(job.copy.parent, job.folder):
        raise ScanError(f"{job.copy.parent}: leads out of the folder", source=str(job.copy))
    if os.path.lexists(job.copy) and not job.copy.is_file():  # a FIFO would be waited for
        raise ScanError(f"{job.source}: what has the name of its copy is no file", source=str(job.copy))


@contextmanager
def opened(name: str, *, named: bool = True) -> Iterator[Source]:
    """The file, decompressed: in compressed bytes no value would be seen, and all would stay.

    Raises: :class:`ScanError` where it is damaged, OSError where it cannot be opened.
    """
    from piiguard.read import sources

    try:
        with _to_the_end(name), sources.opened(name, named=named) as source:
            yield source
    except sources.DAMAGED:
        raise ScanError(
            f"{name}: cannot be decompressed: damaged, or cut off", source=name, hint=CHECK_PATH
        ) from None


@contextmanager
def _to_the_end(name: str) -> Iterator[None]:
    """Ctrl-C reaches the whole pipeline: the application's last lines must still get through."""
    import signal

    before = signal.getsignal(signal.SIGINT)
    if name == "-" and sys.stdin and not sys.stdin.isatty():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        if name == "-":
            signal.signal(signal.SIGINT, before)


@contextmanager
def told(name: str) -> Iterator[None]:
    """Errors of files in our words, with the name that the user knows."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        place = error.filename or name
        reason = (error.strerror or "error").lower()
        raise ScanError(f"{place}: {reason}", source=str(place), hint=CHECK_PATH) from None


def mode_of(source: str) -> int:
    """What is left of a text without values may be read by whoever may read the text."""
    try:
        return 0o666 if source == "-" else os.stat(source).st_mode & 0o666
    except OSError:
        return PRIVATE  # whoever opens it says why


def typed(source: str) -> Path:
    """The file that was typed: ./- is a file of that name, which a Path would take for standard input."""
    return Path(source) if source == "-" or Path(source) != Path("-") else Path(source).absolute()
