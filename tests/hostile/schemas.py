"""A database of people, and what somebody who may create objects beside it can leave for whoever reads it.

Every hostile function ends the sessions of a *canary*, a connection that the test holds open, and answers with a
lie: neither a read-only transaction nor a rollback can hide that one ran.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

ROWS = 40
PEOPLE = (
    "create table people (id integer primary key, iin varchar(12) not null unique, phone varchar(32),"
    " note varchar{size}, seen varchar(10))"
)


def iin(number: int) -> str:
    """The number of somebody born from 1900 to 1909, with its check digit.

    >>> iin(1)
    '000101300019'
    """
    while True:
        body = f"0{number % 10}{1 + number % 12:02}{1 + number % 28:02}3{number:04}"
        body = "00010130001" if number == 1 else body
        digits = [int(c) for c in body]
        check = sum(w * d for w, d in zip(range(1, 12), digits, strict=True)) % 11
        if check == 10:
            weights = [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]
            check = sum(w * d for w, d in zip(weights, digits, strict=True)) % 11
        if check < 10:
            return f"{body}{check}"
        number += 5000


def people() -> list[dict[str, object]]:
    """The rows of the table."""
    return [
        {"id": n, "iin": iin(n), "phone": f"+7 701 {n:07}", "note": f"ЖСН {iin(n)}", "seen": "1999-12-31"}
        for n in range(1, ROWS + 1)
    ]


def innocent(url: str) -> None:
    """The table and its rows, in the first schema of the account's path."""
    with plain_engine(url).begin() as connection:
        sized = connection.dialect.name != "postgresql"
        connection.exec_driver_sql(PEOPLE.format(size="(200)" if sized else ""))
        insert = "insert into people values (:id, :iin, :phone, :note, :seen)"
        connection.execute(sa.text(insert), people())


def plain_engine(url: str | sa.URL, **options: Any) -> sa.Engine:
    """SQLAlchemy's look for hstore would itself run what a stranger left."""
    hstore = {"use_native_hstore": False} if sa.make_url(url).drivername.startswith("postgresql") else {}
    return sa.create_engine(url, poolclass=sa.NullPool, **hstore, **options)


@contextmanager
def twin(url: str) -> Iterator[str]:
    """A copy of a PostgreSQL database."""
    parsed, name = sa.make_url(url), f"piiguard_t_{uuid.uuid4().hex[:10]}"
    admin = plain_engine(parsed.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"create database {name} template {parsed.database}")
    try:
        yield parsed.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"drop database {name} with (force)")


def canary_name(database: str) -> str:
    return f"canary_{database}"


@contextmanager
def canary(url: str | sa.URL) -> Iterator[None]:
    """A connection that lives as long as no hostile function runs; the block fails if one did."""
    parsed = sa.make_url(url)
    name = canary_name(str(parsed.database))
    engine = plain_engine(parsed, connect_args={"application_name": name})
    # no transaction of its own: keys retire waits for those that are open
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("select 1")
        yield
        try:
            assert connection.exec_driver_sql("select 1").scalar() == 1
        except sa.exc.DBAPIError:
            connection.invalidate()
            raise AssertionError("a hostile function ran") from None


def _trap(database: str) -> str:
    return (
        "create function public.trap() returns boolean language plpgsql volatile as $$ begin"
        " perform pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity"
        f" where application_name OPERATOR(pg_catalog.=) '{canary_name(database)}'::pg_catalog.text;"
        " return true; exception when others then return true; end $$"
    )


def _function(name: str, given: str, returned: str, lie: str) -> str:
    return (
        f"create function public.{name}({given}) returns {returned} language plpgsql immutable as"
        f" $$ begin perform public.trap(); return {lie}; end $$"
    )


# Each fits a varchar, or the types that our statements and those of drivers put together, better than the built-in.
FUNCTIONS = [
    ("substr", "varchar, integer, integer", "text", "''"),
    ("substr", "varchar, integer", "text", "''"),
    ("substring", "varchar, integer, integer", "text", "''"),
    ("left", "varchar, integer", "text", "''"),
    ("right", "varchar, integer", "text", "''"),
    ("length", "varchar", "integer", "0"),
    ("octet_length", "varchar", "integer", "0"),
    ("lower", "varchar", "text", "''"),
    ("md5", "varchar", "text", "''"),
    ("concat", "varchar", "text", "''"),
    ("convert_to", "varchar, name", "bytea", "''::bytea"),
    ("unnest", "varchar[]", "setof varchar", "next"),
    ("row_security_active", "varchar", "boolean", "false"),
    ("starts_with", "varchar, varchar", "boolean", "false"),
    ("to_regtype", "varchar", "regtype", "null"),
    ("set_config", "varchar, varchar, boolean", "text", "''"),
]
OPERATORS = [
    *((sign, "varchar", "varchar") for sign in ("=", "<>", "<", ">", "<=", ">=", "~~", "||")),
    ("=", "name", "varchar"),
    ("=", "oid", "regtype"),
    ("=", "oid", "regclass"),
    ("=", '"char"', "text"),
    ("=", '"char"', "varchar"),
    ("=", "varchar", "name"),
    ("<>", "name", "varchar"),
]


def shadows(database: str) -> list[str]:
    """Functions, aggregates and operators in ``public``, and a schema that is called as the account is."""
    made = [_trap(database)]
    made += [_function(*function) for function in FUNCTIONS if function[3] != "next"]
    for number, (sign, left, right) in enumerate(OPERATORS):
        returned = "text" if sign == "||" else "boolean"
        made.append(_function(f"op{number}", f"{left}, {right}", returned, "''" if sign == "||" else "false"))
        made.append(
            f"create operator public.{sign} (function = public.op{number}, leftarg = {left}, rightarg = {right})"
        )
    made.append(_function("step", "bigint, varchar", "bigint", "0"))
    made.append(
        "create aggregate public.count(varchar) (sfunc = public.step, stype = bigint, initcond = '0')"
    )
    made.append(_function("least_of", "varchar, varchar", "varchar", "null"))
    made += [
        f"create aggregate public.{name}(varchar) (sfunc = public.least_of, stype = varchar)"
        for name in ("min", "max")
    ]
    return made


def earlier(user: str) -> list[str]:
    """A schema called as the account, which is before ``public`` in its path, with tables called as ours."""
    return [
        f"create schema {user}",
        f"create table {user}.piiguard_jobs (table_name text, part integer)",
        f"create table {user}.piiguard_state (name text, keyring_id text, generation bigint, updated text)",
        f"create table {user}.piiguard_residues (place text)",
        f"create table {user}.people (id integer primary key, iin varchar(12), phone varchar(32), note varchar(200))",
    ]


def objects() -> list[str]:
    """Tables and views of the stranger, which a scan meets."""
    return [
        "create schema lair",
        "create view lair.harmless as select public.trap()::text as iin",
        "create view lair.killer as select pg_terminate_backend(pid) as iin from pg_stat_activity where query = ''",
        "create type lair.secret as (a text)",
        _function("shown", "lair.secret", "text", "''").replace("public.shown", "lair.shown"),
        "create cast (lair.secret as text) with function lair.shown(lair.secret) as assignment",
        "create table lair.typed (id integer, hidden lair.secret)",
        *(f"insert into lair.typed values ({n}, row('{iin(n)}')::lair.secret)" for n in range(1, 31)),
        f"create type lair.uuid as enum ({', '.join(repr(iin(n)) for n in range(1, 31))})",
        "create table lair.named (hidden lair.uuid)",
        "insert into lair.named select unnest(enum_range(null::lair.uuid))",
        "create table lair.ruled (iin varchar(12))",
        f"insert into lair.ruled values ('{iin(3)}')",
        "alter table lair.ruled enable row level security",
        "create policy hides on lair.ruled using (public.trap() and false)",
        "grant usage on schema lair to public",
        "grant select on all tables in schema lair to public",
    ]


@contextmanager
def stranger(url: str) -> Iterator[str]:
    """A role that may create objects in ``public``, and schemas; nothing else."""
    name, admin = f"piiguard_m_{uuid.uuid4().hex[:8]}", plain_engine(url)
    database = admin.url.database
    with admin.begin() as connection:
        for statement in (
            f"create role {name} login",
            f"grant create on schema public to {name}",
            f"grant create on database {database} to {name}",
        ):
            connection.exec_driver_sql(statement)
    try:
        yield name
    finally:
        with admin.begin() as connection:
            connection.exec_driver_sql(f"drop owned by {name} cascade")
            connection.exec_driver_sql(f"drop role {name}")


def documented(server: str, role: str, database: str) -> list[str]:
    """The statements that docs/scanning.md has for the account of a scan, for this role."""
    page = (Path(__file__).parents[2] / "docs" / "scanning.md").read_text(encoding="utf-8")
    found = re.search(rf"```sql\n-- {server}[^\n]*\n(.*?)```", page, re.DOTALL)
    assert found
    text = found[1].replace("scanner", role).replace("crm", database)
    return [statement.strip() for statement in text.split(";") if statement.strip()]


def run(url: str, *statements: str) -> None:
    """Run statements as the account of the URL."""
    with plain_engine(url).begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement.replace("%", "%%"))


def run_as(url: str, role: str, statements: list[str]) -> None:
    """Run statements as this role."""
    with plain_engine(url).begin() as connection:
        connection.exec_driver_sql(f"set local role {role}")
        for statement in statements:
            connection.exec_driver_sql(statement.replace("%", "%%"))
