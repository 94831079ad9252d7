"""The databases that are read: a task for each of their tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard import database
from piiguard.errors import DatabaseError
from piiguard.read import Extent, Kind, Task, catalog, session
from piiguard.read.definitions import Definition, Refused, definitions
from piiguard.read.options import Limits, ReadOptions
from piiguard.read.relation import Relation
from piiguard.read.table import Database, TableTask

__all__ = ["DatabaseSource"]


class DatabaseSource:
    """A database that a URL names, or that a caller's engine is connected to; the engine is handed back as it was."""

    kind: Kind = "database"
    noted = True
    root = ""
    idle = False

    def __init__(self, target: str | sa.URL | sa.Engine) -> None:
        self._own = not isinstance(target, sa.Engine)
        self._engine = target if isinstance(target, sa.Engine) else database.open_reader(target)
        self.name = database.shown(self._engine.url)
        self._opened = Database(self._engine.url, self._engine)
        self._listed: list[Relation] | None = None

    def close(self) -> None:
        if self._own:
            self._engine.dispose()

    def extent(self, options: ReadOptions) -> Extent:
        """All tables and the rows that will be read of them. Raises: :class:`DatabaseError` when they cannot be listed."""
        self._listed = self._relations(options)
        tasks = [self._task(relation, options) for relation in self._listed]
        return Extent(len(tasks), sum(task.amount for task in tasks), "rows")

    def tasks(self, options: ReadOptions) -> Iterable[Task]:
        """One task for each table. Raises: :class:`DatabaseError` when they cannot be listed."""
        listed, self._listed = self._listed, None
        for relation in self._relations(options) if listed is None else listed:
            yield self._task(relation, options)

    def _task(self, relation: Relation, options: ReadOptions) -> TableTask:
        shared = self._engine.dialect.name != "sqlite" or database.is_file(self._engine.url)
        return TableTask(
            relation.place, relation.rows, "rows", cells=True, shared=shared,
            database=self._opened, relation=relation, options=options,
        )  # fmt: skip

    def definitions(self, options: ReadOptions) -> Iterator[Definition | Refused]:
        """What it holds beside the rows of the objects that were asked for."""
        try:
            with session.reader(self._engine, Limits(statement=60.0, lock=options.limits.lock)) as connection:
                for each in definitions(connection):
                    names = (each.place, each.object) if isinstance(each, Definition) else ()
                    if not names or catalog.is_chosen(names, options.tables, options.exclude):
                        yield each
        except self._errors as error:
            yield Refused("texts", session.explain(error))

    @property
    def _errors(self) -> tuple[type[Exception], ...]:
        return SQLAlchemyError, DatabaseError, UnicodeError, self._engine.dialect.loaded_dbapi.Error

    def _relations(self, options: ReadOptions) -> list[Relation]:
        limits = Limits(statement=60.0, lock=options.limits.lock)
        try:
            with session.reader(self._engine, limits) as connection:
                return catalog.relations(connection, options.tables, options.exclude, options.views)
        except (SQLAlchemyError, UnicodeError) as error:
            raise DatabaseError(
                f"{self.name}: its tables cannot be listed: {session.explain(error)}",
                source=self.name,
                hint=database.reason(error)[1],
            ) from None
