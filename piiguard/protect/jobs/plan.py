"""What a job would run, stage by stage: the very statements, from the same places as the job takes them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from piiguard.database import connect
from piiguard.protect.batches.batch import Batches
from piiguard.protect.batches.in_place import converting
from piiguard.protect.batches.routes import CoreRoute, SqliteRoute, takes_functions
from piiguard.protect.batches.routes.postgresql import PostgresqlRoute
from piiguard.protect.indexes.repair import fill, renew, repair
from piiguard.protect.indexes.versions import copy_batches, fill_batches, pending, rewriting, target
from piiguard.protect.jobs.decrypt import in_place_batches as opening_batches
from piiguard.protect.jobs.decrypt import look as look_back
from piiguard.protect.jobs.encrypt import Candidate, look, widened
from piiguard.protect.jobs.job import Job
from piiguard.protect.jobs.migrate import Mover
from piiguard.protect.jobs.rotate import by_table, rotation_batches
from piiguard.protect.schema.ddl import ddl_for
from piiguard.protect.schema.groups import groups_of
from piiguard.protect.schema.shadow import Shadow, shadow_ddl
from piiguard.protect.schema.statements import beside_writers, that_works
from piiguard.protect.schema.tables import Key, column_of
from piiguard.protect.seal import Seal
from piiguard.protect.transient import in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from piiguard.manifest import ProtectedColumn
    from piiguard.protect.schema.dependents.found import Dependent

__all__ = ["Stage", "plan_decrypt", "plan_encrypt", "plan_rotate"]


@dataclass(frozen=True, slots=True)
class Stage:
    """``name`` is a word that the command line has a sentence for; ``notes`` are what hangs on the column."""

    name: str
    place: str
    statements: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def plan_encrypt(job: Job, item: ProtectedColumn, *, let_go: frozenset[str] = frozenset()) -> Iterator[Stage]:
    """The stages of a first encryption, with the deploys between them."""
    with connect(job.engine) as connection, in_words(item.place):
        found = look(connection, item, let_go=let_go)
        if found.done:
            yield Stage("nothing", item.place)
        elif found.in_place:
            yield from _in_place(connection, job, found)
        else:
            yield from _through_twin(connection, job, found)


def _in_place(connection: sa.Connection, job: Job, found: Candidate) -> Iterator[Stage]:
    place, ddl = found.item.place, ddl_for(connection.dialect, found.migration())
    dialect, filled, seal = connection.dialect.name, with_columns(found), Seal(job.keyring, found.item)
    room = (*found.carried.before, *widened(found, ddl), *ddl.expand())
    yield Stage("expand", place, room, _notes(found.dependents))
    if found.item.index:
        indexes = fill(job, filled.table, filled.key, found.item).written()
        yield Stage("fill", place, _batch(connection, indexes))
        yield Stage("index", place, _index(connection, found))
    yield Stage("deploy-reading-both", place)
    if found.item.index:
        yield Stage("deploy-indexed", place)
    yield Stage(
        "convert", place, _batch(connection, converting(dialect, filled.table, filled.key, found.item, seal))
    )
    yield Stage("deploy-ciphertext", place)


def _through_twin(connection: sa.Connection, job: Job, found: Candidate) -> Iterator[Stage]:
    place, ddl = found.item.place, ddl_for(connection.dialect, found.migration())
    filled = with_columns(found)
    mover = Mover(job, filled.migration(), filled.key.of(filled.table), Seal(job.keyring, found.item))
    yield Stage("expand", place, (*ddl.expand(), *ddl.guard()), _notes(found.dependents))
    yield Stage("backfill", place, _batch(connection, mover.batches()))
    yield Stage("verify", place)
    yield Stage("deploy-writing-both", place)
    yield Stage("index", place, _index(connection, found))
    swap = that_works(connection, ddl)
    yield Stage("swap", place, (*ddl.lock(), *ddl.unguard(), *swap, *ddl.after()))
    yield Stage("deploy-ciphertext", place)


def plan_decrypt(
    job: Job, item: ProtectedColumn, sql_type: str | None = None, *, let_go: frozenset[str] = frozenset()
) -> Iterator[Stage]:
    """The stages of the way back, with the deploys between them."""
    place = item.place
    with connect(job.engine) as connection, in_words(place):
        found = look_back(connection, item, job.keyring, sql_type, let_go)
        move, ddl = found.move, ddl_for(connection.dialect, found.move)
        mover = Mover(job, move, found.key, Seal(job.keyring, item))
        if found.done:
            yield Stage("nothing", place)
            return
        if found.in_place:
            yield Stage("deploy-reading-both", place, notes=_notes(found.dependents))
            yield Stage("open", place, _batch(connection, opening_batches(mover)))
            yield Stage("deploy-plaintext", place)
            return
        yield Stage("expand-plain", place, (*ddl.expand(), *ddl.guard()), _notes(found.dependents))
        filled = _with_twin(mover)
        yield Stage("open", place, _batch(connection, filled.batches()))
        yield Stage("verify", place)
        wanted = (ddl.indexes() | move.carried.online).values()
        unique = [beside_writers(connection, move.table, made) for made in wanted]
        if unique:
            yield Stage("unique", place, tuple(unique))
        swap = that_works(connection, ddl)
        yield Stage("swap-back", place, (*ddl.lock(), *ddl.unguard(), *swap, *ddl.after()))
        yield Stage("deploy-plaintext", place)


def _notes(dependents: Iterable[Dependent]) -> tuple[str, ...]:
    return tuple(one.text for one in dependents)


def _with_twin(mover: Mover) -> Mover:
    """The mover as it will be when the twin is there."""
    table = mover.move.table.to_metadata(sa.MetaData())
    if mover.move.twin not in table.c:
        table.append_column(sa.Column(mover.move.twin, sa.Text))
    move = dataclasses.replace(mover.move, table=table, source=table.c[mover.move.source.name])
    return dataclasses.replace(mover, move=move, key=mover.key.of(table))


def with_columns(found: Candidate) -> Candidate:
    """The candidate as it will be when its columns are added."""
    table = found.table.to_metadata(sa.MetaData())
    for name in found.migration().adds:
        table.append_column(sa.Column(name, sa.LargeBinary))
    return dataclasses.replace(found, table=table, column=table.c[found.item.column], key=found.key.of(table))


def plan_rotate(job: Job, items: Iterable[ProtectedColumn], *, reindex: bool = False) -> Iterator[Stage]:
    """One statement per table and batch."""
    for name, group in by_table(items):
        with connect(job.engine) as connection, in_words(name):
            batches = rotation_batches(connection, job, name, group)
            yield Stage("rotate", f"{name}.{','.join(i.column for i in group)}", _batch(connection, batches))
            for item in group:
                if item.index:
                    where, place = (job, batches.table, batches.key, item), f"{name}.{item.index}"
                    if reindex:
                        yield Stage("repair", place, _batch(connection, repair(*where).written()))
                    yield from _rotate_index(connection, *where)
                    if len(item.rules) > 1:
                        yield Stage("edition", place, _batch(connection, renew(*where).written()))


def _rotate_index(
    connection: sa.Connection, job: Job, table: sa.Table, key: Key, item: ProtectedColumn
) -> Iterator[Stage]:
    """In place, or for a UNIQUE index through its shadow."""
    index, place = column_of(table, str(item.index)), f"{table.fullname}.{item.index}"
    groups, due = groups_of(connection, index), pending(connection, index, job.keyring)
    if not groups:
        if due:
            yield Stage("reindex", place, _batch(connection, rewriting(job, table, key, item)))
        return
    shadow = Shadow(table, key, index, target(job.keyring), groups)
    if not (shadow.there or due):
        return
    ddl = shadow_ddl(connection.dialect, shadow)
    unique = [beside_writers(connection, table, made) for made in ddl.unique().values()]
    follow = [statement for made in ddl.follow().values() for statement in made]
    expand = [] if shadow.there else [*ddl.expand(), *unique, *follow]
    filled = shadow if shadow.there else shadow.added()
    yield Stage("shadow-expand", place, tuple(expand))
    yield Stage("shadow-fill", place, _batch(connection, fill_batches(job, item, filled)))
    yield Stage("shadow-promote", place)
    yield Stage("shadow-bar", place, tuple(statement for made in ddl.bar().values() for statement in made))
    yield Stage("shadow-copy", place, _batch(connection, copy_batches(job, filled)))
    yield Stage("shadow-contract", place, tuple(ddl.contract()))


def _index(connection: sa.Connection, found: Candidate) -> tuple[str, ...]:
    """The database's own index over a blind index."""
    wanted = (ddl_for(connection.dialect, found.migration()).indexes() | found.carried.online).values()
    return tuple(beside_writers(connection, found.table, made) for made in wanted)


def _batch(connection: sa.Connection, batches: Batches) -> tuple[str, ...]:
    """The statement of one batch, by the route that the job would take."""
    dialect = connection.dialect
    if batches.needs is not None:
        return (str(CoreRoute(batches).update.compile(dialect=dialect)),)
    if (dialect.name, dialect.driver) == ("postgresql", "psycopg") and PostgresqlRoute.takes(batches):
        return (PostgresqlRoute(connection, batches).update,)
    if dialect.name == "sqlite" and takes_functions(connection, batches):
        values = SqliteRoute(connection, batches).values
        return (str(sa.update(batches.table).where(batches.where).values(values).compile(dialect=dialect)),)
    return (str(CoreRoute(batches).update.compile(dialect=dialect)),)
