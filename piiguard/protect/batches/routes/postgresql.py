"""PostgreSQL's route: the batch goes over as arrays, and one UPDATE joins it by key and old bytes."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from piiguard.database import compiled, connect, own_path
from piiguard.protect.batches.batch import Batches, Converted, Step, convert
from piiguard.protect.batches.checkpoint import Checkpoint
from piiguard.protect.batches.routes.held import Sent, settle
from piiguard.protect.cells.exact import is_binary, is_text
from piiguard.protect.outcome import Tally
from piiguard.protect.schema.table_code import path_for
from piiguard.protect.schema.tables import compared, quoted

__all__ = ["PostgresqlRoute"]

_KEYS = (sa.Integer, sa.String, sa.Uuid, sa.Numeric, sa.Date, sa.DateTime)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows that were read and converted, but not yet written; ``last`` is the key of the last one read."""

    last: tuple[Any, ...]
    found: int
    keys: Sequence[Sequence[Any]]
    cells: Sequence[Sequence[Any]]
    made: Converted


class PostgresqlRoute:
    """Read in binary through the driver, write by ``UPDATE … FROM`` arrays.

    With ``ahead`` a thread reads and converts the next batch on a connection of its own, while the server
    writes this one: what it read is as good as any, as writing compares with the old bytes.
    """

    def __init__(self, connection: sa.Connection, plan: Batches, *, ahead: bool = False) -> None:
        self.plan = plan
        self.width = len(plan.key.columns)
        self.update, self.held = _statements(connection.dialect, plan)
        self.path = path_for(connection, plan.table)
        self.selects: dict[tuple[bool, bool], Any] = {}
        self._thread = ThreadPoolExecutor(1, "piiguard-ahead") if ahead else None
        self._next: tuple[Checkpoint, Future[_Batch | None]] | None = None

    @staticmethod
    def takes(plan: Batches) -> bool:
        """Whether every type has an array that the driver can send."""
        cells = all(cell.text or is_binary(cell.column) for cell in plan.cells)
        targets = all(is_binary(a.target) or is_text(a.target) for a in plan.assignments)
        return cells and targets and all(isinstance(c.type, _KEYS) for c in plan.key.columns)

    def __call__(self, connection: sa.Connection, checkpoint: Checkpoint, size: int) -> Step:
        batch = self._taken(checkpoint) or self._convert(self._read(connection, checkpoint, size))
        if batch is None:
            return Step(None, Tally())
        if self._thread is not None:
            self._begin_next(connection.engine, replace(checkpoint, last=batch.last), size)
        sent = Sent(batch.keys, batch.cells, batch.made.fresh, batch.found, batch.made.failed)
        return Step(batch.last, self._write(connection, sent) if sent.rows else sent.tally(0, 0))

    def close(self) -> None:
        """End the thread; what it read is forgotten."""
        if self._thread is not None:
            self._thread.shutdown(cancel_futures=True)

    def _begin_next(self, engine: sa.Engine, checkpoint: Checkpoint, size: int) -> None:
        def read() -> _Batch | None:
            with connect(engine) as connection:
                rows = self._read(connection, checkpoint, size)
            return self._convert(rows)

        assert self._thread is not None  # noqa: S101 - the caller has looked
        self._next = checkpoint, self._thread.submit(read)

    def _taken(self, checkpoint: Checkpoint) -> _Batch | None:
        """The batch that was read ahead; None: it must be read now, as there may be new rows at the end."""
        begun, self._next = self._next, None
        if begun is None or begun[0].last != checkpoint.last:
            return None
        return begun[1].result()

    def _convert(self, found: list[tuple[Any, ...]]) -> _Batch | None:
        if not found:
            return None
        columns: Sequence[Sequence[Any]] = list(zip(*found, strict=True))
        keys, cells = columns[: self.width], columns[self.width :]
        made = convert(self.plan, cells)
        if (rows := made.rows) is not None:
            keys, cells = ([[column[n] for n in rows] for column in group] for group in (keys, cells))
        return _Batch(tuple(found[-1][: self.width]), len(found), keys, cells, made)

    def _read(self, connection: sa.Connection, checkpoint: Checkpoint, size: int) -> list[tuple[Any, ...]]:
        low = checkpoint.last if checkpoint.last is not None else checkpoint.low
        parameters = {"size": size, **_named("low", low), **_named("high", checkpoint.high)}
        shape = low is not None, checkpoint.high is not None
        if shape not in self.selects:
            self.selects[shape] = compiled(connection, _select(self.plan, *shape))
        select = self.selects[shape]
        driver: Any = connection.connection.driver_connection
        with driver.cursor(binary=True) as cursor:
            cursor.execute(str(select), select.construct_params(parameters))
            return list(cursor.fetchall())

    def _write(self, connection: sa.Connection, sent: Sent) -> Tally:
        from piiguard.protect.batches.routes.arrays import array, register

        register(connection.connection.driver_connection)
        keys, old, fresh = (
            [array(column) for column in group] for group in (sent.keys, sent.old, sent.fresh)
        )
        edges = [column[0] for column in sent.keys] + [column[-1] for column in sent.keys]
        parameters = (*keys, *old, *fresh, *edges)
        with own_path(connection, self.path):
            written = connection.exec_driver_sql(self.update, parameters).rowcount
            if self.plan.checked:  # a deferred trigger could change it still
                connection.exec_driver_sql("set constraints all immediate")
        held = None
        if self.plan.checked:
            held = connection.exec_driver_sql(self.held, parameters).scalar_one()
        return settle(connection, self.plan, sent, written, held)


def _named(name: str, values: Sequence[Any] | None) -> dict[str, Any]:
    return {f"{name}{n}": value for n, value in enumerate(values or ())}


def _select(plan: Batches, low: bool, high: bool) -> sa.Select[Any]:
    columns, order = plan.key.columns, plan.key.order
    bounds = []
    if low:
        bounds.append(_row(order) > _row(_binds("low", columns)))
    if high:
        bounds.append(_row(order) <= _row(_binds("high", columns)))
    return (
        sa.select(*order, *(cell.read for cell in plan.cells))
        .where(*bounds, plan.where)
        .order_by(*order)
        .limit(sa.bindparam("size", type_=sa.Integer))
    )


def _binds(name: str, columns: Sequence[sa.Column[Any]]) -> list[Any]:
    return [sa.bindparam(f"{name}{n}", type_=column.type) for n, column in enumerate(columns)]


def _row(items: Sequence[Any]) -> Any:
    return items[0] if len(items) == 1 else sa.tuple_(*items)


def _statements(dialect: sa.Dialect, plan: Batches) -> tuple[str, str]:
    """The UPDATE, and the count of rows that hold what it wrote beside what they held.

    Without the range of keys, the planner may hash the whole table for every batch.
    """
    quote = dialect.identifier_preparer.quote
    table = quoted(dialect, plan.table)
    keys = [(f"k{n}", quote(c.name), c.type.compile(dialect)) for n, c in enumerate(plan.key.columns)]
    cells = [(f"o{n}", quote(c.column.name), c.text) for n, c in enumerate(plan.cells)]
    fresh = [(f"n{n}", quote(a.target.name), is_binary(a.target)) for n, a in enumerate(plan.assignments)]
    of_keys = [f"%b::{kind}[]" for _, _, kind in keys]
    of_cells = ["%b::text[]" if text else "%b::bytea[]" for _, _, text in cells]
    of_fresh = ["%b::bytea[]" if binary else "%b::text[]" for _, _, binary in fresh]
    sets = ", ".join(f"{column} = u.{name}" for name, column, _ in fresh)
    same_row = [f"t.{column} OPERATOR(pg_catalog.=) u.{name}" for name, column, _ in keys]
    unchanged = [_same(f"t.{column}", f"u.{name}", text) for name, column, text in cells]
    still_empty = [f"t.{quote(column.name)} is null" for column in plan.empty]
    read = {quote(cell.column.name) for cell in plan.cells}
    holds = [
        _same(f"t.{column}", f"u.{name}", not binary)
        if column in read
        else f"(t.{column} is null) OPERATOR(pg_catalog.=) (u.{name} is null)"
        for name, column, binary in fresh
    ]
    row = ", ".join(
        _ordered(c, f"t.{column}") for c, (_, column, _) in zip(plan.key.columns, keys, strict=True)
    )
    marks = ", ".join(f"%s::{kind}" for _, _, kind in keys)
    # A row of one column is that column: the operator must be named without ROW then, too.
    rows = (f"({row})", f"({marks})") if len(keys) == 1 else (f"ROW({row})", f"ROW({marks})")
    near = [f"{rows[0]} OPERATOR(pg_catalog.{sign}) {rows[1]}" for sign in (">=", "<=")]
    written = {a.target.name for a in plan.assignments}
    sent = _unnest([*of_keys, *of_cells, *of_fresh], [*keys, *cells, *fresh])
    kept = [same for same, cell in zip(unchanged, plan.cells, strict=True) if cell.column.name not in written]
    found = " and ".join([*same_row, *unchanged, *still_empty, *near])
    held = " and ".join([*same_row, *kept, *holds, *near])
    # Names come from the database and are quoted; every value is a parameter. Operators and functions are named
    # with their schema, as triggers of the table may need a path, and texts and bytes are compared by operators
    # that fit exactly, which no other schema can offer before pg_catalog.
    update = f"update {table} as t set {sets} from {sent} where {found}"  # noqa: S608
    return update, f"select pg_catalog.count(*) from {table} as t, {sent} where {held}"  # noqa: S608


def _unnest(arrays: Sequence[str], columns: Sequence[tuple[Any, ...]]) -> str:
    each = ", ".join(f"pg_catalog.unnest({array})" for array in arrays)
    return f"rows from ({each}) as u({', '.join(name for name, *_ in columns)})"


def _ordered(column: sa.Column[Any], name: str) -> str:
    return name if compared(column) is column else f'cast({name} as text) collate "C"'


def _same(stored: str, old: str, text: bool) -> str:
    left = f'cast({stored} as text) collate "C"' if text else stored
    return f"{left} is not distinct from {old}"
