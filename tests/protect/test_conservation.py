"""The law of conservation: whatever is in a column before a job is there after it, or the job ends with a refusal and
nothing has changed. Whatever the type, the value, a trigger, a rule or another writer does.

What must come out is written beside each literal, or that nothing can come out; the database is read by SQL of its own.
"""

from __future__ import annotations

import datetime
import decimal
import itertools
import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import piiguard.orm.alembic  # noqa: F401 - registers the operations
from piiguard.database import open_engine
from piiguard.errors import JobError
from piiguard.keys import Keyring, change, transitions
from piiguard.keys.codec import codec_for
from piiguard.keys.envelope import from_text
from piiguard.manifest import ProtectedColumn
from piiguard.protect import Job, decrypt, encrypt, rotate
from piiguard.protect.jobs import migrate
from piiguard.protect.proof import swap

# Examples of the whole file; the tests share them evenly.
EXAMPLES = int(os.environ.get("PIIGUARD_EXAMPLES", "100"))
TESTS = 6 * 3


def examples(count: int = max(2, EXAMPLES // TESTS)) -> Callable[[Any], Any]:
    # Each example is a table and a job or three: shrinking would take longer than reading the failure.
    phases = [Phase.explicit, Phase.reuse, Phase.generate]
    return settings(max_examples=count, suppress_health_check=list(HealthCheck), phases=phases)


LOST = object()  # no type of ours gives this value back exactly: it must be refused
D = decimal.Decimal
TEXTS = {
    "''": "",
    "'a'": "a",
    "'  ә '": "  ә ",
    "'Anna'": "Anna",
    "'anna'": "anna",
    "'050312300009'": "050312300009",
}
STAMPS = {
    "'1905-03-12 08:30:05.123456'": datetime.datetime(1905, 3, 12, 8, 30, 5, 123456),
    "'1905-03-12 00:00:00'": datetime.datetime(1905, 3, 12),
}
DATES = {"'1905-03-12'": datetime.date(1905, 3, 12), "'9999-12-31'": datetime.date.max}
UUID = "c0ffee00-0000-4000-8000-000000000001"

# By database: the type in SQL, our name of it, and literals with what comes out.
COLUMNS: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "postgresql": [
        ("text", "string", TEXTS),
        ("varchar(20)", "string", TEXTS),
        ("bytea", "bytes", {"'\\x'": b"", "'\\xf90100'": b"\xf9\x01\x00", "'\\x00ff'": b"\x00\xff"}),
        (
            "real",
            "float",
            {"0.1": 0.1, "3.1415927": 3.1415927, "'-0'": -0.0, "1e38": 1e38, "'infinity'": float("inf")},
        ),
        (
            "double precision",
            "float",
            {"0.1": 0.1, "0.30000000000000004": 0.30000000000000004, "5e-324": 5e-324},
        ),
        (
            "numeric",
            "decimal",
            {"1.10": D("1.10"), "1e40": D(10) ** 40, "'NaN'": D("NaN"), "-0.0001": D("-0.0001")},
        ),
        ("date", "date", DATES | {"'infinity'": LOST, "'0044-03-15 BC'": LOST, "'12005-01-01'": LOST}),
        (
            "time",
            "time",
            {"'10:00'": datetime.time(10), "'23:59:59.999999'": datetime.time.max, "'24:00'": LOST},
        ),
        ("timestamp", "datetime", STAMPS | {"'-infinity'": LOST}),
        (
            "timestamptz",
            "datetime_tz",
            {
                "'1905-03-12 10:00+05'": datetime.datetime(1905, 3, 12, 5, tzinfo=datetime.UTC),
                "'infinity'": LOST,
            },
        ),
        (
            "interval",
            "interval",
            {"'1 day 12:00'": datetime.timedelta(days=1, hours=12), "'1 mon'": LOST, "'36 hours'": LOST},
        ),
        ("boolean", "boolean", {"true": True, "false": False}),
        ("uuid", "uuid", {f"'{UUID}'": uuid.UUID(UUID)}),
        (
            "json",
            "json",
            {"""'{"a": [1, null]}'""": {"a": [1, None]}, """'{"a":1,"a":2}'""": LOST, "'null'": None},
        ),
        ("jsonb", "json", {"""'{"ә": 1.5}'""": {"ә": 1.5}, "'12345678901234567890.123'": LOST}),
        ("bigint", "integer", {"0": 0, "-9223372036854775808": -(2**63)}),
    ],
    "mysql": [
        ("varchar(20)", "string", TEXTS),
        ("char(20)", "string", {k: v.rstrip() for k, v in TEXTS.items()}),
        ("longtext", "string", TEXTS | {"'a\\0b'": "a\0b"}),
        ("float", "float", {"0.1": 0.1, "3.1415927": 3.1415927, "16777216": 16777216.0, "1e30": 1e30}),
        ("float(7,3)", "float", {"0.1": 0.1, "1.234": 1.234}),
        ("double", "float", {"0.1": 0.1, "0.1e0+0.2e0": 0.1 + 0.2, "5e-324": 5e-324}),
        ("decimal(20,2)", "decimal", {"1.10": D("1.10"), "-0.01": D("-0.01")}),
        ("date", "date", DATES | {"'0000-00-00'": LOST}),
        ("time", "time", {"'10:00:00'": datetime.time(10), "'25:00:00'": LOST, "'-01:30:00'": LOST}),
        ("datetime(6)", "datetime", STAMPS | {"'0000-00-00 00:00:00'": LOST}),
        (
            "bigint unsigned",
            "integer",
            {"0": 0, "9223372036854775807": 2**63 - 1, "18446744073709551615": LOST},
        ),
        ("int(5) zerofill", "integer", {"5": 5}),
        ("blob", "bytes", {"x''": b"", "x'f90100'": b"\xf9\x01\x00"}),
        ("json", "json", {"""'{"a": [1, null]}'""": {"a": [1, None]}, "'null'": None}),
    ],
    "sqlite": [
        ("text", "string", TEXTS | {"'a' || char(0) || 'b'": "a\0b", "x'61'": LOST}),
        ("varchar(20)", "string", TEXTS),
        ("integer", "integer", {"0": 0, "-9223372036854775808": -(2**63), "1.5": LOST, "'a'": LOST}),
        ("boolean", "boolean", {"1": True, "0": False, "5": LOST}),
        ("real", "float", {"0.1": 0.1, "0.1 + 0.2": 0.1 + 0.2, "1e300": 1e300, "'a'": LOST}),
        ("numeric(12, 2)", "decimal", {"1.10": D("1.1"), "5": D(5), "0.123456789012": LOST}),
        ("date", "date", DATES | {"'12.03.1905'": LOST, "'1905-03-12 10:00'": LOST, "19050312": LOST}),
        ("datetime", "datetime", STAMPS | {"'yesterday'": LOST}),
        ("blob", "bytes", {"x''": b"", "x'00ff'": b"\x00\xff"}),
        ("json", "json", {"""'{"a": [1, null]}'""": {"a": [1, None]}, """'{"a":1,"a":2}'""": LOST}),
    ],
}
_numbers = itertools.count(1)


@dataclass
class World:
    """One database and one keyring; every example has a table of its own in it."""

    engine: sa.Engine
    keyring: Keyring
    other: sa.Engine = field(init=False)

    def __post_init__(self) -> None:
        self.other = sa.create_engine(self.engine.url, poolclass=sa.NullPool)

    @property
    def kind(self) -> str:
        return self.engine.dialect.name

    def run(self, *statements: str) -> Any:
        """As somebody else, in one transaction; the rows of the last statement."""
        with self.other.begin() as connection:
            if self.kind == "mysql":
                connection.exec_driver_sql("set sql_mode = ''")  # zero dates
            for statement in statements:
                result = connection.exec_driver_sql(
                    statement.replace("%", "%%") if self.kind != "sqlite" else statement
                )
            return result.fetchall() if result.returns_rows else None

    def table(self, sql: str, literals: list[str | None]) -> str:
        """A new table ``(id, note, v)``, whose rows are numbered from 1."""
        name = f"t{next(_numbers)}"
        values = [
            f"insert into {name} (id, note, v) values ({n}, 'x', {v or 'null'})"
            for n, v in enumerate(literals, 1)
        ]
        self.run(
            f"create table {name} (id integer not null primary key, note varchar(20), v {sql} null)", *values
        )
        return name

    def state(self, name: str) -> Any:
        """Everything about the table, as the database spells it."""
        if self.kind == "postgresql":
            columns = "select column_name, data_type from information_schema.columns where table_name = '{}' order by 1"
            triggers = "select tgname from pg_trigger where tgrelid = '{}'::regclass order by 1"
            rows = "select t::text from {} t order by id"
        elif self.kind == "mysql":
            columns = "select column_name, column_type from information_schema.columns where table_name = '{}' order by 1"
            triggers = "select trigger_name from information_schema.triggers where event_object_table = '{}' order by 1"
            rows = "select id, note, v, cast(cast(v as char) as binary) from {} order by id"
        else:
            columns = "select name, type from pragma_table_info('{}') order by 1"
            triggers = "select name from sqlite_master where type = 'trigger' and tbl_name = '{}' order by 1"
            rows = "select id, note, typeof(v), quote(v), hex(v) from {} order by id"
        return [[tuple(row) for row in self.run(query.format(name))] for query in (columns, triggers, rows)]

    def opened(self, item: ProtectedColumn) -> dict[int, Any]:
        """Every value by the keyring and the codec alone."""
        codec = codec_for(item.type)
        cipher = self.keyring.column(item.context, codec.code)
        rows = self.run(f"select id, {item.column} from {item.table}")
        return {
            n: None
            if v is None
            else codec.decode(cipher.decrypt(from_text(v) if isinstance(v, str) else bytes(v)))
            for n, v in rows
        }

    def job(self) -> Job:
        return Job(self.engine, self.keyring)


@pytest.fixture
def world(any_database_url: str, keyring: Keyring) -> Iterator[World]:
    made = World(open_engine(any_database_url), keyring)
    yield made
    made.engine.dispose()


def same(found: dict[int, Any], wanted: dict[int, Any]) -> bool:
    """Equal to the digit: NaN is NaN, and minus zero is not zero."""
    return {n: repr(_utc(v)) for n, v in found.items()} == {n: repr(_utc(v)) for n, v in wanted.items()}


def _utc(value: Any) -> Any:
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.UTC)
    return value.normalize() if isinstance(value, D) and value.is_finite() else value


def drawn(
    data: st.DataObject, world: World, *, text: bool = False
) -> tuple[str, str, dict[str, Any], list[Any]]:
    """A type, and rows of it: literals, or NULL."""
    columns = [c for c in COLUMNS[world.kind] if not text or c[1] == "string"]
    sql, kind, values = data.draw(st.sampled_from(columns))
    chosen = data.draw(st.lists(st.sampled_from([None, *values]), min_size=1, max_size=5))
    return sql, kind, values, chosen


def item_of(name: str, kind: str, storage: str = "binary") -> ProtectedColumn:
    return ProtectedColumn(name, "v", f"{name}.v", type=kind, storage=storage)


@given(data=st.data())
@examples()
def test_every_value_comes_back_as_it_was_or_nothing_has_changed(world: World, data: st.DataObject) -> None:
    sql, kind, values, chosen = drawn(data, world)
    name = world.table(sql, chosen)
    item, before = item_of(name, kind), world.state(name)
    wanted = {n: values.get(v) for n, v in enumerate(chosen, 1)}
    if LOST in wanted.values():
        with pytest.raises(JobError) as refused:
            encrypt(world.job(), item)
        lost = [str(n) for n, v in wanted.items() if v is LOST]
        assert str(refused.value).endswith(": " + ", ".join(lost))
        assert world.state(name) == before
        return
    encrypt(world.job(), item)
    assert same(world.opened(item), wanted)
    decrypt(world.job(), item, sql_type=sql if "zerofill" not in sql and "unsigned" not in sql else None)
    encrypt(world.job(), item)
    assert same(world.opened(item), wanted)


def hostile(world: World, name: str, how: str, column: str = "v") -> list[str]:
    """Statements that make the database keep, change or derive what a job writes to rows with an odd id."""
    if how == "none":
        return []
    if world.kind == "postgresql":
        if how == "rule":
            return [f"create rule r as on update to {name} where old.id % 2 = 1 do instead nothing"]
        body = {
            "veto": "if old.id % 2 = 1 then return null; end if;",
            "rewrite": f"if old.id % 2 = 1 then new.{column} := old.{column}; end if;",
            "derive": "new.v := old.v;",
            "deferred": "update {0} set note = note where id = new.id; ",
        }[how].format(name)
        return [
            f"create function f{name}() returns trigger language plpgsql as $$ begin {body} return new; end $$",
            f"create trigger zz_{name} before update on {name} for each row execute function f{name}()",
        ]
    if world.kind == "mysql":
        body = {
            "veto": f"if old.id % 2 = 1 then set new.{column} = old.{column}; end if;",
            "rewrite": f"if old.id % 2 = 1 then set new.{column} = left(new.{column}, 3); end if;",
        }.get(how, "set new.v = old.v;")
        return [f"create trigger zz_{name} before update on {name} for each row begin {body} end"]
    when = f"create trigger zz_{name} {{}} update on {name} when old.id % 2 = 1 begin {{}}; end"
    if how == "veto":
        return [when.format("before", "select raise(ignore)")]
    return [when.format("after", f"update {name} set {column} = 'zz' where id = new.id and {column} <> 'zz'")]


HOSTILE = st.sampled_from(["none", "veto", "rewrite", "rule"])


def envelope(world: World, item: ProtectedColumn, value: str) -> str:
    """A literal of the right form, for another value."""
    data = world.keyring.column(item.context, 1).encrypt(value.encode())
    return f"'\\x{data.hex()}'" if world.kind == "postgresql" else f"x'{data.hex()}'"


WRITERS: dict[str, Callable[[World, ProtectedColumn], tuple[list[str], dict[int, Any]]]] = {
    "nobody": lambda w, i: ([], {}),
    "update": lambda w, i: ([f"update {i.table} set v = 'новое' where id = 1"], {1: "новое"}),
    "insert": lambda w, i: ([f"insert into {i.table} (id, v) values (77, 'поздно')"], {77: "поздно"}),
    "delete": lambda w, i: ([f"delete from {i.table} where id = 1"], {1: LOST}),
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


@given(data=st.data())
@examples()
def test_another_writer_before_the_lock_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    sql, kind, values, chosen = drawn(data, world, text=True)
    chosen = ["'a'", *(v for v in chosen if values.get(v) is not LOST)]
    name, how = world.table(sql, chosen), data.draw(HOSTILE)
    item = item_of(name, kind)
    world.run(*(hostile(world, name, how, "v") if how != "none" else ["select 1"]))
    acts, effect = WRITERS[data.draw(st.sampled_from(sorted(WRITERS)))](world, item)
    wanted = {n: values.get(v) for n, v in enumerate(chosen, 1)} | (effect if how == "none" else {})
    wanted = {n: v for n, v in wanted.items() if v is not LOST}
    columns, triggers, _ = world.state(name)
    plain: list[Any] = []

    def act(connection: Any, ddl: Any) -> None:
        if not plain:
            if acts and how == "none":
                world.run(*acts)
            plain.append(world.run(f"select id, v from {name} order by id"))
        take(connection, ddl)

    take = swap.take_lock
    monkeypatch.setattr(migrate, "take_lock", act)
    try:
        encrypt(world.job(), item)
    except JobError:
        assert world.state(name)[:2] == [columns, triggers]
        if plain:
            assert world.run(f"select id, v from {name} order by id") == plain[0]
        assert how != "none" or "twin" in str(acts)
    else:
        assert same(world.opened(item), wanted)
    finally:
        monkeypatch.undo()


@given(data=st.data())
@examples()
def test_text_that_is_converted_where_it_stands_loses_nothing(world: World, data: st.DataObject) -> None:
    sql, kind, values, chosen = drawn(data, world, text=True)
    chosen = [v for v in chosen if values.get(v) is not LOST]
    name, how = world.table(sql, chosen), data.draw(HOSTILE)
    item = item_of(name, kind, "text")
    wanted = {n: values.get(v) for n, v in enumerate(chosen, 1)}
    lookalike = "pg1." + "A" * 64
    if data.draw(st.booleans()):
        world.run(
            f"alter table {name} {'modify v' if world.kind == 'mysql' else 'alter v type'} text"
            if world.kind != "sqlite"
            else "select 1"
        )
        world.run(f"insert into {name} (id, v) values (50, '{lookalike}')")
        wanted[50] = lookalike
    world.run(*(hostile(world, name, how) or ["select 1"]))
    rows = f"select id, v from {name} order by id"
    before = world.run(rows)
    assert_converted_or_kept(world, lambda: encrypt(world.job(), item), item, rows, before, wanted)
    try:
        decrypt(world.job(), item)
    except JobError:
        assert_converted_or_kept(world, lambda: None, item, rows, before, wanted)
    else:
        assert world.run(rows) == before


def assert_converted_or_kept(
    world: World,
    run: Callable[[], Any],
    item: ProtectedColumn,
    rows: str,
    before: Any,
    wanted: dict[int, Any],
) -> None:
    """Each row is what it was, or opens to it; without a refusal, all of them open."""
    try:
        run()
        whole = run.__name__ != "<lambda>"
    except JobError:
        whole = False
    codec, old = codec_for(item.type), dict(map(tuple, before))
    cipher = world.keyring.column(item.context, codec.code)
    for number, value in world.run(rows):
        if whole or value != old[number]:
            assert codec.decode(cipher.decrypt(from_text(value))) == wanted[number]


@given(data=st.data())
@examples()
def test_a_rotation_loses_nothing_and_says_what_it_could_not_reach(world: World, data: st.DataObject) -> None:
    sql, kind, values, chosen = drawn(data, world, text=True)
    chosen = ["'a'", *(v for v in chosen if values.get(v) is not LOST)]
    name, how = world.table(sql, chosen), data.draw(HOSTILE)
    item = item_of(name, kind)
    encrypt(world.job(), item)
    change.apply(world.keyring.path, None, "add", lambda held, now: transitions.add(held, "data", now))
    world.keyring.reload()
    number = max(v.version for v in world.keyring.versions if v.kind == "data")
    change.apply(
        world.keyring.path, None, "promote", lambda held, now: transitions.promote(held, "data", number, now)
    )
    world.keyring.reload()
    world.run(*(hostile(world, name, how) or ["select 1"]))
    wanted = {n: values.get(v) for n, v in enumerate(chosen, 1)}
    try:
        (outcome,) = rotate(world.job(), [item])
    except JobError:
        assert how != "none"
    else:
        assert not outcome.left
        assert how == "none" or world.kind == "sqlite"
    world.run(
        f"drop trigger zz_{name}" + (f" on {name}" if world.kind == "postgresql" else "")
        if how not in ("none", "rule") or (how == "rule" and world.kind != "postgresql")
        else "select 1"
    )
    assert same(world.opened(item), wanted)


@given(data=st.data())
@examples()
def test_a_decryption_loses_nothing(world: World, data: st.DataObject) -> None:
    sql, kind, values, chosen = drawn(data, world, text=True)
    chosen = ["'a'", *(v for v in chosen if values.get(v) is not LOST)]
    name, how = world.table(sql, chosen), data.draw(HOSTILE)
    item = item_of(name, kind)
    raw = f"select id, v from {name} order by id"
    before = [tuple(row) for row in world.run(raw)]
    encrypt(world.job(), item)
    world.run(*(hostile(world, name, how) or ["select 1"]))
    wanted = {n: values.get(v) for n, v in enumerate(chosen, 1)}
    columns, triggers, _ = world.state(name)
    small = data.draw(st.booleans())
    try:
        decrypt(world.job(), item, sql_type="varchar(3)" if small else sql)
    except JobError:
        assert world.state(name)[:2] == [columns, triggers]
        assert same(world.opened(item), wanted)
        assert how != "none" or small
    else:
        assert [tuple(row) for row in world.run(raw)] == before


@given(data=st.data())
@examples()
def test_a_migration_of_alembic_loses_nothing(world: World, data: st.DataObject) -> None:
    sql, kind, values, chosen = drawn(data, world, text=True)
    chosen = ["'a'", *(v for v in chosen if values.get(v) is not LOST)]
    name = world.table(sql, chosen)
    item, raw = item_of(name, kind), f"select id, v from {name} order by id"
    with_keys, undo = data.draw(st.booleans()), data.draw(st.booleans())
    migration(world, lambda op: op.expand_encrypted(name, "v"))
    encrypt(world.job(), item, keep_plaintext=True)
    acts, effect = WRITERS[data.draw(st.sampled_from(sorted(WRITERS)))](world, item)
    if acts:
        world.run(*acts)
    wanted = {n: values.get(v) for n, v in enumerate(chosen, 1)} | effect
    wanted = {n: v for n, v in wanted.items() if v is not LOST}
    before = world.run(raw)
    if undo:
        migration(world, lambda op: op.collapse_encrypted(name, "v"))
        assert world.run(raw) == before
    else:
        try:
            migration(
                world,
                lambda op: op.contract_encrypted(name, "v", keyring=world.keyring if with_keys else None),
            )
        except RuntimeError:
            assert world.run(raw) == before
            assert acts
        else:
            assert same(world.opened(item), wanted)
    for statement in (
        f"update {name} set note = 'y'",
        f"delete from {name} where id = 2",
        f"insert into {name} (id, note) values (99, 'z')",
    ):
        world.run(statement)


def migration(world: World, step: Callable[[Any], None]) -> None:
    with world.other.begin() as connection:
        step(Operations(MigrationContext.configure(connection)))
