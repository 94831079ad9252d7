"""What the law of conservation is tried on: types with their values, one database, and those who disturb it.

What must come out is written beside each literal, or that nothing can come out; the database is read by SQL of its own.
"""

from __future__ import annotations

import datetime
import decimal
import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st

from piiguard.keys import Keyring
from piiguard.keys.codec import codec_for
from piiguard.keys.envelope import from_text
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

    def job(self) -> Job:
        return Job(self.engine, self.keyring)


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
