"""What the law of conservation is tried on: types with their values, and one database.

What must come out is written beside each literal, or that nothing can come out; the database is read by SQL of its own.
"""

from __future__ import annotations

import datetime
import decimal
import itertools
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from piiguard.keys import Keyring, change, transitions
from piiguard.keys.codec import codec_for
from piiguard.keys.envelope import from_text
from piiguard.keys.indexable import indexable
from piiguard.manifest import ProtectedColumn
from piiguard.protect import Job

LOST = object()  # no type of ours gives this value back exactly: it must be refused
D = decimal.Decimal
TEXTS = {
    "''": "",
    "'a'": "a",
    "'  ә '": "  ә ",
    "'Anna'": "Anna",
    "'anna'": "anna",
    "'050312300005'": "050312300005",
}
# How a table may be made, by database.
SHAPES: dict[str, list[str]] = {
    "postgresql": ["", "partition by hash (id)", "with (fillfactor = 50)"],
    "mysql": ["", "row_format = compact"],
    "sqlite": ["", "without rowid"],
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
        (
            "jsonb",
            "json",
            {
                """'{"ә": 1.5}'""": {"ә": 1.5},
                "'12345678901234567890.123'": LOST,
                """'"ә"'""": "ә",
                """'"1"'""": "1",
                """'""'""": "",
            },
        ),
        ("name", "string", TEXTS),
        ("numeric(12,2)", "decimal", {"1.1": D("1.10"), "-0.01": D("-0.01")}),
        (
            "text[]",
            "json",
            {
                "'{a,NULL,\"\"}'": ["a", None, ""],
                "'{{a},{b}}'": [["a"], ["b"]],
                "'{}'": [],
                "'[2:3]={a,b}'": LOST,
            },
        ),
        ("integer[]", "json", {"'{1,-2}'": [1, -2], "'[0:0]={1}'": LOST}),
        ("bigint", "integer", {"0": 0, "-9223372036854775808": -(2**63)}),
        ("mood", "enum", {"'a'": "a", "'Әлия'": "Әлия", "''": ""}),
        (
            "timetz",
            "time",
            {"'10:00+05'": datetime.time(10, tzinfo=datetime.timezone(datetime.timedelta(hours=5)))},
        ),
        ("d_text", "string", TEXTS),
        ("d_mood", "enum", {"'a'": "a", "'Әлия'": "Әлия"}),
        ("d_number", "decimal", {"1.1": D("1.10"), "-0.01": D("-0.01")}),
        (
            "d_moment",
            "datetime_tz",
            {
                "'1905-03-12 10:00+05'": datetime.datetime(1905, 3, 12, 5, tzinfo=datetime.UTC),
                "'infinity'": LOST,
            },
        ),
        ("d_bytes", "bytes", {"'\\x'": b"", "'\\xf90100'": b"\xf9\x01\x00"}),
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
        (
            "json",
            "json",
            {"""'{"a": [1, null]}'""": {"a": [1, None]}, "'null'": None, """'"1"'""": "1", """'"ә"'""": "ә"},
        ),
        ("varchar(20) character set utf8mb3", "string", TEXTS),
        ("varchar(20) character set ucs2", "string", TEXTS),
        ("varchar(20) character set cp1251", "string", {"'a'": "a", "'Анна'": "Анна"}),
        ("varchar(20) collate utf8mb4_bin", "string", TEXTS),
        ("enum('a','Әлия','')", "enum", {"'a'": "a", "'Әлия'": "Әлия", "''": ""}),
        ("set('a','b')", "string", {"'a,b'": "a,b", "''": ""}),
        ("tinyint(1)", "boolean", {"1": True, "0": False, "2": LOST}),
        (
            "timestamp(6)",
            "datetime",
            {"'1971-03-12 08:30:05.5'": datetime.datetime(1971, 3, 12, 8, 30, 5, 500000)},
        ),
        ("varbinary(9)", "bytes", {"x''": b"", "x'00ff'": b"\x00\xff"}),
    ],
    "sqlite": [
        ("text", "string", TEXTS | {"'a' || char(0) || 'b'": "a\0b", "x'61'": LOST}),
        ("varchar(20)", "string", TEXTS),
        ("integer", "integer", {"0": 0, "-9223372036854775808": -(2**63), "1.5": LOST, "'a'": LOST}),
        ("boolean", "boolean", {"1": True, "0": False, "5": LOST, "'true'": LOST}),
        ("real", "float", {"0.1": 0.1, "0.1 + 0.2": 0.1 + 0.2, "1e300": 1e300, "'a'": LOST}),
        ("numeric(12, 2)", "decimal", {"1.10": D("1.1"), "5": D(5), "0.123456789012": LOST}),
        ("date", "date", DATES | {"'12.03.1905'": LOST, "'1905-03-12 10:00'": LOST, "19050312": LOST}),
        ("datetime", "datetime", STAMPS | {"'yesterday'": LOST}),
        ("blob", "bytes", {"x''": b"", "x'00ff'": b"\x00\xff"}),
        (
            "json",
            "json",
            {"""'{"a": [1, null]}'""": {"a": [1, None]}, """'{"a":1,"a":2}'""": LOST, """'"ә"'""": "ә"},
        ),
        ("text collate nocase", "string", TEXTS),
        ("", "string", TEXTS | {"5": LOST}),
    ],
}
# Types of PostgreSQL that an application has made: domains are made of domains.
OWN_TYPES = [
    "create type mood as enum ('a', 'Әлия', '')",
    *(
        f"create domain b_{name} as {kind}; create domain d_{name} as b_{name}"
        for name, kind in {
            "text": "varchar(20)",
            "mood": "mood",
            "number": "numeric(12,2)",
            "moment": "timestamptz",
            "bytes": "bytea",
        }.items()
    ),
]
_numbers = itertools.count(1)


@dataclass
class World:
    """One database and one keyring; every example has a table of its own in it."""

    engine: sa.Engine
    keyring: Keyring
    other: sa.Engine = field(init=False)
    tables: list[str] = field(default_factory=list)  # of the example at hand

    def __post_init__(self) -> None:
        waiting = {"connect_args": {"timeout": 0.05}} if self.engine.dialect.name == "sqlite" else {}
        self.other = sa.create_engine(self.engine.url, poolclass=sa.NullPool, **waiting)
        if self.kind == "postgresql":  # nobody pulls the plug here, and a flush is half of an example
            with self.other.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql(
                    f"alter database {self.engine.url.database} set synchronous_commit = off"
                )
                for statement in OWN_TYPES:
                    connection.exec_driver_sql(statement)

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

    @property
    def impatient(self) -> list[str]:
        """Statements after which a lock is waited for no longer than a moment."""
        return {
            "postgresql": ["set local lock_timeout = '50ms'"],
            "mysql": ["set session innodb_lock_wait_timeout = 0", "set session lock_wait_timeout = 0"],
        }.get(self.kind, [])

    def clear(self) -> None:
        """Without the tables of the example before, which would make the catalogue long."""
        cascade = " cascade" if self.kind == "postgresql" else ""
        for name in self.tables:
            self.run(f"drop view if exists w{name}{cascade}")
            self.run(f"drop table if exists {name}{cascade}")
            if cascade:
                self.run(f"drop function if exists f{name}() cascade")
        self.tables.clear()

    def table(self, sql: str, literals: list[str | None], shape: str = "") -> str:
        """A new table ``(id, note, v)``, whose rows are numbered from 1."""
        self.clear()
        name = f"t{next(_numbers)}"
        self.tables.append(name)
        values = [
            f"insert into {name} (id, note, v) values ({n}, 'x', {v or 'null'})"
            for n, v in enumerate(literals, 1)
        ]
        self.run(
            f"create table {name} (id integer not null primary key, note varchar(20), v {sql} null) {shape}",
            *(
                f"create table {name}_{n} partition of {name} for values with (modulus 2, remainder {n})"
                for n in range(2 if "partition" in shape else 0)
            ),
            *values,
        )
        return name

    def copy(self, name: str) -> str:
        """A plain twin of the table, which nobody disturbs and no job sees."""
        twin = f"plain_{name}"
        self.tables.append(twin)
        self.run(f"create table {twin} as select * from {name}")
        return twin

    def state(self, name: str) -> Any:
        """Everything about the table, as the database spells it."""
        if self.kind == "postgresql":
            columns = "select column_name, data_type from information_schema.columns where table_name = '{}' order by 1"
            triggers = "select tgname from pg_trigger where tgrelid = '{}'::regclass order by 1"
            rows = "select t::text from {} t order by id"
        elif self.kind == "mysql":
            columns = (
                "select column_name, column_type from information_schema.columns where table_name = '{}'"
            )
            columns += " and table_schema = database() order by 1"
            triggers = "select trigger_name from information_schema.triggers where event_object_table = '{}'"
            triggers += " and event_object_schema = database() order by 1"
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

    def found(self, item: ProtectedColumn) -> dict[int, bytes | None]:
        """Every blind index."""
        if item.index is None:
            return {}
        rows = self.run(f"select id, {item.index} from {item.table}")
        return {n: None if found is None else bytes(found) for n, found in rows}

    def sought(self, item: ProtectedColumn, wanted: dict[int, Any]) -> dict[int, bytes | None]:
        """The blind index of every value, by the keyring alone."""
        if item.index is None:
            return {}
        key = self.keyring.index(item.context, item.index, item.rules[0])
        return {n: key.compute(indexable(item.type, value)) for n, value in wanted.items()}

    def job(self) -> Job:
        return Job(self.engine, self.keyring)


def same(found: dict[int, Any], wanted: dict[int, Any]) -> bool:
    """Equal to the digit: NaN is NaN, and minus zero is not zero."""
    return {n: repr(_utc(v)) for n, v in found.items()} == {n: repr(_utc(v)) for n, v in wanted.items()}


def _utc(value: Any) -> Any:
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.UTC)
    return value.normalize() if isinstance(value, D) and value.is_finite() else value


def alike(kind: str, value: Any, plain: Any) -> bool:
    """Equal to the digit; where SQLite keeps a text, it may have been spelled anew."""
    if repr(value) == repr(plain):
        return True
    readers: dict[str, Callable[[Any], Any]] = {
        "datetime": datetime.datetime.fromisoformat,
        "json": json.loads,
        "decimal": D,
    }
    spelled = readers.get(kind)
    try:
        return spelled is not None and bool(spelled(value) == spelled(plain))
    except (TypeError, ValueError, decimal.InvalidOperation):
        return False


def kept(world: World, item: ProtectedColumn, plain: dict[int, Any], wanted: dict[int, Any]) -> None:
    """Each row still holds what it held in plain, or opens to it; none is gone and none has come."""
    codec = codec_for(item.type)
    cipher = world.keyring.column(item.context, codec.code)
    rows = dict(map(tuple, world.run(f"select id, v from {item.table}")))
    assert rows.keys() == plain.keys()
    for number, value in rows.items():
        if not alike(item.type, value, plain[number]):
            envelope = from_text(value) if isinstance(value, str) else bytes(value)
            assert same({number: codec.decode(cipher.decrypt(envelope))}, {number: wanted[number]})


def promote(world: World) -> None:
    """A new data key, and write with it."""
    path = world.keyring.path
    change.apply(path, None, "add", lambda held, now: transitions.add(held, "data", now))
    world.keyring.reload()
    number = max(v.version for v in world.keyring.versions if v.kind == "data")
    change.apply(path, None, "promote", lambda held, now: transitions.promote(held, "data", number, now))
    world.keyring.reload()


def item_of(name: str, kind: str, storage: str = "binary") -> ProtectedColumn:
    return ProtectedColumn(name, "v", f"{name}.v", type=kind, storage=storage)
