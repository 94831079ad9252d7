"""A schema of forty tables, and for each row what must become of it, written by hand: this file asks nothing of piiguard.

Cycles (faculties and staff, posts and comments, teams and members), composite keys, self references, soft deletes, JSON, audit
tables, partitions and a second schema on PostgreSQL, rows of several tenants with equal numbers, and columns that are
encrypted, half migrated and plain side by side. One person is a student twice (one of the rows was deleted softly) and an assistant.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from piiguard.keys import Keyring
from piiguard.manifest import Manifest
from piiguard.protect.seal import Seal

IIN, PHONE, EMAIL = "050312300015", "+77011234567", "ulgi@example.kz"
OTHER, THIRD = "040728400011", "010101300010"

TABLES = """
tenants | id int*, name str
cities | id int*, name str
faculties | id int*, tenant int, name str, dean int | tenant>tenants.id; dean>hr.staff.id
students | tenant int*, id int*, faculty int, iin blob, iin_index blob, name str, phone str, email str, email_enc blob, email_index blob, mentor int, details json, deleted_at str | tenant>tenants.id; faculty>faculties.id; tenant,mentor>students.tenant,id
hr.staff | id int*, faculty int, iin str, name str, phone big, boss int | faculty>faculties.id; boss>hr.staff.id
guardians | id int*, tenant int!, student int!, name str, phone str | tenant,student>students.tenant,id
addresses | id int*, tenant int!, student int!, city int, line str | tenant,student>students.tenant,id; city>cities.id
papers | id int*, tenant int!, student int!, number str, picture blob | tenant,student>students.tenant,id
orders | tenant int*, number int*, student int!, comment str, paid_at date | tenant,student>students.tenant,id
items | tenant int*, number int*, line int*, what str | tenant,number>orders.tenant,number
item_notes | id int*, tenant int!, number int!, line int!, note str | tenant,number,line>items.tenant,number,line
payments | id int*, tenant int, number int, payer str | tenant,number>orders.tenant,number
invoices | id int*, tenant int, student int, amount int, issued date | tenant,student>students.tenant,id
invoice_lines | id int*, invoice int!, what str | invoice>invoices.id
courses | id int*, teacher int, title str | teacher>hr.staff.id
study_groups | id int*, tenant int!, monitor int, course int | tenant,monitor>students.tenant,id; course>courses.id
lessons | id int*, study_group int!, room str | study_group>study_groups.id
enrolments | tenant int*, student int*, course int* | tenant,student>students.tenant,id; course>courses.id
marks | id int*, tenant int!, student int!, course int!, mark int | tenant,student,course>enrolments.tenant,student,course
mark_history | id int*, mark int, was str | mark>marks.id
attendance | day date*, id int*, tenant int!, student int!, note str | tenant,student>students.tenant,id
users | id int*, tenant int, student int, staff int, login str, email str | tenant,student>students.tenant,id; staff>hr.staff.id
sessions | id int*, user_id int!, data json | user_id>users.id
devices | id int*, user_id int!, token big | user_id>users.id
messages | id int*, sender int, recipient int, reply_to int, body text | sender>users.id; recipient>users.id; reply_to>messages.id
posts | id int*, author int!, body text, pinned int | author>users.id; pinned>comments.id
comments | id int*, post int, author int!, body str | post>posts.id; author>users.id
teams | id int*, name str, captain int | captain>team_members.id
team_members | id int*, team int!, tenant int!, student int! | team>teams.id; tenant,student>students.tenant,id
hr.contracts | id int*, staff int!, signed date | staff>hr.staff.id
hr.salaries | id int*, contract int!, amount int | contract>hr.contracts.id
hr.absences | staff int*, day date*, reason str | staff>hr.staff.id
tickets | id int*, opened_by int, topic str | opened_by>users.id
ticket_events | id int*, ticket int!, payload json | ticket>tickets.id
imports | id int*, raw text
outbox | id int*, topic str, payload json
audit_log | id int*, place str, old json, new json
settings | id int*, name str, worth str
export_lines | line str
books | id int*, title str
loans | id int*, book int!, tenant int!, student int!, due date | book>books.id; tenant,student>students.tenant,id
reviews | id int*, book int!, author int, body str | book>books.id; author>users.id
"""
RULES = """
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
key = ["tenant", "id"]
identifiers = ["iin", "phone", "email"]
erase = "delete"
keep = { invoices = "Tax Code, art. 48", invoice_lines = "Tax Code, art. 48" }

[[subjects]]
table = "hr.staff"
key = "id"
identifiers = "iin"
[[subjects.tables]]
table = "hr.staff"
erase = "pseudonym"
columns = ["name", "phone"]
[[subjects.tables]]
table = "hr.contracts"
erase = "keep"
law = "Labour Code"
[[subjects.tables]]
table = "hr.salaries"
erase = "keep"
law = "Labour Code"
[[subjects.tables]]
table = "study_groups"
erase = "null"
columns = ["monitor"]
[[subjects.tables]]
table = "teams"
erase = "null"
columns = ["captain"]
[[subjects.tables]]
table = "imports"
erase = "null"
[[subjects.tables]]
table = "audit_log"
erase = "null"
columns = ["old", "new"]
[[subjects.tables]]
table = "reviews"
erase = "null"
columns = ["body"]
"""
DELETED = """guardians addresses papers orders items item_notes payments enrolments marks mark_history attendance users sessions
devices messages posts comments team_members hr.absences tickets ticket_events outbox loans"""


@dataclass(frozen=True)
class Sealed:
    """A value that is stored encrypted, or as a blind index, by the entry of the manifest of this number."""

    entry: int
    value: str
    index: bool = False


WORD = object()
"""Something else than before, and nothing of it."""


@dataclass
class Row:
    """A row, whether it is the person's, and what it is afterwards: None where it goes."""

    table: str
    values: dict[str, Any]
    his: bool
    after: dict[str, Any] | None = field(default_factory=dict)


@dataclass(frozen=True)
class Shape:
    """A table: columns with types, the key, the foreign keys."""

    name: str
    columns: dict[str, str]
    links: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...]

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(name for name, kind in self.columns.items() if kind.endswith("*"))


def _shape(line: str) -> Shape:
    name, columns, *links = (part.strip() for part in line.split("|"))
    found = []
    for link in filter(None, (part.strip() for part in "".join(links).split(";"))):
        own, parent = link.split(">")
        table, _, referred = parent.rpartition(".")
        found.append((tuple(own.split(",")), table, tuple(referred.split(","))))
    return Shape(name, dict(column.split() for column in columns.split(", ")), tuple(found))


SHAPES = {shape.name: shape for shape in map(_shape, TABLES.strip().splitlines())}


def rows() -> list[Row]:
    """Every row with its fate."""
    found: list[Row] = []

    def put(table: str, values: tuple[Any, ...], his: bool, after: dict[str, Any] | None) -> None:
        found.append(Row(table, dict(zip(SHAPES[table].columns, values, strict=True)), his=his, after=after))

    def goes(table: str, *values: Any) -> None:
        put(table, values, True, None)

    def his(table: str, *values: Any, **after: Any) -> None:
        put(table, values, True, after)

    def stays(table: str, *values: Any, **after: Any) -> None:
        put(table, values, False, after)

    stays("tenants", 1, "West")
    stays("tenants", 2, "East")
    stays("cities", 1, "Aktobe")
    stays("faculties", 1, 1, "History", 1)
    iin, index = Sealed(0, IIN), Sealed(0, IIN, index=True)
    contacts = {"contacts": [{"email": EMAIL}]}
    goes("students", 1, 7, 1, iin, index, "A", "8 (701) 123-45-67", EMAIL.upper(), Sealed(1, EMAIL), Sealed(1, EMAIL, index=True), 8, contacts, None)  # fmt: skip
    goes("students", 1, 9, 1, iin, None, "A", None, EMAIL, None, None, None, None, "2020-01-01")
    stays("students", 1, 8, 1, Sealed(0, OTHER), Sealed(0, OTHER, index=True), "B", "+77029999999", "b@example.kz", None, None, 7, {}, None, mentor=None)  # fmt: skip
    stays("students", 2, 7, 1, Sealed(0, THIRD), Sealed(0, THIRD, index=True), "C", None, None, None, None, 9, None, None)  # fmt: skip
    stays("students", 2, 9, 1, None, None, "D", None, None, None, None, None, None, None)
    stays("hr.staff", 1, 1, "070101300011", "E", 77020000000, None)
    his("hr.staff", 3, 1, IIN, "A", 77011234567, 1, iin=WORD, name=WORD, phone=None)
    stays("hr.staff", 4, 1, None, "F", None, 3)  # whose boss has a pseudonym
    goes("guardians", 1, 1, 7, "G", "+77010000001")
    stays("guardians", 2, 2, 7, "H", "+77010000002")
    goes("addresses", 1, 1, 9, 1, "somewhere")
    stays("addresses", 2, 2, 9, 1, "elsewhere")
    goes("papers", 1, 1, 7, "N00000001", b"\x89PNG\x00")
    stays("papers", 2, 1, 8, "N00000002", b"\x89PNG\x01")
    for tenant in (1, 2):
        put_ = goes if tenant == 1 else stays
        put_("orders", tenant, 5, 7, "call first", datetime.date(2024, 3, 1))
        put_("items", tenant, 5, 1, "book")
        put_("items", tenant, 5, 2, "pen")
        put_("item_notes", tenant, tenant, 5, 2, "blue")
        put_("payments", tenant, tenant, 5, "cash")
        put_("enrolments", tenant, 7, 1)
        put_("marks", tenant, tenant, 7, 1, 4)
        put_("mark_history", tenant, tenant, "3")
        put_("attendance", datetime.date(2024, 5, tenant), tenant, tenant, 7, "late")
    goes("payments", 3, None, None, f"ИИН {IIN[:6]} {IIN[6:]}")
    stays("payments", 4, None, None, f"ИИН {OTHER}")
    his("invoices", 1, 1, 7, 100, datetime.date(2024, 1, 1), student=None)
    his("invoice_lines", 1, 1, "term")
    stays("invoices", 2, 2, 7, 100, datetime.date(2024, 1, 1))
    stays("invoice_lines", 2, 2, "term")
    stays("courses", 1, 1, "History of the steppe")
    his("study_groups", 1, 1, 7, 1, monitor=None)
    stays("study_groups", 2, 1, 8, 1)
    stays("lessons", 1, 1, "101")
    stays("lessons", 2, 2, "102")
    goes("users", 1, 1, 7, None, "a", EMAIL)
    goes("users", 2, None, None, 3, "assistant", None)
    stays("users", 3, 1, 8, None, "b", "b@example.kz")
    stays("users", 4, None, None, 1, "e", None)
    goes("sessions", 1, 1, {"from": "10.0.0.1"})
    stays("sessions", 2, 3, {})
    goes("devices", 1, 2, 1)
    stays("devices", 2, 3, 2)
    goes("messages", 1, 1, 2, 3, "to myself")
    stays("messages", 2, 1, 3, None, "to b", sender=None)
    stays("messages", 3, 3, 4, 1, "b answers to what is not his", reply_to=None)
    stays("messages", 4, 3, 1, 2, "b to a", recipient=None)
    goes("posts", 1, 1, "mine", 2)
    stays("posts", 2, 3, "b's", 1, pinned=None)
    goes("comments", 1, 2, 1, "mine, under b's")
    stays("comments", 2, 1, 3, "b's, under mine", post=None)
    his("teams", 1, "Reds", 1, captain=None)
    stays("teams", 2, "Blues", 3)
    goes("team_members", 1, 1, 1, 7)
    stays("team_members", 2, 1, 1, 8)
    stays("team_members", 3, 2, 2, 7)
    his("hr.contracts", 1, 3, datetime.date(2023, 9, 1))
    his("hr.salaries", 1, 1, 1000)
    stays("hr.contracts", 2, 1, datetime.date(2023, 9, 1))
    stays("hr.salaries", 2, 2, 2000)
    goes("hr.absences", 3, datetime.date(2024, 2, 1), "flu")
    stays("hr.absences", 1, datetime.date(2024, 2, 1), "flu")
    goes("tickets", 1, 1, "password")
    goes("ticket_events", 1, 1, {"what": "opened"})
    stays("tickets", 2, 3, "password")
    stays("ticket_events", 2, 2, {"what": "opened"})
    his("imports", 1, f"name;iin\nA;{IIN}\nB;{OTHER}\n", raw=None)
    stays("imports", 2, f"name;iin\nB;{OTHER}\n")
    goes("outbox", 1, "crm", {"person": {"iin": IIN}})
    stays("outbox", 2, "crm", {"person": {"iin": OTHER}})
    his("audit_log", 1, "students", None, {"phone": "8 701 123 45 67"}, old=None, new=None)
    his("audit_log", 2, "students", {"e-mail": EMAIL}, None, old=None, new=None)
    stays("audit_log", 3, "students", {"iin": OTHER}, None)
    stays("settings", 1, "year", "2024")
    stays("export_lines", f"B;{OTHER}")
    stays("books", 1, "The Book of Words")
    goes("loans", 1, 1, 1, 7, datetime.date(2024, 6, 1))
    stays("loans", 2, 1, 2, 7, datetime.date(2024, 6, 1))
    his("reviews", 1, 1, 1, "good", author=None, body=None)
    stays("reviews", 2, 1, 3, "better")
    return found


TYPES = {
    "sqlite": {"blob": "blob", "json": "json"},
    "postgresql": {"blob": "bytea", "json": "jsonb"},
    "mysql": {"blob": "varbinary(200)", "json": "json"},
}
COMMON = {"int": "integer", "big": "bigint", "str": "varchar(120)", "text": "text", "date": "date"}


def name_of(table: str, dialect: str) -> str:
    """Only PostgreSQL has a second schema; a column may be called as it is nowhere reserved."""
    return table if dialect == "postgresql" else table.replace(".", "_")


def manifest(dialect: str) -> Manifest:
    text = RULES + "".join(
        f'[[subjects.tables]]\ntable = "{table}"\nerase = "delete"\n' for table in DELETED.split()
    )
    return Manifest.parse(text if dialect == "postgresql" else text.replace('"hr.', '"hr_'))


def build(url: str, keyring: Keyring) -> None:
    """The tables and the rows; PostgreSQL gets the foreign keys after them, as no order of rows would do."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    dialect = engine.dialect.name
    seals = [Seal(keyring, item) for item in manifest(dialect).columns]
    with engine.begin() as connection:
        if dialect == "postgresql":
            connection.exec_driver_sql("create schema hr")
        elif dialect == "mysql":
            connection.exec_driver_sql("set foreign_key_checks = 0")
        for shape in SHAPES.values():
            connection.exec_driver_sql(_made(shape, dialect))
        if dialect == "postgresql":
            connection.exec_driver_sql(
                "create table attendance_may partition of attendance for values from ('2024-05-01') to ('2024-05-02');"
                "create table attendance_rest partition of attendance default"
            )
        for row in rows():
            marks = ", ".join(f":{name}" for name in row.values)
            connection.execute(
                sa.text(f"insert into {name_of(row.table, dialect)} values ({marks})"),
                {name: _stored(value, seals) for name, value in row.values.items()},
            )
        for shape in SHAPES.values() if dialect == "postgresql" else ():
            for link in shape.links:
                connection.exec_driver_sql(
                    f"alter table {name_of(shape.name, dialect)} add {_reference(link, dialect)}"
                )
    engine.dispose()


def _made(shape: Shape, dialect: str) -> str:
    kinds = COMMON | TYPES[dialect]
    parts = [
        f"{name} {kinds[kind.rstrip('*!')]}{' not null' if kind[-1] in '*!' else ''}"
        for name, kind in shape.columns.items()
    ]
    parts += [f"primary key ({', '.join(shape.key)})"] if shape.key else []
    parts += [_reference(link, dialect) for link in shape.links] if dialect != "postgresql" else []
    parted = shape.name == "attendance" and dialect == "postgresql"
    end = " partition by range (day)" if parted else ""
    return f"create table {name_of(shape.name, dialect)} ({', '.join(parts)}){end}"


def _reference(link: tuple[tuple[str, ...], str, tuple[str, ...]], dialect: str) -> str:
    own, parent, referred = link
    return f"foreign key ({', '.join(own)}) references {name_of(parent, dialect)} ({', '.join(referred)})"


def _stored(value: Any, seals: list[Seal]) -> Any:
    if isinstance(value, Sealed):
        seal = seals[value.entry]
        return seal.index(value.value) if value.index else seal.encrypt(value.value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return json.dumps(value) if isinstance(value, dict) else value


def contents(url: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, read by SQL of its own; JSON and dates as texts that compare."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return {
            name: [
                {column: _plain(value) for column, value in row.items()}
                for row in connection.execute(
                    sa.text(f"select * from {name_of(name, engine.dialect.name)}")
                ).mappings()
            ]
            for name in SHAPES
        }


def _plain(value: Any) -> Any:
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return json.dumps(value) if isinstance(value, dict) else value
