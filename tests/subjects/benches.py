"""A small database whose rows have dates, its policy and its manifest: for tests of what is past its term."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from piiguard.manifest import Manifest
from piiguard.scan.policy import Policy
from piiguard.subjects.retention.carry import retain
from piiguard.subjects.retention.report import RetentionReport
from tests.subjects import schools

NOW = datetime(2026, 6, 15, tzinfo=UTC)
POLICY = """
organisation = "School"
retention = "3y"
[[dates]]
table = "visits"
column = "at_epoch"
[[dates]]
table = "letters"
column = "written"
"""
MANIFEST = """
[[subjects]]
table = "students"
key = "id"
identifiers = ["iin"]
erase = "delete"
last_activity = "students.last_login"

[[subjects.tables]]
table = "orders"
erase = "keep"
term = "5y"
from = "orders.paid_at"
law = "Tax Code, art. 48"

[[subjects.tables]]
table = "notes"
erase = "delete"

[[subjects.tables]]
table = "visits"
erase = "delete"

[[subjects.tables]]
table = "letters"
erase = "null"
columns = ["email"]
"""
TABLES = """
create table students (id integer primary key, iin varchar(12), last_login {time}, mentor_id integer references students (id));
create table orders (id integer primary key, student_id integer not null references students (id), paid_at date, what varchar(40));
create table notes (id integer primary key, student_id integer not null references students (id), body varchar(80));
create table visits (id integer primary key, phone varchar(20), at_epoch bigint);
create table letters (id integer primary key, email varchar(80), written varchar(40));
create table books (id integer primary key, title varchar(80), bought date)
"""
TIME = {"sqlite": "timestamp", "postgresql": "timestamp", "mysql": "datetime"}
OLD, NEW = NOW - timedelta(days=4 * 366), NOW - timedelta(days=300)


@dataclass
class Bench:
    """A database, and where the policy and the manifest stand."""

    url: str
    policy: Path
    manifest: Path

    @cached_property
    def engine(self) -> sa.Engine:
        return schools.engine_of(self.url)

    def rows(self, table: str, column: str = "id") -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.scalars(sa.text(f"select {column} from {table} order by id")))

    def put(self, table: str, *rows: dict[str, object], **values: object) -> None:
        listed = [*rows, values] if values else [*rows]
        names, marks = ", ".join(listed[0]), ", ".join(f":{name}" for name in listed[0])
        with self.engine.begin() as connection:
            connection.execute(sa.text(f"insert into {table} ({names}) values ({marks})"), listed)

    def retain(self, **more: Any) -> RetentionReport:
        manifest = Manifest.parse(self.manifest.read_text("utf-8"))
        return retain(self.url, Policy.load(self.policy), manifest=manifest, now=NOW, **more)

    def erase(self, **more: Any) -> RetentionReport:
        return self.retain(agreed=lambda report, statements: True, **more)

    def counts(self, report: RetentionReport) -> dict[str, tuple[int, int, int]]:
        return {one.table: (one.overdue, one.done, one.held) for one in report.tables}


def made(url: str, folder: Path) -> Bench:
    time = TIME[schools.engine_of(url).dialect.name]
    schools.execute(url, *TABLES.format(time=time).split(";"))
    (folder / "policy.toml").write_text(POLICY, "utf-8")
    (folder / "piiguard.toml").write_text(MANIFEST, "utf-8")
    return Bench(url, folder / "policy.toml", folder / "piiguard.toml")
