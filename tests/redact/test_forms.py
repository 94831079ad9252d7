"""Files of every form: the clean copy has the form of its source, and nothing is left in it that a scan would find."""

from __future__ import annotations

import bz2
import codecs
import csv
import gzip
import io
import json
import lzma
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
import zstandard

from piiguard.cli.main import run
from tests.corpora import scan, values

ROWS = 40
COLUMNS = {
    "iin": "KZ_IIN",
    "phone": "KZ_PHONE",
    "email": "EMAIL_ADDRESS",
    "fio": "PERSON",
    "id_card": "KZ_ID_CARD",
    "address": "KZ_ADDRESS",
    "карта": "CREDIT_CARD",
}
PEOPLE = [
    dict(zip(COLUMNS, row, strict=True))
    for row in zip(*(values(each, ROWS, 16) for each in COLUMNS.values()), strict=True)
]
NUMBERS = [person[column] for person in PEOPLE for column in ("iin", "phone", "email", "id_card", "карта")]
SURNAMES = sorted({person["fio"].partition(" ")[0] for person in PEOPLE})
RECORDS = [{"no": str(n), **person, "sum": f"{n}.50"} for n, person in enumerate(PEOPLE, 1)]


def log() -> str:
    return "".join(
        f"2026-11-21 10:{n:02}:00 INFO заявка {n}: ИИН {person['iin']}, тел. {person['phone']}, {person['email']}\n"
        for n, person in enumerate(PEOPLE)
    )


def table(
    delimiter: str = ",", *, quoting: Literal[0, 1] = csv.QUOTE_MINIMAL, end: str = "\n", note: str = ""
) -> str:
    text = io.StringIO()
    rows = csv.DictWriter(
        text,
        [*RECORDS[0], *(["note"] if note else [])],
        delimiter=delimiter,
        quoting=quoting,
        lineterminator=end,
    )
    rows.writeheader()
    rows.writerows({**record, "note": note.format(**record)} if note else record for record in RECORDS)
    return text.getvalue()


def lines_of_json() -> str:
    return "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in RECORDS)


def array_of_json(indent: int | None = 2, *, ascii: bool = False) -> str:
    rows = [
        {**record, "iin": int(record["iin"]), "surname": record["fio"].partition(" ")[0]}
        for record in RECORDS
    ]
    return json.dumps({"made": True, "rows": rows}, ensure_ascii=ascii, indent=indent)


def _copied() -> str:
    rows = "".join("\t".join([*record.values(), r"строка\nещё", r"\N"]) + "\n" for record in RECORDS)
    return f"COPY public.people ({', '.join(RECORDS[0])}, note, left_at) FROM stdin;\n{rows}\\.\n\n"


def _inserted(*, one: bool) -> str:
    rows = [
        "({})".format(
            ", ".join("'{}'".format(value.replace("'", "''")) for value in record.values())
            + ", 'it''s; (ok)', NULL, 7"
        )
        for record in RECORDS
    ]
    head = f"INSERT INTO `people` ({', '.join(RECORDS[0])}, note, left_at, kind) VALUES "
    return head + ",\n".join(rows) + ";\n" if one else "".join(f"{head}{row};\n" for row in rows)


def dump() -> str:
    made = f"CREATE TABLE people (\n    no text,\n    iin text\n);\n-- принял: тел. {PEOPLE[0]['phone']}\n"
    return f"SET client_encoding = 'UTF8';\n{made}{_copied()}{_inserted(one=True)}{_inserted(one=False)}select 1;\n"


def sqlite_dump() -> str:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(
            "create table people (id integer primary key, iin integer, surname text, note text)"
        )
        connection.executemany(
            "insert into people (iin, surname, note) values (?, ?, ?)",
            [
                (int(each["iin"]), each["fio"].partition(" ")[0], f"тел.\n{each['phone']}, it's")
                for each in PEOPLE
            ],
        )
        return "\n".join(connection.iterdump()) + "\n"


@dataclass(frozen=True)
class Case:
    name: str
    text: str
    encoding: str = "utf-8"
    pack: Callable[[bytes], bytes] = bytes
    unpack: Callable[[bytes], bytes] = bytes
    bom: bytes = b""

    @property
    def data(self) -> bytes:
        return self.pack(self.bom + self.text.encode(self.encoding))

    def read(self, data: bytes) -> str:
        plain = self.unpack(data)
        assert plain.startswith(self.bom)
        return plain[len(self.bom) :].decode(self.encoding)


def _zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


def _unzstd(data: bytes) -> bytes:
    return zstandard.ZstdDecompressor().stream_reader(data).read()


CASES = {
    "log": Case("app.log", log()),
    "log without last break": Case("app.log", log().rstrip("\n")),
    "log, CRLF": Case("app.log", log().replace("\n", "\r\n")),
    "log.gz": Case("app.log.gz", log(), pack=gzip.compress, unpack=gzip.decompress),
    "log.bz2": Case("app.log.bz2", log(), pack=bz2.compress, unpack=bz2.decompress),
    "log.xz": Case("app.log.xz", log(), pack=lzma.compress, unpack=lzma.decompress),
    "log.zst": Case("app.log.zst", log(), pack=_zstd, unpack=_unzstd),
    "gz under another name": Case("app.log.1", log(), pack=gzip.compress, unpack=gzip.decompress),
    "log, cp1251": Case("app.log", log(), "cp1251"),
    "log, koi8-r": Case("app.log", log(), "koi8-r"),
    "log, utf-16": Case("app.log", log(), "utf-16-le", bom=codecs.BOM_UTF16_LE),
    "csv": Case("people.csv", table()),
    "csv, BOM, semicolons, CRLF": Case("people.csv", table(";", end="\r\n"), bom=codecs.BOM_UTF8),
    "csv, all quoted": Case("people.csv", table(quoting=csv.QUOTE_ALL)),
    "csv, cells of several lines": Case(
        "people.csv", table(note='он сказал "да"\nтел. {phone}, ИИН {iin}; всё', end="\r\n")
    ),
    "csv, JSON in cells": Case("people.csv", table(note='{{"client": {{"iin": {iin}, "фамилия": "Сынақов"}}}}')),
    "csv, cp1251": Case("people.csv", table(";").replace("ұ", "у").replace("ү", "у").replace("қ", "к")
                        .replace("Ұ", "У").replace("Ү", "У").replace("Қ", "К").replace("Н\u04b1", "Ну"), "cp1251"),
    "csv, utf-16": Case("people.csv", table("\t"), "utf-16-le", bom=codecs.BOM_UTF16_LE),
    "csv, title above, sep": Case("people.csv", "sep=;\r\n" + table(";", end="\r\n")),
    "csv, no names of columns": Case("people.csv", table().partition("\n")[2]),
    "tsv": Case("people.tsv", table("\t", quoting=csv.QUOTE_MINIMAL)),
    "csv.gz": Case("people.csv.gz", table(), pack=gzip.compress, unpack=gzip.decompress),
    "ndjson": Case("people.ndjson", lines_of_json()),
    "json": Case("people.json", array_of_json()),
    "json, escaped, on one line": Case("people.json", array_of_json(indent=None, ascii=True)),
    "json, UTF-16": Case("people.json", array_of_json(), "utf-16-le", bom=codecs.BOM_UTF16_LE),
    "sql": Case("crm.sql", dump()),
    "sql, CRLF": Case("crm.sql", dump().replace("\n", "\r\n")),
    "sql of sqlite": Case("lite.sql", sqlite_dump()),
    "sql.zst": Case("crm.sql.zst", dump(), pack=_zstd, unpack=_unzstd),
}  # fmt: skip


@dataclass(frozen=True)
class Cleaned:
    case: Case
    path: Path
    text: str


@pytest.fixture(scope="module", params=CASES)
def cleaned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Cleaned:
    case, folder = CASES[request.param], tmp_path_factory.mktemp("forms")
    source, target = folder / case.name, folder / "clean" / case.name
    source.write_bytes(case.data)
    target.parent.mkdir()
    assert run(["redact", str(source), "-o", str(target)]) == 0
    return Cleaned(case, target, case.read(target.read_bytes()))


def test_no_value_is_left(cleaned: Cleaned) -> None:
    known = [v for v in NUMBERS if "id_card" in cleaned.case.text or len(v) != 9]
    before, after = said(cleaned.case, cleaned.case.text), said(cleaned.case, cleaned.text)
    was = [value for value in known if value in before or value.lstrip("0") in before]
    assert was
    assert [v for v in was if v in after or f'"{v.lstrip("0")}"' in after] == []
    if "fio" in before or "surname" in before:
        assert [name for name in SURNAMES if name in after] == []


def said(case: Case, text: str) -> str:
    """What a text says, without the escapes of JSON; it has to be JSON then."""
    return json.dumps(json.loads(text), ensure_ascii=False) if case.name.endswith(".json") else text


def test_scan_finds_nothing_in_it(cleaned: Cleaned, tmp_path: Path) -> None:
    code, document = scan(cleaned.path, "--full", out=tmp_path / "report.json")
    assert (code, document["findings"]) == (0, [])


def test_lines_and_their_ends_are_kept(cleaned: Cleaned) -> None:
    was, now = (
        [line[len(line.rstrip("\r\n")) :] for line in text.splitlines(keepends=True)]
        for text in (cleaned.case.text, cleaned.text)
    )
    assert was == now


def test_what_is_no_personal_data_is_kept(cleaned: Cleaned) -> None:
    """The signs that part values, in their order: replacements hold none of these."""
    if not cleaned.case.name.endswith((".json", ".ndjson")):  # a bare number becomes a string there
        kept = str.maketrans("", "", "".join({*cleaned.case.text, *cleaned.text} - {*"\t;\r\n"}))
        assert cleaned.text.translate(kept) == cleaned.case.text.translate(kept)
    for number in range(1, ROWS + 1):
        assert f"{number}.50" in cleaned.text or f"{number}.50" not in cleaned.case.text


def test_rows_of_a_table_keep_their_cells() -> None:
    """Nothing but the cells with values differs, and quotation marks stand where they stood."""
    for name in ("csv", "csv, all quoted"):
        case = CASES[name]
        [was, now] = [list(csv.reader(io.StringIO(text))) for text in (case.text, _cleaned_text(case))]
        assert [len(row) for row in was] == [len(row) for row in now]
        assert was[0] == now[0]
        columns = list(zip(*was[1:], strict=True)), list(zip(*now[1:], strict=True))
        for heading, before, after in zip(was[0], *columns, strict=True):
            same = [a == b for a, b in zip(before, after, strict=True)]
            assert all(same) if heading in ("no", "sum") else not any(same), heading


def _cleaned_text(case: Case) -> str:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / case.name
        source.write_bytes(case.data)
        assert run(["redact", str(source), "-o", f"{source}.clean"]) == 0
        return case.read(Path(f"{source}.clean").read_bytes())


def test_bytes_that_are_no_text_stay(tmp_path: Path) -> None:
    iin = PEOPLE[0]["iin"].encode()
    for name, before, after in (
        ("app.log", b"\xff\xfe broken \xc0 iin ", b" \xf0\x28 end\n"),
        ("crm.csv", b"no,iin,note\n1,", b",\xd0 cut \xff\n"),
        ("crm.sql", b"COPY p (iin, note) FROM stdin;\n", b"\t\xd0 cut \xff\n\\.\n"),
    ):
        source, clean = tmp_path / name, tmp_path / f"clean.{name}"
        source.write_bytes(b"ok\n" * 3 + before + iin + after if name == "app.log" else before + iin + after)
        assert run(["redact", str(source), "-o", str(clean)]) == 0
        data = clean.read_bytes()
        assert iin not in data
        assert before in data
        assert data.endswith(after)


def test_compressed_standard_input_comes_out_compressed(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    given = io.TextIOWrapper(io.BufferedReader(io.BytesIO(gzip.compress(log().encode()))))
    monkeypatch.setattr("sys.stdin", given)
    assert run(["redact", "-"]) == 0
    text = gzip.decompress(capfdbinary.readouterr().out).decode()
    assert text.count("\n") == ROWS
    assert [value for value in NUMBERS if value in text] == []


def test_a_table_on_standard_input_is_named_by_an_option(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(table().encode()))))
    assert run(["redact", "-", "--as", "csv"]) == 0
    text = capfdbinary.readouterr().out.decode()
    assert [value for value in (*NUMBERS, *SURNAMES) if value in text] == []


def test_damaged_compression_leaves_no_copy(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "app.log.gz").write_bytes(gzip.compress(log().encode())[:-20])
    assert run(["redact", str(tmp_path / "app.log.gz"), "-o", str(tmp_path / "clean.gz")]) == 1
    assert "damaged" in capfd.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["app.log.gz"]
