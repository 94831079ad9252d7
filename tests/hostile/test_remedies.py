"""A remedy shows no password and runs without one; what is gone has none; compressed text is not passed on as it is."""

from __future__ import annotations

import gzip
import lzma
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard import database
from piiguard.cli.main import run
from piiguard.errors import DatabaseError
from piiguard.protect.schema.tables.tables import split
from piiguard.read.relation import Relation
from piiguard.read.sources import opened
from piiguard.report.remedy import next_step, remedies
from piiguard.scan import scan_database
from piiguard.scan.discretion import Discretion
from piiguard.scan.finding import Finding

from . import schemas
from .files import database as database_of
from .files import iin


def of_column(target: str) -> Finding:
    return Finding(target, "column", "KZ_IIN", "high", 0.98, 9, 9, "none", "0*", "people", "iin")


def of_file(name: str) -> Finding:
    return Finding(name, "file", "KZ_IIN", "high", 0.98, 9, 9, "none", "0*", file=name)


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://crm:***@db.example.kz/crm", "mysql+pymysql://crm:***@h:3306/crm"]
)
def test_a_remedy_names_no_password_not_even_as_stars(url: str) -> None:
    step = next_step(of_column(url))
    assert step.startswith("piiguard encrypt ")
    assert "***" not in step
    assert url.replace(":***", "") in step


def test_the_password_that_a_url_leaves_out_stands_in_the_environment(
    mariadb_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"pg_{os.urandom(4).hex()}"
    here = sa.make_url(mariadb_url)
    schemas.run(
        mariadb_url,
        f"create user '{name}'@'%' identified by 'pass-1'",
        f"grant all on {here.database}.* to '{name}'@'%'",
    )
    try:
        engine = database.open_reader(here.set(username=name))
        with pytest.raises(DatabaseError), database.connect(engine):
            pass
        monkeypatch.setenv("PIIGUARD_DATABASE_PASSWORD", "pass-1")
        with database.connect(engine) as connection:
            assert connection.exec_driver_sql("select 1").scalar() == 1
        assert "pass-1" not in repr(engine) + repr(engine.url) + database.shown(engine.url)
        assert engine.url.password is None
        engine.dispose()
    finally:
        schemas.run(mariadb_url, f"drop user '{name}'@'%'")


@pytest.mark.parametrize("name", ["/dev/fd/63", "/proc/self/fd/11", "/dev/stdin", "/dev/tty"])
def test_a_stream_that_is_gone_has_no_command(name: str) -> None:
    assert "stream" in next_step(of_file(name))
    assert [remedy.text for remedy in remedies(of_file(name))] == [""]


@pytest.mark.parametrize("pressed", [gzip.compress, lzma.compress], ids=["gzip", "xz"])
def test_a_compressed_log_is_redacted_whatever_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pressed: Callable[[bytes], bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("app.log").write_bytes(pressed(f"принят ИИН {iin(1)}\n".encode() * 3))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["sh", "-c", next_step(of_file("app.log"))],
        env={**os.environ, "PATH": path},
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0
    with opened("app.clean.log", named=True) as clean:
        text = clean.stream.read().decode()
    assert iin(1) not in text
    assert "принят ИИН" in text
    assert run(["scan", "app.clean.log"]) == 0


def test_a_damaged_one_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(gzip.compress(os.urandom(100_000))[:50_000])
    assert run(["redact", str(path), "-o", str(tmp_path / "clean")]) == 1
    assert "internal error" not in capfd.readouterr().err
    assert not (tmp_path / "clean").exists()


def pasted(findings: Iterable[Finding]) -> dict[tuple[str | None, str, str], str]:
    """The URL of each command, by the place that ``piiguard encrypt`` takes its last word for."""
    taken = {}
    for finding in findings:
        for step in (next_step(finding), *(remedy.text for remedy in remedies(finding))):
            if step.startswith("piiguard encrypt"):
                *_, end, url, place = shlex.split(step)
                assert end == "--"
                table, column = split(place)
                schema, _, bare = table.rpartition(".")
                taken[schema or None, bare, column] = url
    return taken


TABLES: list[tuple[str | None, str]] = [
    (None, "people"), (None, "own.people"), (None, "people.iin"), ("own", "people"), ("own", "a.b"), (None, "a.b"),
]  # fmt: skip


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_a_command_names_the_column_that_was_scanned_and_no_other(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = (
        f"sqlite:///{tmp_path / 'crm.db'}" if name == "sqlite" else request.getfixturevalue("postgresql_url")
    )
    engine = sa.create_engine(url)
    quote = engine.dialect.identifier_preparer.quote_identifier
    made = [table for table in TABLES if name == "postgresql" or table[0] is None]
    with engine.begin() as connection:
        if name == "postgresql":
            connection.exec_driver_sql("create schema own")
        for schema, table in made:
            full = f"{quote(schema)}.{quote(table)}" if schema else quote(table)
            connection.exec_driver_sql(
                f'create table {full} (id integer primary key, iin varchar(12), "b.iin" varchar(12))'
            )
            rows = ", ".join(f"({n}, '{iin(n)}', '{iin(n)}')" for n in range(40))
            connection.exec_driver_sql(f"insert into {full} values {rows}")
        connection.exec_driver_sql("create view shown as select * from people")
        if name == "postgresql":
            connection.exec_driver_sql("create materialized view kept as select * from people")
    found = scan_database(engine).unprotected
    engine.dispose()
    assert len(found) == 2 * (len(made) + (1 if name == "sqlite" else 2))
    # every place is told from all others by what the command is given, so what is left has a dot, or is no table
    assert set(pasted(found)) == {(schema, table, "iin") for schema, table in made if "." not in table}
    told = {
        remedy.name
        for finding in found
        for remedy in remedies(finding)
        if remedies(finding)[0].name != "encrypt"
    }
    assert told == {"dots", "view"}


def test_what_comes_from_another_server_is_encrypted_there() -> None:
    assert Relation("own", "people", "foreign", -1, foreign=True).hindrance == "foreign"
    finding = replace(of_column("postgresql://h/crm"), hindrance="foreign")
    assert [remedy.name for remedy in remedies(finding)] == ["foreign"]
    assert "piiguard encrypt" not in next_step(finding)


QUERIES = [
    "host=/var/run/postgresql",
    "sslmode=verify-full&sslrootcert=/etc/ssl/a%20b.pem",
    "host=one.example.kz&host=two.example.kz&port=5432&port=5433",
    "charset=utf8mb4&ssl_ca=%2Fca.pem",
    "application_name=x%26y%3D%24%28id%29%27%22",
    "",
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_command_connects_as_the_scan_did(query: str) -> None:
    url = sa.make_url(f"postgresql://crm@db.example.kz/crm?{query}")
    finding = replace(of_column(database.shown(url)), query=database.asked_for(url))
    assert sa.make_url(shlex.split(next_step(finding))[-2]) == url


def test_scan_of_a_file_keeps_how_it_was_opened(tmp_path: Path) -> None:
    made = tmp_path / "crm.db"
    database_of(made)
    [finding] = scan_database(f"sqlite:///{made}?timeout=9").findings
    assert sa.make_url(shlex.split(next_step(finding))[-2]).query == {"timeout": "9"}


SECRETS = ["pass-1", "Pa/ss&1", "p a=s%s"]
HIDING = ["password", "PASSWD", "sslpassword", "ssl_key_password", "scram_client_key", "oauth_client_secret",
          "options", "init_command", "odbc_connect", "nobody_knows"]  # fmt: skip


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("name", HIDING)
def test_a_command_shows_no_secret_of_a_query(name: str, secret: str) -> None:
    url = sa.make_url("postgresql://crm@h/crm?sslmode=require").update_query_dict({name: secret})
    assert database.asked_for(url) == f"sslmode=require&{name}=***"


@pytest.mark.parametrize("secret", ["a?sslmode=b@c", "a@b?host=c@d", "a@b?x=y&z@", "?timeout=x@"])
def test_a_password_that_looks_like_a_query_is_not_shown(secret: str) -> None:
    url = sa.make_url(f"postgresql://crm:{secret}@db.example.kz/crm")
    assert database.asked_for(url) == ""


@pytest.mark.parametrize(
    "told", [{"query": f"application_name={iin(1)}"}, {"address": f"postgresql://h/t_{iin(1)}"}], ids=str
)
def test_a_value_in_how_a_target_is_reached_is_a_name_like_any_other(told: dict[str, Any]) -> None:
    finding = replace(of_column("postgresql://h/crm"), **told)
    [shown] = Discretion().findings([finding])
    assert iin(1) not in repr(shown)
    assert [remedy.name for remedy in remedies(shown)] == ["unsafe_name"]
    assert iin(1) not in next_step(shown)
