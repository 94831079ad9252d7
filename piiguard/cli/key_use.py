"""What still needs a key, asked before it changes its state: rows, open transactions, applications and pins."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from piiguard.cli import say_keys
from piiguard.cli.options import load_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from piiguard.keys.document import Contents, Document, KeyVersion
    from piiguard.keys.freshness import Pin
    from piiguard.keys.heartbeat import Beat
    from piiguard.manifest import ProtectedColumn

__all__ = [
    "beats_of",
    "pins_of",
    "refuse_behind_databases",
    "refuse_unprepared",
    "refuse_while_in_use",
    "refuse_writers",
]


def pins_of(path: Path, databases: tuple[str, ...]) -> Iterator[Pin | None]:
    """What each database has seen, None for one that has seen nothing; asked when the keyring has been opened."""
    from piiguard.database import connect, open_reader
    from piiguard.keys import store
    from piiguard.keys.document import Document
    from piiguard.protect import state

    for url in databases:
        engine = open_reader(url)
        try:
            with connect(engine) as connection:
                document = Document.parse(store.read(path), str(path))
                yield state.pinned(connection, str(document.id), document.generation)
        finally:
            engine.dispose()


def refuse_behind_databases(
    path: Path, held: Contents, trail_file: Path | None, databases: tuple[str, ...]
) -> None:
    """Refuse a keyring or a trail that is older than what a database has seen, or of another history.

    A keyring and its trail that were put back together agree with one another: only somebody else knows better. What
    is pinned of either counts without the other, and a database that has pinned nothing is named.
    """
    from piiguard.database import connect, open_reader, shown
    from piiguard.keys.freshness import refuse_behind_pin
    from piiguard.keys.state import State
    from piiguard.keys.trail import ChainedTrail, KeyringTrail, Trail
    from piiguard.protect import state
    from piiguard.protect.batches.trail import refuse_older

    def opened(
        _: Document,
    ) -> tuple[Contents, bytes]:  # what has just been verified, not what lies there by now
        return held, b""

    trails: list[Trail] = [KeyringTrail(path, opened)]
    if trail_file is not None:
        trails.append(ChainedTrail(path, opened, trail_file))
    for url in databases:
        engine = open_reader(url)
        try:
            with connect(engine) as connection:
                if (pin := state.pinned(connection, str(held.id), held.generation)) is not None:
                    refuse_behind_pin(State.of(held), pin, str(path))
                if not state.knows(connection, str(held.id)):
                    say_keys.nothing_pinned(shown(url))
                    continue
                for trail in trails:
                    refuse_older(connection, trail, str(held.id), held.generation)
        finally:
            engine.dispose()


def refuse_while_in_use(
    path: Path, manifest_file: Path | None, kind: str, version: int, databases: tuple[str, ...]
) -> KeyVersion:
    """Count the rows of a version twice, a reload apart: a process may still write with the old primary.

    And a transaction may still be open in which it did.
    """
    import time

    from piiguard.keys import store, transitions
    from piiguard.keys.document import Document
    from piiguard.keys.keyring import POLL_SECONDS
    from piiguard.protect.census.writers import wait_for_writers

    document = Document.parse(store.read(path), str(path))
    found = transitions.find(document, kind, version)
    if found.state == "staged":  # nothing was ever written with it
        return found
    if not databases:
        raise click.UsageError(say_keys.NEEDS_DATABASE)
    manifest = load_manifest(manifest_file)
    if manifest is None:
        raise click.UsageError(say_keys.NEEDS_MANIFEST)
    say_keys.refuse_rows(found, _rows(databases, manifest.columns, found))
    _refuse_unlisted(databases, manifest.columns, found, document)
    time.sleep(POLL_SECONDS + 0.5)
    for url in databases:
        wait_for_writers(url, notice=say_keys.waiting)
    say_keys.refuse_rows(found, _rows(databases, manifest.columns, found))
    return found


def refuse_writers(path: Path, kind: str, version: int, databases: tuple[str, ...]) -> None:
    """Everybody has to write with a newer version before rows are counted, or what is counted is soon wrong."""
    from piiguard.keys import store, transitions
    from piiguard.keys.document import Document

    document = Document.parse(store.read(path), str(path))
    transitions.refuse_writers(document, kind, version, document.generation, beats_of(path, databases))


def _refuse_unlisted(
    databases: tuple[str, ...], columns: Sequence[ProtectedColumn], version: KeyVersion, document: Document
) -> None:
    """Look for the version outside the manifest; what cannot be looked at bars what cannot be undone."""
    from piiguard.database import open_reader
    from piiguard.protect.census import finder

    for url in databases:
        engine = open_reader(url)
        try:
            found = finder.find(engine, version, document.versions, columns)
        finally:
            engine.dispose()
        say_keys.refuse_unlisted(version, found.rows)
        say_keys.not_looked_at(found.unread, final=version.state == "retired")


def refuse_unprepared(
    path: Path, manifest_file: Path | None, version: int, databases: tuple[str, ...]
) -> None:
    """A UNIQUE blind index must know every value under the next key before anybody writes with it."""
    from piiguard.database import connect, open_reader
    from piiguard.keys import store, transitions
    from piiguard.keys.document import Document
    from piiguard.protect.indexes.versions import unprepared

    found = transitions.find(Document.parse(store.read(path), str(path)), "index", version)
    manifest = load_manifest(manifest_file)
    if manifest is None or found.state != "staged":  # going back to a version is never refused
        return
    for url in databases:
        engine = open_reader(url)
        try:
            with connect(engine) as connection:
                say_keys.refuse_unprepared(version, list(unprepared(connection, manifest.columns, version)))
        finally:
            engine.dispose()


def beats_of(path: Path, databases: tuple[str, ...]) -> list[Beat]:
    """What running applications have reported, beside the keyring and in the databases."""
    from piiguard.keys.heartbeat import FileHeartbeat

    beats = FileHeartbeat(path).beats()
    for url in databases:
        from piiguard.database import open_reader
        from piiguard.protect.heartbeat import TableHeartbeat

        engine = open_reader(url)
        try:
            beats += TableHeartbeat(engine).beats()
        finally:
            engine.dispose()
    return beats


def _rows(databases: tuple[str, ...], columns: Sequence[ProtectedColumn], version: KeyVersion) -> int:
    from piiguard.database import open_reader
    from piiguard.protect.census import counts

    total = 0
    for url in databases:
        engine = open_reader(url)
        try:
            if version.kind == "data":
                total += counts.count_rows(engine, columns, version.id)
            else:
                total += counts.count_index_rows(engine, columns, version.version)
        finally:
            engine.dispose()
    return total
