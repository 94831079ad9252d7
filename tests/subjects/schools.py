"""A school to look people up in, on every database: cycles, composite keys, self references, JSON, two schemas, encrypted,
half-migrated and plain columns side by side, and two people who share a phone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from piiguard.keys import Keyring
from piiguard.manifest import Manifest
from piiguard.protect.seal import Seal

ASAN = {"iin": "050312300015", "phone": "+77011234567", "email": "ulgi@example.kz"}
OTHER = {"iin": "040728400011", "phone": "+77011234567", "email": "mysal@example.kz"}
"""Another person with the same phone."""

SCHEMA = """
create table faculties (id integer primary key, name varchar(40), dean_id integer)
create table students (id integer primary key, faculty_id integer references faculties (id), iin {blob}, iin_index {blob},
 phone varchar(40), email varchar(80), email_enc {blob}, email_index {blob}, mentor_id integer references students (id), details {json})
create table orders (tenant integer not null, number integer not null, student_id integer not null references students (id),
 comment varchar(200), paid_at date, primary key (tenant, number))
create table items (tenant integer not null, number integer not null, line integer not null, what varchar(40),
 primary key (tenant, number, line), foreign key (tenant, number) references orders (tenant, number))
create table posts (id integer primary key, student_id integer references students (id), parent_id integer references posts (id),
 pinned_id integer, body varchar(200))
create table threads (id integer primary key, first_id integer references posts (id))
create table letters (id integer primary key, body {text}, raw {json})
create table calls (id integer primary key, number {bigint}, student_id integer references students (id))
"""
TYPES = {
    "sqlite": {"blob": "blob", "json": "json", "text": "text", "bigint": "bigint"},
    "postgresql": {"blob": "bytea", "json": "jsonb", "text": "text", "bigint": "bigint"},
    "mysql": {"blob": "varbinary(120)", "json": "json", "text": "text", "bigint": "bigint"},
}
MANIFEST = """
[[columns]]
table = "students"
column = "iin"
context = "students.iin"
index = "iin_index"
normalizer = "digits/2"

[[columns]]
table = "students"
column = "email"
context = "students.email"
index = "email_index"
normalizer = "email/2"

[[subjects]]
table = "students"
key = "id"
identifiers = ["iin", "phone", "email"]
erase = "delete"

[[subjects.tables]]
table = "orders"
erase = "delete"
[[subjects.tables]]
table = "items"
erase = "delete"
[[subjects.tables]]
table = "posts"
erase = "delete"
[[subjects.tables]]
table = "threads"
erase = "delete"
[[subjects.tables]]
table = "letters"
erase = "null"
[[subjects.tables]]
table = "calls"
erase = "delete"
"""
AWAY = "piiguard_restricted"


def sealing(rules: str = MANIFEST) -> str:
    """The same, where all tables say how their rows are restricted."""
    for way in ("delete", "null"):
        rules = rules.replace(f'erase = "{way}"', f'erase = "{way}"\nrestrict = "seal"')
    return rules


SEALING = sealing()


def manifest(rules: str = MANIFEST) -> Manifest:
    return Manifest.parse(rules)


def engine_of(url: str) -> sa.Engine:
    return sa.create_engine(url, poolclass=sa.NullPool)


def execute(url: str, *statements: str) -> None:
    """Run statements of a test's own in one transaction."""
    with engine_of(url).begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def build(url: str, keyring: Keyring) -> None:
    """The school with two students and what hangs on them."""
    engine = engine_of(url)
    with engine.begin() as connection:
        kinds = TYPES[engine.dialect.name]
        for statement in SCHEMA.strip().split("\ncreate "):
            text = statement if statement.startswith("create") else f"create {statement}"
            connection.execute(sa.text(text.format(**kinds)))
        _fill(connection, keyring)


def _fill(connection: sa.Connection, keyring: Keyring) -> None:
    iin, email = (Seal(keyring, item) for item in manifest().columns)

    def put(table: str, **values: object) -> None:
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        connection.execute(sa.text(f"insert into {table} ({names}) values ({marks})"), values)

    put("faculties", id=1, name="History", dean_id=2)
    for number, one, mentor in ((1, ASAN, None), (2, OTHER, 1)):
        put(
            "students",
            id=number,
            faculty_id=1,
            iin=iin.encrypt(one["iin"]),
            iin_index=iin.index(one["iin"]),
            phone="8 (701) 123-45-67" if number == 1 else "87011234567",
            email=one["email"].upper(),
            email_enc=email.encrypt(one["email"]) if number == 1 else None,
            email_index=email.index(one["email"]) if number == 1 else None,
            mentor_id=mentor,
            details=json.dumps({"contacts": [{"email": one["email"]}]}),
        )
        put("orders", tenant=1, number=number, student_id=number, comment="позвонить", paid_at="2024-03-01")
        put("items", tenant=1, number=number, line=1, what="book")
        put("items", tenant=1, number=number, line=2, what="pen")
        put("posts", id=number, student_id=number, parent_id=None, pinned_id=None, body="hello")
    put("posts", id=3, student_id=2, parent_id=1, pinned_id=None, body="a reply of the other")
    put("posts", id=4, student_id=1, parent_id=1, pinned_id=None, body="a reply to oneself")
    put("threads", id=1, first_id=1)
    put("letters", id=1, body="Прошу отчислить, ИИН 050312 300015", raw=None)
    put("letters", id=2, body="nothing", raw='{"from": {"iin": "050312300015"}}')
    put("letters", id=3, body="ИИН 040728400011", raw=None)
    put("calls", id=1, number=77011234567, student_id=1)
    put("calls", id=2, number=77011234567, student_id=2)
    put("calls", id=3, number=77019999999, student_id=1)


def contents(url: str) -> dict[str, dict[tuple[object, ...], dict[str, object]]]:
    """Every row of every table by its key, read by SQL of its own."""
    engine, found = engine_of(url), dict[str, dict[tuple[object, ...], dict[str, object]]]()
    with engine.connect() as connection:
        for name in _tables(engine):
            key = sa.inspect(connection).get_pk_constraint(name)["constrained_columns"]
            rows = connection.execute(sa.text(f"select * from {name}")).mappings().all()
            found[name] = {tuple(row[k] for k in key): {k: _plain(v) for k, v in row.items()} for row in rows}
    return found


def _tables(engine: sa.Engine) -> list[str]:
    """Without what acts pin of the audit trail, and the checkpoints of jobs."""
    return [n for n in sa.inspect(engine).get_table_names() if n not in ("piiguard_state", "piiguard_jobs")]


def _plain(value: object) -> object:
    return (
        bytes(value)
        if isinstance(value, memoryview)
        else value
        if not isinstance(value, dict)
        else repr(value)
    )


def rows(url: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table at one moment: a server may still commit for a client that is dead."""
    engine = engine_of(url)
    level = "SERIALIZABLE" if engine.dialect.name == "sqlite" else "REPEATABLE READ"
    with engine.connect().execution_options(isolation_level=level) as connection:
        return {
            name: [
                {column: _writable(value) for column, value in row.items()}
                for row in connection.execute(sa.text(f"select * from {name} order by 1, 2")).mappings()
            ]
            for name in _tables(engine)
        }


def _writable(value: Any) -> Any:
    if isinstance(value, memoryview):
        return bytes(value)
    return json.dumps(value) if isinstance(value, dict) else value


def restore(url: str, before: dict[str, list[dict[str, Any]]]) -> None:
    """Put everything back as a backup would, whatever refers to what."""
    engine = engine_of(url)
    with engine.begin() as connection:
        if engine.dialect.name == "mysql":
            connection.exec_driver_sql("set foreign_key_checks = 0")
        elif engine.dialect.name == "postgresql":
            connection.exec_driver_sql("set local session_replication_role = replica")
        for table, listed in before.items():
            connection.exec_driver_sql(f"delete from {table}")
            for row in listed:
                marks = ", ".join(f":{name}" for name in row)
                connection.execute(sa.text(f"insert into {table} ({', '.join(row)}) values ({marks})"), row)
    engine.dispose()


def write_files(folder: Path) -> Path:
    """A log and a table of the same two people."""
    log = folder / "app.log"
    log.write_text(
        "start\nsaved iin=050312300015 ok\nsaved iin=040728400011 ok\ncall 8 701 123 45 67\n", "utf-8"
    )
    (folder / "people.csv").write_text(
        "name,phone,iin\nA,8-701-123-45-67,050312300015\nB,+77029999999,040728400011\n", "utf-8"
    )
    return log
