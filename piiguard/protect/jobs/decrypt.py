"""The way back: a column from ciphertext to plaintext, with the same steps and the same care."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiguard.database import connect, inspect
from piiguard.errors import JobError
from piiguard.frames import emptied
from piiguard.names import word
from piiguard.protect.batches.batch import UNREADABLE, Assignment, Batches
from piiguard.protect.batches.trail import JobLines
from piiguard.protect.cells.cell import Cell
from piiguard.protect.cells.exact import is_binary
from piiguard.protect.cells.headers import under
from piiguard.protect.census import counts
from piiguard.protect.jobs.job import Job
from piiguard.protect.jobs.migrate import Mover
from piiguard.protect.jobs.rotate import prove
from piiguard.protect.outcome import Outcome, Tally
from piiguard.protect.proof.fitting import refuse_restricted
from piiguard.protect.schema.ddl import Migration, SqliteDdl, ddl_for, short
from piiguard.protect.schema.dependents.found import Dependent, Going
from piiguard.protect.schema.dependents.reading import look as look_at
from piiguard.protect.schema.lock import job_lock
from piiguard.protect.schema.shadow import shadows
from piiguard.protect.schema.statements import that_works
from piiguard.protect.schema.surroundings import all_triggers, look_around
from piiguard.protect.schema.tables import Key, column_of, key_of, reflect, unique_groups
from piiguard.protect.seal import Seal
from piiguard.protect.state import ensure, pin

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.manifest import ProtectedColumn

__all__ = ["Opening", "decrypt", "in_place_batches", "look", "preview"]

_SQL: dict[str, sa.types.TypeEngine[Any]] = {
    "bytes": sa.LargeBinary(),
    "integer": sa.BigInteger(),
    "boolean": sa.Boolean(),
    "decimal": sa.Numeric(38, 10).with_variant(sa.Numeric(), "postgresql"),
    "float": sa.Double(),
    "date": sa.Date(),
    "time": sa.Time(),
    "datetime": sa.DateTime(),
    "datetime_tz": sa.DateTime(timezone=True),
    "interval": sa.Interval(),
    "uuid": sa.Uuid(),
    "json": sa.JSON(),
}
_PRECISE = {"time": "TIME(6)", "datetime": "DATETIME(6)"}  # MySQL cuts the fraction of a second otherwise


@dataclass(frozen=True, slots=True)
class Opening:
    """A column that is to be decrypted, as the database shows it now.

    ``shaped``: it is made for ciphertext, whether or not it holds any.
    """

    item: ProtectedColumn
    move: Migration
    key: Key
    encrypted: int
    dependents: tuple[Dependent, ...] = ()
    shaped: bool = False

    @property
    def done(self) -> bool:
        """Whether the column is plaintext already."""
        return not self.encrypted and not self.shaped and self.move.twin not in self.move.table.c

    @property
    def in_place(self) -> bool:
        """Text envelopes become text again where they stand."""
        return self.item.storage == "text"


def look(
    connection: sa.Connection,
    item: ProtectedColumn,
    keyring: Keyring,
    sql_type: str | None = None,
    let_go: frozenset[str] = frozenset(),
) -> Opening:
    """Find out where the column stands, and refuse what cannot be done."""
    table = reflect(connection, item.table)
    column = column_of(table, item.column)
    key = key_of(connection, table, without=(item.column, *([item.index] if item.index else [])))
    versions = [v.version for v in keyring.versions if v.kind == "index"]
    if item.index and item.index in table.c and shadows(table, key, item.index, versions):
        raise JobError(
            f"{item.table}.{item.index}: a rotation of this index is under way",
            hint="finish it first: promote the staged index key, then piiguard rotate",
        )
    counted = counts.take(connection, column)
    if sql_type is None and counted.encrypted and _has_zone(connection, column, Seal(keyring, item)):
        sql_type = "TIME WITH TIME ZONE"
    move = _migration(connection, table, column, item, sql_type)
    move = move if item.storage == "text" else _with_unique(connection, move, let_go)
    shaped = not counted.plain and _shaped(connection, move, item)
    found = Opening(item, move, key, counted.encrypted, shaped=shaped)
    if found.done:
        return found
    refuse_restricted(connection, column, key, Seal(keyring, item))
    return _with_dependents(connection, found, let_go)


def _with_dependents(connection: sa.Connection, found: Opening, let_go: frozenset[str]) -> Opening:
    """What hangs on the column is known before anything is written, or stops the job."""
    move, named = found.move, _NAMED.match(found.move.plain_type or "")
    indexable = connection.dialect.name != "mysql" or named is not None
    going = Going(
        move.table,
        move.source.name,
        move.twin,
        move.index,
        False,
        found.in_place,
        indexable=indexable,
        let_go=let_go,
    )
    if not found.in_place and move.twin in move.table.c:
        _refuse_others_column(connection, found)
    dependents, carried = look_at(connection, going, move.place)
    found = replace(found, move=replace(move, carried=carried), dependents=dependents)
    if not found.in_place:
        that_works(connection, ddl_for(connection.dialect, found.move))
    return found


def _shaped(connection: sa.Connection, move: Migration, item: ProtectedColumn) -> bool:
    """Whether the column takes ciphertext only, as ``encrypt`` leaves it: without a value in it nothing else tells."""
    if item.storage == "text":
        return False
    ddl = ddl_for(connection.dialect, move)
    watched = isinstance(ddl, SqliteDdl) and set(ddl.watchers) & set(all_triggers(connection, move.table))
    return bool(move.checked or watched or (is_binary(move.source) and item.type != "bytes"))


def _has_zone(connection: sa.Connection, column: sa.Column[Any], seal: Seal) -> bool:
    """Whether times of the column have a zone, as PostgreSQL's own type for them keeps it; any value tells."""
    if connection.dialect.name != "postgresql" or seal.item.type != "time":
        return False
    read = Cell(connection.dialect.name, column, sealed=True).read
    stored = connection.scalars(sa.select(read).where(column.is_not(None)).limit(1)).first()
    try:
        value: Any = seal.decrypt(stored)
    except UNREADABLE:
        return False
    return value is not None and value.tzinfo is not None


def _refuse_others_column(connection: sa.Connection, found: Opening) -> None:
    """A twin that a killed run has left is nullable; what an application has made under its name mostly is not."""
    twin = found.move.table.c[found.move.twin]
    if not twin.nullable or twin.primary_key:
        raise JobError(
            f"{found.move.place}: {found.move.table.fullname}.{twin.name} is there and is no column of a job",
            hint=f"rename it: the job makes a column of the name {twin.name} for itself",
        )


@emptied
def decrypt(
    job: Job, item: ProtectedColumn, *, sql_type: str | None = None, let_go: frozenset[str] = frozenset()
) -> Outcome:
    """Bring one column back to plaintext; ``sql_type`` is the column's type then.

    ``let_go`` are constraints and indexes that may be lost, by name.
    """
    with job_lock(job.engine, item.table):
        seal = Seal(job.keyring, item)
        lines = JobLines(job, "decrypt", item.table, (item.column,))
        with connect(job.engine) as connection:
            found = look(connection, item, job.keyring, sql_type, let_go)
            look_around(connection, found.move.table, job.watch)
            prove(connection, found.move.source, seal, job.keyring)
            ensure(connection)
            pin(connection, job.keyring)
            if not found.done:
                lines.begin(connection)
        if found.done:
            return Outcome(item.table, (item.column,), "nothing", Tally())
        mover = Mover(job, found.move, found.key, seal)
        with lines.until_ended():
            outcome = _in_place(mover) if found.in_place else mover.run("decrypt")
        return lines.end(outcome)


def _with_unique(connection: sa.Connection, move: Migration, let_go: frozenset[str]) -> Migration:
    """What is unique through the blind index becomes unique by itself; MariaDB does that where the type has a length."""
    groups = unique_groups(connection, move.table)
    if not move.index or [move.source.name] in groups or [move.index] not in groups:
        return move
    if connection.dialect.name != "mysql" or _NAMED.match(move.plain_type or ""):
        return replace(move, unique=True)
    indexes = inspect(connection).get_indexes(move.table.name, move.table.schema)
    names = [str(one["name"]) for one in indexes if one["unique"] and one["column_names"] == [move.index]]
    if let_go.issuperset(names):
        return move
    raise JobError(
        f"{move.place}: unique index {', '.join(names)}: the column is unique, and a text without a length cannot be",
        hint=f"--type 'varchar(N)' keeps it unique; --drop-constraint {word(names[0]) or 'NAME'} gives it up",
    )


@emptied
def preview(engine: sa.Engine, item: ProtectedColumn) -> int:
    """How many values would be decrypted."""
    with connect(engine) as connection:
        return counts.take(connection, column_of(reflect(connection, item.table), item.column)).encrypted


_NAMED = re.compile(r"(?i)(var)?char|int|bigint|date|numeric|decimal|uuid")  # what MariaDB indexes whole
_WORD = r"""(?:[A-Za-z_]\w*|"[^"%]+")(?:\.(?:[A-Za-z_]\w*|"[^"%]+"))?"""
_LITERAL = r"'(?:[^'\\%]|'')*'"
_OF = rf"(?: ?\((?:-?\d+(?:, ?-?\d+)?|{_LITERAL}(?:, ?{_LITERAL})*)\))?"
_SAFE_TYPE = re.compile(rf"{_WORD}{_OF}(?: {_WORD}{_OF})*(?:\[\])*")


def _migration(
    connection: sa.Connection,
    table: sa.Table,
    column: sa.Column[Any],
    item: ProtectedColumn,
    sql_type: str | None,
) -> Migration:
    twin = short(f"{item.column}_plain")
    adds = () if twin in table.c else (twin,)
    index = item.index if item.index and item.index in table.c else None
    checks = inspect(connection).get_check_constraints(table.name, table.schema)
    checked = any(check["name"] == short(f"ck_{table.name}_{item.column}_encrypted") for check in checks)
    if sql_type is not None and not _SAFE_TYPE.fullmatch(sql_type):
        raise JobError(
            f"{item.place}: not a type: {sql_type}", hint="write it as varchar(12), date, numeric(12, 2)"
        )
    kind = _with_schema(connection, sql_type) if sql_type else _sql_type(connection.dialect, item.type)
    return Migration(table, column, twin, index, False, False, kind, adds, checked)


def _with_schema(connection: sa.Connection, name: str) -> str:
    """A type of the application's own, with the schema in which the account's path has it."""
    if connection.dialect.name != "postgresql":
        return name
    quote = connection.dialect.identifier_preparer.quote
    schemas = connection.get_execution_options().get("piiguard_schemas", ())
    for found in (name, *(f"{quote(schema)}.{name}" for schema in schemas)):
        if connection.scalar(sa.select(sa.func.to_regtype(found).is_not(None))):
            return found
    return name


def _sql_type(dialect: sa.Dialect, codec: str) -> str | None:
    if dialect.name == "mysql" and codec in _PRECISE:
        return _PRECISE[codec]
    return _SQL[codec].compile(dialect) if codec in _SQL else None


def _in_place(mover: Mover) -> Outcome:
    """A value that changes meanwhile is taken again."""
    job, item = mover.job, mover.seal.item
    passed = job.passes(
        "decrypt",
        lambda: job.spec(item.table, "open in place", (item.column,), 0),
        lambda: in_place_batches(mover),
        lambda: mover.count(in_place_batches(mover).where),
    )
    if passed.left and not passed.paused:
        raise mover.stuck(in_place_batches(mover).where)
    return Outcome(
        item.table, (item.column,), "decrypt", passed.tally, passed.left, passed.paused, passed.resumed
    )


def in_place_batches(mover: Mover) -> Batches:
    """Every text envelope becomes its text."""
    dialect, column = mover.job.engine.dialect.name, mover.move.source
    dead = ("retired", "destroyed")
    live = [v.id for v in mover.job.keyring.versions if v.kind == "data" and v.state not in dead]
    cells = (Cell(dialect, column, sealed=True),)
    where = under(dialect, column, live)
    assignments = (_opened(column, mover.seal),)
    return Batches(mover.move.table, mover.key, cells, assignments, where, checked=True)


def _opened(column: sa.Column[Any], seal: Seal) -> Assignment:
    def one(stored: Any) -> Any:
        value = seal.decrypt(stored)
        if value is not None and not isinstance(value, str):
            raise JobError(f"{seal.item.place}: only texts can stay in a text column", hint="piiguard verify")
        return value

    return Assignment(column, 0, one, lambda values: [one(value) for value in values])
