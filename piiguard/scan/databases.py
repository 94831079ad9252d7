"""Scans a database: lists its tables, reads each in a transaction of its own, judges what was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa

from piiguard import clock, database
from piiguard.errors import DatabaseError
from piiguard.frames import emptied
from piiguard.manifest import Manifest
from piiguard.scan import catalog, sampling, session, tables, workers
from piiguard.scan.engines import make_observer
from piiguard.scan.finding import Failure, Finding, Match, Note, ScanReport
from piiguard.scan.journal import Journal
from piiguard.scan.matches import list_matches
from piiguard.scan.observe import Observer
from piiguard.scan.options import Limits, Options
from piiguard.scan.outcome import Outcome, report_of, unread
from piiguard.scan.progress import Progress
from piiguard.scan.protection import findings_of, with_records
from piiguard.scan.relation import Relation
from piiguard.scan.tables import Part
from piiguard.scan.workers import TableTask

__all__ = ["scan_database"]


@emptied
def scan_database(
    target: str | sa.URL | sa.Engine,
    options: Options | None = None,
    *,
    manifest: Manifest | None = None,
    progress: Progress | None = None,
    sink: Callable[[Match], None] | None = None,
    journal: Journal | None = None,
) -> ScanReport:
    """Scan one database and report what its columns hold; every match behind a finding also goes to ``sink``.

    A URL is opened so that an SQLite file is not changed; an engine is read through as it is, and handed back so.
    A table that cannot be read is listed in the report's ``errors`` and makes the report incomplete; so does an
    interrupt. A ``journal`` notes the tables that are done and leaves them out next time. Raises
    :class:`DatabaseError` when the database cannot be reached at all.
    """
    options = options or Options()
    engine = target if isinstance(target, sa.Engine) else database.open_reader(target)
    try:
        return _Scan(engine, options, manifest, progress, sink, journal).run()
    except database.LeftUnread as error:
        return unread(error.source, f"{error}; {error.hint}")
    finally:
        if engine is not target:
            engine.dispose()


class _Scan:
    """Collects outcomes as it goes, so that an interrupt finds a report to give."""

    def __init__(
        self,
        engine: sa.Engine,
        options: Options,
        manifest: Manifest | None,
        progress: Progress | None,
        sink: Callable[[Match], None] | None,
        journal: Journal | None,
    ) -> None:
        self.engine, self.options, self.manifest = engine, options, manifest
        self.progress, self.sink, self.journal = progress, sink, journal
        self.name = database.shown(engine.url)
        self.outcomes: list[Outcome] = []

    def run(self) -> ScanReport:
        started, stopped = clock.stamp(), False
        observer = make_observer(self.options)
        relations = self._relations()
        try:
            if self.options.jobs > 1 and self.sink is None and self._can_be_shared():
                self._read_in_processes(relations, observer)
            else:
                for relation in relations:
                    self._read(relation, observer)
        except KeyboardInterrupt:
            stopped = True
        outcomes = sorted(self.outcomes, key=lambda outcome: outcome.place)
        return report_of(self.name, "database", started, outcomes, stopped=stopped)

    def _can_be_shared(self) -> bool:
        """Whether another process sees the same database: one in memory is seen by its own alone."""
        return self.engine.dialect.name != "sqlite" or database.is_file(self.engine.url)

    def _relations(self) -> list[Relation]:
        """What is left to read; what a journal knows is taken from there."""
        limits = Limits(statement=60.0, lock=self.options.limits.lock)
        try:
            with session.reader(self.engine, limits) as connection:
                every = catalog.relations(
                    connection, self.options.tables, self.options.exclude, self.options.views
                )
        except (sa.exc.SQLAlchemyError, UnicodeError) as error:
            raise DatabaseError(
                f"{self.name}: its tables cannot be listed: {session.explain(error)}",
                source=self.name,
                hint=database.reason(error)[1],
            ) from None
        known = {r.place: self.journal and self.journal.find(self.name, r.place) for r in every}
        self.outcomes += [outcome for outcome in known.values() if outcome]
        return [relation for relation in every if not known[relation.place]]

    def _read(self, relation: Relation, observer: Observer) -> None:
        part = Part()

        def on_page(part: Part) -> None:
            self._show(relation, part.rows)

        try:
            tables.read(self.engine, relation, observer, self.options, part, on_page=on_page)
        except KeyboardInterrupt:
            part.complete = False
            raise
        finally:
            findings = self._judge(relation, part)
        if self.sink:
            self._list(relation, findings, observer, self.sink)

    def _list(
        self, relation: Relation, findings: list[Finding], observer: Observer, sink: Callable[[Match], None]
    ) -> None:
        try:
            list_matches(self.engine, relation, findings, self.options, observer, sink)
        except (
            sa.exc.SQLAlchemyError,
            DatabaseError,
            UnicodeError,
            self.engine.dialect.loaded_dbapi.Error,
        ) as error:
            message = f"its matches were not listed: {session.explain(error)}"
            self._fail(relation, message)

    def _fail(self, relation: Relation, message: str) -> None:
        failure = Failure(self.name, relation.place, message)
        last = self.outcomes[-1]
        self.outcomes[-1] = replace(last, errors=(*last.errors, failure))

    def _read_in_processes(self, relations: list[Relation], observer: Observer) -> None:
        parts = {relation.place: Part() for relation in relations}
        tasks = [task for r in relations for task in self._tasks(r, observer, parts[r.place])]
        left = Counter(task.relation.place for task in tasks)
        try:
            for task, read in workers.read_tables(self.engine.url, tasks, self.options):
                place = task.relation.place
                parts[place].merge(read)
                left[place] -= 1
                self._show(task.relation, parts[place].rows)
                if not left[place]:
                    self._judge(task.relation, parts.pop(place))
        except KeyboardInterrupt:
            for relation in relations:
                if (part := parts.get(relation.place)) and part.rows:
                    part.complete = False
                    self._judge(relation, part)
            raise

    def _tasks(self, relation: Relation, observer: Observer, part: Part) -> list[TableTask]:
        """One task, or for a large table with an integer key a task per range."""
        if not tables.large(relation, self.options) or not relation.key or relation.unread or relation.told:
            return [TableTask(relation)]
        try:
            with session.reader(self.engine, self.options.limits, relation) as connection:
                settled = tables.settled(connection, relation, observer, self.options, part)
                spans = sampling.key_ranges(connection, relation, 4 * self.options.jobs)
        except (sa.exc.SQLAlchemyError, DatabaseError, UnicodeError, self.engine.dialect.loaded_dbapi.Error):
            part.partials.clear()  # the task itself will meet the same error, and report it
            return [TableTask(relation)]
        return [TableTask(relation, span, settled) for span in spans]

    def _show(self, relation: Relation, rows: int) -> None:
        if self.progress:
            self.progress(relation.place, rows, relation.rows, "rows")

    def _judge(self, relation: Relation, part: Part) -> list[Finding]:
        outcome = judged(self.name, relation, part, self.options, self.manifest)
        self.outcomes.append(outcome)
        if self.journal:
            self.journal.note(self.name, outcome)
        return list(outcome.findings)


def judged(
    target: str, relation: Relation, part: Part, options: Options, manifest: Manifest | None = None
) -> Outcome:
    """Judge what was read of one table."""
    found = findings_of(
        target,
        relation.place,
        part.partials,
        manifest=manifest,
        comments={c.name: c.comment for c in relation.columns if c.comment},
        min_confidence=options.min_confidence,
        entities=options.entities,
    )
    sampled = options.sample is not None and part.size > options.sample
    counted = tuple(
        with_records(finding, part.size if sampled else part.rows, part.rows) for finding in found
    )
    errors = tuple(Failure(target, relation.place, message) for message in part.errors)
    notes = tuple(Note(target, relation.place, message) for message in part.notes)
    return Outcome(relation.place, part.rows, part.bytes, counted, errors, part.complete, notes)
