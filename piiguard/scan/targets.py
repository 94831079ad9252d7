"""Tells what a target is, and scans it: a database or a bucket by its URL, an SQLite file by its head, else files."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from os import PathLike, fspath
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from piiguard import database
from piiguard.errors import DatabaseError, ScanError
from piiguard.frames import emptied
from piiguard.manifest import Manifest
from piiguard.names import without_password
from piiguard.read import Kind, Sink, Source, members, ocr, sources
from piiguard.read.file import FileSource
from piiguard.read.listing import Listing, listed
from piiguard.read.parquet import PARQUET, ParquetSource
from piiguard.read.store.address import is_store
from piiguard.scan.finding import ScanReport
from piiguard.scan.journal import Journal
from piiguard.scan.ledger import NO_FILE, join, unread
from piiguard.scan.options import Options
from piiguard.scan.progress import Progress
from piiguard.scan.run import Elsewhere, run

if TYPE_CHECKING:
    import sqlalchemy as sa

__all__ = ["is_document", "is_url", "kinds_of", "scan_database", "scan_log", "scan_target"]

NO_GROWTH = "an object is written at once, and does not grow"


def is_url(target: str) -> bool:
    """Whether this names a database, and neither a file nor objects.

    >>> is_url("sqlite:///crm.db"), is_url("C:/logs/app.log"), is_url("s3://leads/in/")
    (True, False, False)
    """
    return "://" in target and not is_store(target)


@emptied
def scan_database(
    target: str | sa.URL | sa.Engine,
    options: Options | None = None,
    *,
    manifest: Manifest | None = None,
    progress: Progress | None = None,
    sink: Sink | None = None,
    journal: Journal | None = None,
    elsewhere: Elsewhere | None = None,
) -> ScanReport:
    """Scan one database and report what its columns hold; every match behind a finding also goes to ``sink``.

    A URL is opened so that an SQLite file is not changed; an engine is read through as it is, and handed back so.
    A table that cannot be read is listed in the report's ``errors`` and makes the report incomplete; so does an
    interrupt. A ``journal`` notes the tables that are done and leaves them out next time. Raises
    :class:`DatabaseError` when the database cannot be reached at all.
    """
    from piiguard.read.database import DatabaseSource  # SQLAlchemy, which a log does without

    try:
        return run(
            DatabaseSource(target), options or Options(), manifest=manifest, progress=progress, sink=sink,
            journal=journal, elsewhere=elsewhere,
        )  # fmt: skip
    except database.LeftUnread as error:
        return unread(error.source, f"{error}; {error.hint}")


@emptied
def scan_log(
    target: str | PathLike[str] | IO[bytes] | IO[str],
    options: Options | None = None,
    *,
    name: str | None = None,
    skip: Collection[str] = (),
    progress: Progress | None = None,
    sink: Sink | None = None,
    journal: Journal | None = None,
    waiting: Callable[[], None] | None = None,
) -> ScanReport:
    """Scan a file, all files of a directory or a glob, the objects of a bucket (``s3://…``), ``-`` for standard input, or an open stream.

    Every match also goes to ``sink``. A file that cannot be read is listed in the report's ``errors`` and makes
    it incomplete; so does an interrupt. ``skip`` leaves files of a directory out; a ``journal`` notes the files
    that are done and leaves them out next time. With ``waiting`` a file is read on as it grows, until an interrupt; it
    is called whenever nothing is new. Raises :class:`ScanError` when the target names no file at all.
    """
    options = options or Options()
    _check(options)
    stream: BinaryIO | None = None
    if isinstance(target, PathLike):
        target = fspath(target)
    if not isinstance(target, str):
        if isinstance(target.read(0), str):
            target, options = sources.encoded(cast(IO[str], target)), replace(options, encoding="utf-8")
        stream, target = cast(BinaryIO, target), "stream"
    label = name or target
    if stream is None and is_store(target):
        if waiting:
            raise ScanError(f"{target}: {NO_GROWTH}", source=target, hint="scan again with --since")
        return run(_store(target, label, skip), options, progress=progress, sink=sink, journal=journal)
    listing = listed(target) if stream is None else Listing([label], named=True)
    source = FileSource(label, listing, skip=skip, stream=stream, by_line=sink is not None, waiting=waiting)
    return run(source, options, progress=progress, sink=sink, journal=journal)


def _check(options: Options) -> None:
    """Raises: what cannot be kept, before anything is read."""
    _check_encoding(options.encoding)
    if options.ocr:
        ocr.required()


def _check_encoding(name: str) -> None:
    try:
        codecs.lookup("utf-8" if name == "auto" else name)
    except LookupError:
        hint = "auto, utf-8, cp1251, kz1048, koi8-r, utf-16 …"
        raise ScanError(f"{name}: there is no such encoding", source=name, hint=hint) from None


def scan_target(
    target: str,
    options: Options,
    *,
    manifest: Manifest | None = None,
    progress: Progress | None = None,
    sink: Sink | None = None,
    journal: Journal | None = None,
    elsewhere: Elsewhere | None = None,
) -> ScanReport:
    """Scan whatever the target names.

    Raises: :class:`DatabaseError` or :class:`ScanError` when there is no such thing, or it cannot be reached.
    """
    if is_url(target):
        return scan_database(
            target, options, manifest=manifest, progress=progress, sink=sink, journal=journal,
            elsewhere=elsewhere,
        )  # fmt: skip
    _check(options)
    if is_store(target):
        return run(
            _store(target), options, progress=progress, sink=sink, journal=journal, elsewhere=elsewhere
        )
    whole = listed(target)
    if not (whole.files or whole.left or os.path.isdir(target)):  # a misspelt glob must not look clean
        return unread(without_password(target), NO_FILE)
    listing = whole.without(options.exclude)
    # the bytes of a database may hold what its tables no longer do
    databases = [] if options.raw else _databases(listing)
    reports: list[ScanReport] = []
    for name in databases:
        try:
            reports.append(
                scan_database(_url_of(name), options, manifest=manifest,
                              progress=progress, sink=sink, journal=journal, elsewhere=elsewhere)
            )  # fmt: skip
        except DatabaseError as error:  # damaged like any other file, and the others are still worth a report
            reports.append(unread(error.source, str(error)))
    for source in _files(target, listing, databases, by_line=sink is not None, history=options.history):
        reports.append(
            run(source, options, manifest=manifest, progress=progress, sink=sink, journal=journal,
                elsewhere=elsewhere)
        )  # fmt: skip
    return join(reports)


def kinds_of(target: str) -> set[Kind]:
    """Whether a target holds tables, files, or both; asked to refuse options that none of them can keep."""
    if is_url(target):
        return {"database"}
    if is_store(target):
        return {"file"}
    listing = listed(target)
    tables = {name for name in listing.files if name.lower().endswith(PARQUET)} | set(_databases(listing))
    kinds: list[tuple[Kind, object]] = [("database", tables), ("file", len(tables) < len(listing.files))]
    return {kind for kind, there in kinds if there}


def is_document(target: str) -> bool:
    """Whether a target is one file, and a document that nobody can be told how to read."""
    return "://" not in target and os.path.isfile(target) and members.is_document(target)


def _store(target: str, name: str = "", skip: Collection[str] = ()) -> Source:
    from piiguard.read.store.source import StoreSource  # what files are read without

    return StoreSource(target, name, skip=skip)


def _url_of(name: str) -> sa.URL:
    import sqlalchemy as sa

    return sa.URL.create("sqlite", database=name)


def _databases(listing: Listing) -> list[str]:
    return [name for name in listing.files if sources.is_sqlite(name, named=listing.named)]


def _files(
    target: str, listing: Listing, databases: Collection[str], *, by_line: bool, history: bool
) -> Iterator[Source]:
    """The files of a target beside its databases: those of Parquet are one table."""
    tables = [name for name in listing.files if name.lower().endswith(PARQUET)]
    # A log belongs to its database, and was read with it; a journal may hold what the database does not.
    logs = [
        f"{name}{end}" for name in databases for end in sources.LOGS if sources.is_log(f"{name}{end}", end)
    ]
    apart = {*databases, *tables, *logs}
    if tables:
        yield ParquetSource(target, tables, named=listing.named)
    if history:
        from piiguard.read.history.source import HistorySource

        yield HistorySource(target, listing, apart=apart, by_line=by_line)
        return
    rest = [name for name in listing.files if name not in apart]
    if rest or listing.left or listing.excluded or not apart:
        yield FileSource(target, replace(listing, files=rest), by_line=by_line)
