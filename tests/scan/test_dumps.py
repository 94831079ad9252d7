"""Dumps in SQL are judged by table and column."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard.scan import Finding, Options, ScanReport, scan_log
from piiguard.scan.finding import Match

ENTITIES = ("KZ_IIN", "KZ_PHONE", "EMAIL_ADDRESS")
HEAD = "-- PostgreSQL database dump\n\nSET client_encoding = 'UTF8';\n"


def scanned(path: Path, text: str) -> ScanReport:
    path.write_text(text, encoding="utf-8")
    return scan_log(str(path), Options(entities=ENTITIES))


def found(report: ScanReport) -> dict[tuple[str | None, str], Finding]:
    assert report.complete, report.errors
    return {(f.path, f.entity): f for f in report.findings}


def test_copy_blocks_have_columns_and_lines(tmp_path: Path, iin: Callable[[], str]) -> None:
    rows = "".join(f"{n}\t{iin()}\t\\N\tдом\\\\{n}\\tкв. 1\n" for n in range(30))
    text = f"{HEAD}COPY public.students (id, iin, phone, note) FROM stdin;\n{rows}\\.\n\n-- тел. +7 701 123 45 67\n"
    report = scanned(tmp_path / "crm.sql", text)
    assert report.targets[0].lines_read == text.count("\n")
    places = found(report)
    assert places.keys() == {("$.students.iin", "KZ_IIN"), (None, "KZ_PHONE")}
    column = places["$.students.iin", "KZ_IIN"]
    assert (column.confidence, column.matched, column.examined, column.lines[:2]) == ("high", 30, 30, (5, 6))
    assert places[None, "KZ_PHONE"].lines == (text.count("\n"),)
    assert column.file == str(tmp_path / "crm.sql")


def test_inserts_of_mysql_take_their_columns_from_the_definition(
    tmp_path: Path, iin: Callable[[], str]
) -> None:
    head = "-- MariaDB dump 10.19\nCREATE TABLE `people` (\n  `id` int NOT NULL,\n  `тел` text,\n  `iin` char(12),\n  PRIMARY KEY (`id`)\n);\n"
    rows = ",".join(f"({n},'8701{n:07}','{iin()}')" for n in range(40))
    tricky = "(41,'it\\'s, (ok); --\\\\','x'),(42,NULL,_binary '\\0a')"
    places = found(scanned(tmp_path / "crm.sql", f"{head}INSERT INTO `people` VALUES {rows},{tricky};\n"))
    assert places["$.people.iin", "KZ_IIN"].matched == 40
    assert places["$.people.тел", "KZ_PHONE"].matched == 40
    assert places["$.people.iin", "KZ_IIN"].lines == (8,)


def test_a_row_may_have_many_lines_and_a_statement_many_rows(tmp_path: Path, iin: Callable[[], str]) -> None:
    rows = ",\n  ".join(
        f"('строка {n}\nтел. +7 701 000 00 {n:02}', '{iin()}', E'a', now())" for n in range(30)
    )
    text = f'{HEAD}INSERT INTO "Old CRM".t (note, "ИИН", e, at)\nVALUES\n  {rows}\nON CONFLICT DO NOTHING;\nselect 1;\n'
    places = found(scanned(tmp_path / "crm.sql", text))
    assert places['$["Old CRM"].t.ИИН', "KZ_IIN"].matched == 30
    assert places['$["Old CRM"].t.note', "KZ_PHONE"].matched == 30


def test_a_statement_for_every_row_gives_what_one_for_all_gives(
    tmp_path: Path, iin: Callable[[], str]
) -> None:
    rows = [f"({n}, '{iin()}', '8701{n:07}')" for n in range(60)]
    head = "CREATE TABLE people (\n  id int,\n  iin text,\n  tel text\n);\n"
    other = [f"INSERT INTO orders (id, code) VALUES ({n}, 'A-{n}');\n" for n in range(60)]
    mixed = "".join(
        f"INSERT INTO people VALUES {row};\n{order}" for row, order in zip(rows, other, strict=True)
    )
    at_once = f"INSERT INTO people VALUES {', '.join(rows)};\n{''.join(other)}"
    one, many = (found(scanned(tmp_path / "crm.sql", head + text)) for text in (at_once, mixed))
    assert one.keys() == many.keys() == {("$.people.iin", "KZ_IIN"), ("$.people.tel", "KZ_PHONE")}
    assert [(f.matched, f.examined) for f in one.values()] == [(f.matched, f.examined) for f in many.values()]
    assert many["$.people.iin", "KZ_IIN"].lines == tuple(range(6, 26, 2))


def test_rows_of_one_line_are_no_part_of_more_rows(tmp_path: Path, iin: Callable[[], str]) -> None:
    dump = tmp_path / "one.sql"
    dump.write_text(f"INSERT INTO t (id, iin) VALUES (1,'{iin()}'),(2,'{iin()}');", "utf-8")
    (target,) = scan_log(dump).targets
    assert (target.rows_read, target.lines_read, target.rows_total) == (None, 1, None)


def test_backslashes_of_standard_sql_end_no_value(tmp_path: Path) -> None:
    rows = "".join(
        f"INSERT INTO t (path, phone) VALUES ('C:\\', '+7 701 000 00 {n:02}');\n" for n in range(30)
    )
    places = found(scanned(tmp_path / "crm.sql", HEAD + rows))
    assert places["$.t.phone", "KZ_PHONE"].matched == 30


def test_order_numbers_of_a_dump_do_not_cry_wolf(tmp_path: Path) -> None:
    rows = "".join(f"INSERT INTO orders VALUES({n},'2601{n:08}');\n" for n in range(500))
    assert found(scanned(tmp_path / "crm.sql", rows)) == {}


def test_ciphertext_in_a_dump_is_known(tmp_path: Path) -> None:
    rows = "".join(f"{n}\t\\\\xf901a1b2c3d4{n:0100x}\n" for n in range(20))
    report = scanned(tmp_path / "crm.sql", f"COPY t (id, iin) FROM stdin;\n{rows}\\.\n")
    assert [(f.path, f.entity, f.protection) for f in report.findings] == [("$.t.iin", "KZ_IIN", "encrypted")]


@pytest.mark.parametrize(
    "broken",
    ["INSERT INTO t VALUES ('ИИН 050312300015", "INSERT INTO t VALUES (1, 2", "COPY t (a) FROM stdin;\n1"],
)
def test_a_dump_that_ends_too_early_is_read_to_its_end(tmp_path: Path, broken: str) -> None:
    report = scanned(tmp_path / "crm.sql", f"select 1;\nтел. +7 701 123 45 67\n{broken}")
    assert found(report)[None, "KZ_PHONE"].lines == (2,)
    assert ((None, "KZ_IIN") in found(report)) == ("ИИН" in broken)


def test_a_compressed_dump_is_one_too_and_single_matches_have_lines(
    tmp_path: Path, iin: Callable[[], str]
) -> None:
    path = tmp_path / "crm.sql.gz"
    path.write_bytes(
        gzip.compress(f"INSERT INTO t (a) VALUES {','.join(f'({iin()!r})' for _ in range(20))};\n".encode())
    )
    assert [f.path for f in scan_log(str(path), Options(entities=ENTITIES)).findings] == ["$.t.a"]
    matches: list[Match] = []
    scan_log(str(path), Options(entities=ENTITIES, min_confidence="low"), sink=matches.append)
    assert {m.line for m in matches} == {1}


@pytest.mark.parametrize("form", [[], ["--inserts"]])
def test_a_dump_of_a_real_server_gives_what_its_database_gives(
    database_url: str, tmp_path: Path, iin: Callable[[], str], form: list[str]
) -> None:
    engine = sa.create_engine(database_url)
    students = sa.Table("students", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("iin", sa.String(12)), sa.Column("Phone No", sa.Text), sa.Column("sealed", sa.LargeBinary))  # fmt: skip
    students.create(engine)
    rows = [
        {
            "iin": iin(),
            "Phone No": f"+7 701 000 00 {n:02}\n'\\\t;",
            "sealed": b"\xf9\x01\xa1\xb2\xc3\xd4" + bytes(60),
        }
        for n in range(60)
    ]
    with engine.begin() as connection:
        connection.execute(students.insert(), rows)
    url = engine.url
    if engine.dialect.name == "postgresql":
        command = [
            "pg_dump",
            "-h",
            str(url.host),
            "-p",
            str(url.port or 5432),
            "-U",
            str(url.username),
            *form,
            str(url.database),
        ]
    else:
        where = ["-h", str(url.host), "-P", str(url.port or 3306), "-u", str(url.username)]
        command = [
            "mariadb-dump",
            *where,
            *(["--hex-blob", "--skip-extended-insert"] if form else []),
            str(url.database),
        ]
    if not shutil.which(command[0]):
        pytest.skip(f"NO {command[0]}")
    dumped = subprocess.run(command, capture_output=True, check=True).stdout
    engine.dispose()
    (tmp_path / "crm.sql").write_bytes(dumped)
    report = scan_log(str(tmp_path / "crm.sql"), Options(entities=ENTITIES))
    places = {(f.path, f.entity, f.protection): (f.matched, f.confidence) for f in report.findings}
    assert places["$.students.iin", "KZ_IIN", "none"] == (60, "high")
    assert places["$.students.sealed", "UNKNOWN", "encrypted"] == (60, "high")
    assert [path for path, entity, _ in places if entity == "KZ_PHONE"] == ["$.students.Phone No"]


def test_row_over_very_many_lines_is_read_once_and_what_follows_it_is_not_lost(tmp_path: Path) -> None:
    note = "a ''b''\n" * 20_000
    text = (
        f"INSERT INTO notes (id, note) VALUES (1,'{note}'),\n(2,'x'),\n"
        f"(3,'{note}') ON CONFLICT DO NOTHING;\n"
        "COPY people (iin, name) FROM stdin;\n050312300015\tx\n\\.\nnothing here\n"
    )
    dump = tmp_path / "a.sql"
    dump.write_text(text)
    report = scan_log(dump)
    assert report.complete
    found = [(finding.path, finding.lines) for finding in report.findings if finding.entity == "KZ_IIN"]
    assert found == [("$.people.iin", (text[: text.index("050312300015")].count("\n") + 1,))]


ODD = ["replace('a\\nb','\\n',char(10))", "replace(replace('a\\r\\nb','\\r',char(13)),'\\n',char(10))",
       "to_date('12.03.05','DD.MM.RR')", "'O\\'Brien'", "'two\nlines'", "'a; b'", "now()", "NULL"]  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("broken", ["", "INSERT INTO people VALUES(0,'unclosed,'x');\n"])
def test_an_odd_row_takes_no_other_with_it(
    tmp_path: Path, iin: Callable[[], str], odd: str, broken: str
) -> None:
    text, begun = "CREATE TABLE people(id integer primary key, n numeric(8,2), iin text, note text);\n", []
    for n in range(60):
        text += broken if n == 5 else ""
        line = text.count("\n") + 1
        text += f"INSERT INTO people VALUES({n},1.5,'{iin()}',{odd if n % 7 == 3 else chr(39) + 'ok' + chr(39)});\n"
        begun.append((line, text.count("\n")))
    (tmp_path / "d.sql").write_text(text)
    report = scan_log(str(tmp_path / "d.sql"), Options(entities=("KZ_IIN",)))
    [finding] = [f for f in report.findings if f.path]
    assert (finding.path, finding.entity, finding.matched) == ("$.people.iin", "KZ_IIN", 60)
    assert all(first <= seen <= last for seen, (first, last) in zip(finding.lines, begun, strict=False))
    assert report.targets[0].lines_read == text.count("\n")
