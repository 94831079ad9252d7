"""A database that names no encoding, or an environment that names another, is read like any; one failure ends no other target."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard import database
from piiguard.cli.main import run
from piiguard.scan import Options, scan_database

from .files import iin

NAMES = ["Ахметов Серик", "Иванова Мария", "Ким Анна", "Сергеев Иван", "Петрова Ольга"]


@pytest.fixture
def ascii_url(postgresql_server: str) -> Iterator[str]:
    """A database in SQL_ASCII, with texts in UTF-8 and in cp1251, and a table whose name is no UTF-8."""
    name = f"piiguard_t_{uuid.uuid4().hex[:10]}"
    admin = sa.create_engine(postgresql_server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.execute(
            sa.text(
                f"create database {name} template template0 encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C'"
            )
        )
    url = sa.make_url(postgresql_server).set(database=name).render_as_string(hide_password=False)
    _fill(url)
    yield url
    with admin.connect() as connection:
        connection.execute(sa.text(f"drop database {name} with (force)"))


def _fill(url: str) -> None:
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(sa.make_url(url).set(drivername="postgresql").render_as_string(False)) as connection:
        for encoding, table in (("utf-8", "modern"), ("cp1251", "old"), ("cp1251", "люди")):
            spelled = table.encode(encoding)
            connection.execute(
                b'create table "'
                + spelled
                + b'" (id integer primary key, iin varchar(12), fio text, many text[])'
            )
            for number in range(40):
                said = f"ИИН {iin(number)}"
                values = f"({number}, '{iin(number)}', '{NAMES[number % 5]}', array['{said}'])".encode(
                    encoding
                )
                connection.execute(b'insert into "' + spelled + b'" values ' + values)


def entities(url: str, **options: object) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    report = scan_database(url, Options(**options))  # type: ignore[arg-type]
    assert report.errors == ()
    for finding in report.findings:
        found.setdefault(finding.table or "", set()).add(f"{finding.column}: {finding.entity}")
    return found


@pytest.mark.parametrize("encoding", [None, "SQL_ASCII", "LATIN1", "WIN1251"])
def test_a_database_that_names_no_encoding_is_read(
    ascii_url: str, encoding: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if encoding:
        monkeypatch.setenv("PGCLIENTENCODING", encoding)
    found = entities(ascii_url)
    assert len(found) == 3
    for table in found.values():
        assert {"iin: KZ_IIN", "many: KZ_IIN", "fio: PERSON"} <= table


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_the_encoding_of_the_environment_changes_nothing(
    postgresql_url: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sa.create_engine(postgresql_url, poolclass=sa.NullPool).begin() as connection:
        connection.execute(sa.text("create table people (iin varchar(12), note text)"))
        for number in range(40):
            connection.execute(
                sa.text("insert into people values (:iin, :note)"),
                {"iin": iin(number), "note": f"ЖСН {iin(number)} Әлия"},
            )
    monkeypatch.setenv("PGCLIENTENCODING", encoding)
    assert {"iin: KZ_IIN", "note: KZ_IIN"} <= entities(postgresql_url)["people"]


def test_a_job_refuses_texts_of_no_known_encoding(ascii_url: str) -> None:
    engine = database.open_engine(ascii_url)
    with database.connect(engine) as connection:
        assert connection.scalar(sa.text("select fio from public.modern limit 1"))
        with pytest.raises(sa.exc.DBAPIError) as caught:
            connection.scalar(sa.text("select fio from public.old limit 1"))
    engine.dispose()
    assert "not UTF-8" in str(database.explain(caught.value))


@pytest.mark.parametrize("error", [TypeError, AssertionError, RecursionError, MemoryError])
def test_whatever_one_target_fails_of_the_others_are_scanned(
    tmp_path: Path, error: type[Exception], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from piiguard.scan import targets

    before = targets.scan_target

    def failing(target: str, *given: object, **named: object) -> object:
        if "broken" in target:
            raise error(f"a value {iin(5)}")
        return before(target, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(targets, "scan_target", failing)
    for name in ("a.log", "broken.log", "c.log"):
        (tmp_path / name).write_text(f"ИИН {iin(1)}\n", encoding="utf-8")
    files = [str(tmp_path / name) for name in ("a.log", "broken.log", "c.log")]
    assert run(["scan", *files, "--format", "json", "-o", str(tmp_path / "report")]) == 4
    report = json.loads((tmp_path / "report").read_bytes())
    assert [Path(finding["file"]).name for finding in report["findings"]] == ["a.log", "c.log"]
    assert [Path(told["target"]).name for told in report["errors"]] == ["broken.log"]
    assert error.__name__ in report["errors"][0]["message"]
    assert iin(5) not in capfd.readouterr().err + (tmp_path / "report").read_text(encoding="utf-8")
