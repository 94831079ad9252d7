"""Who disturbs a job: triggers and rules that keep what it writes, others who write, and whoever kills it in the middle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st

from piiguard.keys.codec import codec_for
from piiguard.keys.envelope import to_text
from piiguard.manifest import ProtectedColumn
from piiguard.protect import Job
from piiguard.protect.batches.pace import Pace

from .worlds import LOST, World


class Killed(BaseException):
    """In place of SIGKILL: nothing that the job would do to clean up reaches the database any more."""


class _Small(Pace):
    """Two rows in a batch, so that five rows are three of them."""

    def after(self, connection: sa.Connection, rows: int, seconds: float) -> None:
        pass


def small_steps(world: World) -> Job:
    """A job of several batches."""
    return Job(world.engine, world.keyring, _Small(size=2))


@contextmanager
def killed(world: World, steps: int) -> Iterator[None]:
    """A job dies when so many statements and commits have been done; then its connections are cut."""
    done = 0

    def die(*_: Any) -> None:
        nonlocal done
        done += 1
        if done > steps:
            raise Killed

    names = ("before_cursor_execute", "commit")
    for name in names:
        sa.event.listen(world.engine, name, die)
    try:
        with suppress(Killed):
            yield
    finally:
        for name in names:
            sa.event.remove(world.engine, name, die)
        world.engine.dispose()


@contextmanager
def beside(world: World, moment: int, statements: list[str]) -> Iterator[list[bool]]:
    """Somebody writes when the job begins its transaction of this number; the list says so once he came through."""
    wrote: list[bool] = []
    begun = 0

    def write(connection: sa.Connection) -> None:
        nonlocal begun
        begun += 1
        if begun == moment and statements:
            with suppress(sa.exc.DBAPIError):  # a lock, or the column has changed its type
                world.run(*world.impatient, *statements)
                wrote.append(True)

    sa.event.listen(world.engine, "begin", write)
    try:
        yield wrote
    finally:
        sa.event.remove(world.engine, "begin", write)


def hostile(world: World, name: str, how: str, column: str = "v") -> list[str]:
    """Statements that make the database keep, change, empty or derive what is written to rows with an odd id."""
    if how == "none":
        return []
    if world.kind == "postgresql":
        if how == "rule":
            return [f"create rule r as on update to {name} where old.id % 2 = 1 do instead nothing"]
        always = f"alter table {name} enable always trigger zz_{name}" if how == "always" else "select 1"
        if how == "statement":
            body = f"update {name} t set {column} = b.{column} from b where t.id = b.id and t.id % 2 = 1;"
            return [
                (
                    f"create function f{name}() returns trigger language plpgsql as"
                    f" $$ begin if pg_trigger_depth() = 1 then {body} end if; return null; end $$"
                ),
                (
                    f"create trigger zz_{name} after update on {name} referencing old table as b"
                    f" for each statement execute function public.f{name}()"
                ),
            ]
        when = "before" if how in ("veto", "rewrite", "always", "wipe", "raise") else "after"
        late = "deferrable initially deferred" if how == "deferred" else ""
        body = {
            "veto": "return null;",
            "raise": "raise exception 'no';",
            "delete": f"delete from {name} where id = old.id;",
            "deferred": f"if pg_trigger_depth() = 1 then update {name} set {column} = null where id = old.id; end if;",
            "rewrite": f"new.{column} := old.{column};",
            "always": f"new.{column} := old.{column};",
            "wipe": f"new.{column} := null;",
            "back": f"if pg_trigger_depth() = 1 then update {name} set {column} = old.{column} where id = old.id; end if;",
        }[how]
        body = f"begin if old.id % 2 = 1 then {body} end if; return new; end"
        return [
            f"create function f{name}() returns trigger language plpgsql as $$ {body} $$",
            (
                f"create {'constraint ' if late else ''}trigger zz_{name} {when} update on {name} {late}"
                f" for each row execute function public.f{name}()"
            ),
            always,
        ]
    if world.kind == "mysql":
        value = "null" if how == "wipe" else f"old.{column}"
        act = "signal sqlstate '45000'" if how == "raise" else f"set new.{column} = {value}"
        body = f"if old.id % 2 = 1 then {act}; end if;"
        return [f"create trigger zz_{name} before update on {name} for each row begin {body} end"]
    when = f"create trigger zz_{name} {{}} update on {name} when old.id % 2 = 1 begin {{}}; end"
    if how in ("veto", "rule"):
        return [when.format("before", "select raise(ignore)")]
    if how == "raise":
        return [when.format("before", "select raise(abort, 'no')")]
    if how == "delete":
        return [when.format("after", f"delete from {name} where id = new.id")]
    value = "null" if how in ("wipe", "deferred") else f"old.{column}"
    return [
        when.format(
            "after", f"update {name} set {column} = {value} where id = new.id and {column} is not {value}"
        )
    ]


def around(world: World, name: str, what: str) -> list[str]:
    """What lives beside a table and must not matter to a job: views that are written to, policies, rules, children."""
    view = f"create view w{name} as select id, note from {name}"
    if world.kind == "postgresql":
        body = f"begin update {name} set note = new.note where id = new.id; return new; end"
        return {
            "view": [
                view,
                f"create function f{name}() returns trigger language plpgsql as $$ {body} $$",
                f"create trigger i{name} instead of update on w{name} for each row execute function f{name}()",
            ],
            "policy": [
                f"alter table {name} enable row level security",
                f"create policy p on {name} using (id % 2 = 0)",
            ],
            "also": [f"create rule r as on update to {name} do also select 1"],
        }[what]
    if world.kind == "sqlite":
        body = f"update {name} set note = new.note where id = new.id;"
        return [view, f"create trigger i{name} instead of update on w{name} begin {body} end"]
    return [view]


AROUND = st.sampled_from([None, "view", "policy", "also"])


def calm(world: World, name: str, how: str) -> list[str]:
    """Without what :func:`hostile` made."""
    if how == "none":
        return ["select 1"]
    if world.kind != "postgresql":
        return [f"drop trigger zz_{name}"]
    return [f"drop rule r on {name}"] if how == "rule" else [f"drop trigger zz_{name} on {name}"]


DISTURBERS = [
    "veto",
    "rewrite",
    "wipe",
    "rule",
    "back",
    "always",
    "raise",
    "delete",
    "deferred",
    "statement",
]
HOSTILE = st.one_of(st.just("none"), st.sampled_from(DISTURBERS))


def envelope(world: World, item: ProtectedColumn, value: str) -> str:
    """A literal of the right form, for another value."""
    return sealed(world, replace(item, type="string"), value)


MOVED = 1000  # what a key is moved by
WRITERS: dict[str, Callable[[World, ProtectedColumn], tuple[list[str], dict[int, Any]]]] = {
    "nobody": lambda w, i: ([], {}),
    "update": lambda w, i: ([f"update {i.table} set v = 'новое' where id = 1"], {1: "новое"}),
    "insert": lambda w, i: ([f"insert into {i.table} (id, v) values (77, 'поздно')"], {77: "поздно"}),
    "delete": lambda w, i: ([f"delete from {i.table} where id = 1"], {1: LOST}),
    "key": lambda w, i: ([f"update {i.table} set id = {MOVED + 1} where id = 1"], {MOVED + 1: "a", 1: LOST}),
    "twin": lambda w, i: ([f"update {i.table} set v_enc = {envelope(w, i, 'zz')} where id = 1"], {}),
    "twin of null": lambda w, i: (
        [f"update {i.table} set v_enc = {envelope(w, i, 'zz')} where v is null"],
        {},
    ),
    "behind the trigger": lambda w, i: (
        [
            *(["set local session_replication_role = replica"] if w.kind == "postgresql" else []),
            f"update {i.table} set v = 'новое' where id = 1",
        ],
        {1: "новое"},
    ),
}


def nothing(table: str, literal: str) -> list[str]:
    """Nobody writes."""
    return []


def update(table: str, literal: str) -> list[str]:
    """A row gets another value."""
    return [f"update {table} set v = {literal} where id = 1"]


def insert(table: str, literal: str) -> list[str]:
    """A row comes."""
    return [f"insert into {table} (id, v) values (77, {literal})"]


def delete(table: str, literal: str) -> list[str]:
    """A row goes."""
    return [f"delete from {table} where id = 1"]


def move(table: str, literal: str) -> list[str]:
    """A row gets another key: it goes in front of a job, or behind it."""
    return [
        f"update {table} set id = id + {MOVED} where id = 2",
        f"update {table} set id = id - {MOVED} where id = 4",
    ]


# What somebody may do beside a job, in whatever state its column is. After a decryption a value would be a wrong one.
ACTS = {
    "encrypt": [update, insert, delete, move],
    "rotate": [update, insert, delete, move],
    "decrypt": [nothing, delete, move],
}
ROWS_OF = {nothing: [], delete: [], move: [], update: [1], insert: [77]}


def sealed(world: World, item: ProtectedColumn, value: Any) -> str:
    """A literal of the value as an application would store it."""
    codec = codec_for(item.type)
    envelope = world.keyring.column(item.context, codec.code).encrypt(codec.encode(value))
    if item.storage == "text":
        return f"'{to_text(envelope)}'"
    return f"'\\x{envelope.hex()}'" if world.kind == "postgresql" else f"x'{envelope.hex()}'"
