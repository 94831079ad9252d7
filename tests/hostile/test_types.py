"""A number in a cell of any type that a database has is found, or its table is named: the server's own catalogue says which."""

from __future__ import annotations

import random
from contextlib import nullcontext, suppress

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from piiguard.read import nested
from piiguard.scan import Options, scan_database
from tests import corpora

from . import schemas

ROWS = 40
SMALL = Options(sample=None, entities=("KZ_IIN",))
SCALARS = """
select format_type(oid, null) from pg_type
 where typtype in ('b', 'r', 'm') and typnamespace = 'pg_catalog'::regnamespace and typcategory <> 'A' order by 1
"""
FORMS = (
    *("'{n}'", "{n}", "'\"{n}\"'", "'{{{n}}}'", "'({n},0)'", "'{{1,{n},2}}'", "'({n},0),(1,2)'", "'<({n},0),1>'"),
    *("'[{n},{n}]'", "'{{[{n},{n}]}}'", "'[({n},0),(1,2)]'", "'(({n},0),(1,2),(3,4))'", "{n}::int8::bit(64)"),
    "'00000000-0000-0000-0000-{n}'",
)  # fmt: skip
# What holds fewer digits than a number has, something that the server knows already, or a moment; the number of a
# transaction is octal behind a zero.
TOO_SMALL = {
    *('"char"', "bool", "real", "boolean", "smallint", "integer", "oid", "xid", "cid", "tid", "date", "pg_lsn", "aclitem"),
    *("time without time zone", "time with time zone", "timestamp without time zone", "interval"),
    *("timestamp with time zone", "inet", "cidr", "macaddr", "macaddr8", "int4range", "int4multirange"),
    *("daterange", "datemultirange", "tsrange", "tsmultirange", "tstzrange", "tstzmultirange", "gtsvector"),
    *("regclass", "regcollation", "regconfig", "regdictionary", "regnamespace", "regoper", "regoperator"),
    *("regproc", "regprocedure", "regrole", "regtype", "refcursor", "pg_snapshot", "txid_snapshot"),
    *("pg_dependencies", "pg_mcv_list", "pg_ndistinct", "pg_node_tree", "pg_brin_bloom_summary"),
    "pg_brin_minmax_multi_summary",
}  # fmt: skip
MARIADB = {
    "char(12)": "'{n}'", "varchar(20)": "'{n}'", "tinytext": "'{n}'", "text": "'{n}'", "mediumtext": "'{n}'",
    "longtext": "'{n}'", "json": "'\"{n}\"'", "binary(12)": "'{n}'", "varbinary(20)": "'{n}'", "tinyblob": "'{n}'",
    "blob": "'{n}'", "mediumblob": "'{n}'", "longblob": "'{n}'", "bigint": "{n}", "decimal(14)": "{n}", "double": "{n}",
    "bit(64)": "{n}", "uuid": "'00000000-0000-0000-0000-{n}'", "point": "point({n}, 1)",
    "geometry": "point({n}, 1)", "linestring": "linestring(point({n}, 1), point(1, 2))",
    "polygon": "polygon(linestring(point({n}, 1), point(1, 2), point(3, 3), point({n}, 1)))",
    "multipoint": "multipoint(point({n}, 1))", "geometrycollection": "geometrycollection(point({n}, 1))",
    "multilinestring": "multilinestring(linestring(point({n}, 1), point(1, 2)))",
    "multipolygon": "multipolygon(polygon(linestring(point({n}, 1), point(1, 2), point(3, 3), point({n}, 1))))",
    "enum": "'{n}'", "set": "'{n}'",
}  # fmt: skip
SQLITE = {
    "text": "'{n}'", "integer": "{n}", "real": "{n}", "numeric": "'{n}'", "blob": "cast('{n}' as blob)", "": "'{n}'",
    "json": "'\"{n}\"'", "date": "'{n}'", "boolean": "{n}", "uuid": "'{n}'", "blob sub_type text": "'{n}'",
}  # fmt: skip


def numbers(seed: int = 1) -> list[str]:
    dice = random.Random(seed)
    return [corpora.iin(dice) for _ in range(ROWS)]


def made(connection: sa.Connection, table: str, type_: str, value: str, *before: str) -> bool:
    """Whether a table of this type can hold the numbers, spelled so; ``before`` makes what it needs."""
    values = [value.format(n=number, i=int(number)) for number in numbers()]
    inner = connection.begin_nested() if connection.dialect.name == "postgresql" else nullcontext()
    with suppress(sa.exc.DBAPIError), inner:
        for statement in (*before, f"create table {table} (v {type_})"):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(f"insert into {table} values " + ", ".join(f"({each})" for each in values))
        return True
    return False


def missed(url: str, tables: dict[str, str]) -> list[str]:
    """The types whose tables are neither found nor named."""
    report = scan_database(url, SMALL)
    told = {f.table for f in report.findings} | {each.place.partition(".")[0] for each in report.unread}
    return sorted(type_ for table, type_ in tables.items() if table not in told)


@pytest.fixture
def made_of_all(postgresql_url: str) -> dict[str, str]:
    """A table for each type of the server, for an array of it, and for a row type and a domain of it."""
    engine, tables, small = schemas.plain_engine(postgresql_url), dict[str, str](), set[str]()
    with engine.begin() as connection:
        for at, type_ in enumerate(connection.exec_driver_sql(SCALARS).scalars().all()):
            own = f"{type_}(64)" if type_ in ("bit", "character") else type_
            values = (f"({form})::{own}" for form in (FORMS if type_ != "xid8" else ("'{i}'",)))
            value = next((each for each in values if made(connection, f"s{at}", own, each)), None)
            if value is None:
                small.add(type_)
                continue
            row, domain = f"row_{at}", f"domain_{at}"
            tables |= {
                table: f"{of} of {type_}"
                for table, of, given, *before in (
                    (f"s{at}d", domain, value, f"create domain {domain} as {own}"),
                    (f"s{at}a", f"{own}[]", f"array[{value}]"),
                    (f"s{at}r", row, f"row(1, {value})::{row}", f"create type {row} as (a int, b {own})"),
                    (f"s{at}x", f"{domain}[]", f"array[{value}]::{domain}[]"),
                    (f"s{at}y", f"{row}[]", f"array[row(1, {value})::{row}]"),
                )
                if made(connection, table, of, given, *before)
            } | {f"s{at}": f"{own} of {type_}"}
    engine.dispose()
    assert small <= TOO_SMALL, small - TOO_SMALL
    return {table: type_ for table, type_ in tables.items() if type_.rpartition(" of ")[2] not in TOO_SMALL}


def test_every_type_of_postgresql_is_searched_or_named(
    postgresql_url: str, made_of_all: dict[str, str]
) -> None:
    assert len(made_of_all) > 150
    assert missed(postgresql_url, made_of_all) == []


@pytest.mark.parametrize(("kind", "types"), [("mariadb", MARIADB), ("sqlite", SQLITE)])
def test_every_type_is_searched_or_named(
    request: pytest.FixtureRequest, kind: str, types: dict[str, str]
) -> None:
    url = str(request.getfixturevalue(f"{kind}_url"))
    engine = schemas.plain_engine(url)
    labels = ", ".join(f"'{number}'" for number in numbers())
    tables = {f"t{at}": type_ for at, type_ in enumerate(types)}
    with engine.begin() as connection:
        for table, type_ in tables.items():
            declared = f"{type_}({labels})" if type_ in ("enum", "set") else type_
            assert made(connection, table, declared, types[type_]), type_
    engine.dispose()
    assert missed(url, tables) == []


@settings(max_examples=200, deadline=None)
@given(cell=st.binary(max_size=80) | st.text(max_size=40) | st.sampled_from(["", "00", b"", b"\0\0\0\0"]))
def test_what_only_claims_to_be_a_shape_is_read_as_its_text(cell: bytes | str) -> None:
    """Anybody may call a type of his ``geometry``."""
    (said,) = nested.said([cell], "shape")
    assert said == str(cell) or all(isinstance(number, float) for number in said)
