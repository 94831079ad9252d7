r"""What a scan finds, redact removes, in every form: a scan of its copy finds nothing, and JSON stays JSON."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from piiguard.cli import main
from piiguard.scan import scan_database, scan_log
from tests import corpora

COLUMNS = {kind.column: entity for entity, kind in corpora.KINDS.items() if entity != "KZ_MRZ"}
CHECKED = {"KZ_IIN", "KZ_PHONE", "CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "PERSON"}
ROWS = 12


NUMBERS: dict[str, Callable[[str], str]] = {
    "whole": lambda value: value.lstrip("0"),
    "one zero": lambda value: f"{value.lstrip('0')}.0",
    "zeros": lambda value: f"{value.lstrip('0')}.0000",
    "no power": lambda value: f"{value.lstrip('0')}e0",
    "zeros and a power": lambda value: f"{value.lstrip('0')}.000E+0",
    "power": lambda value: f"{value.lstrip('0')[0]}.{value.lstrip('0')[1:]}e{len(value.lstrip('0')) - 1}",
    "capital power": lambda value: (
        f"{value.lstrip('0')[:3]}.{value.lstrip('0')[3:]}E+{len(value.lstrip('0')) - 3}"
    ),
    "below one": lambda value: f"0.{value.lstrip('0')}e{len(value.lstrip('0'))}",
    "power below": lambda value: f"{value.lstrip('0')}000e-3",
}

HEX = str.maketrans({str(digit): f"3{digit}" for digit in range(10)})
DUMPS: dict[str, Callable[[str], str]] = {
    "E": lambda value: f"INSERT INTO t (id, iin) VALUES (1, E'\\x3{value[0]}\\06{value[1]}\\u003{value[2]}{value[3:]}');\n",
    "U&": lambda value: f"INSERT INTO t (id, iin) VALUES (1, U&'\\003{value[0]}\\+00003{value[1]}{value[2:]}');\n",
    "charset, hexadecimal": lambda value: f"INSERT INTO `t` (id, iin) VALUES (1, _utf8mb4 0x{value.translate(HEX)});\n",
    "charset, x": lambda value: f"INSERT INTO `t` (id, iin) VALUES (1, _utf8mb4 X'{value.translate(HEX)}');\n",
    "charset": lambda value: f"INSERT INTO `t` (id, iin) VALUES (1, _utf8mb4'{value}');\n",
    "binary": lambda value: f"INSERT INTO `t` (id, iin) VALUES (1, _binary '{value}');\n",
    "copy": lambda value: f"COPY t (id, iin) FROM stdin;\n1\t\\x3{value[0]}\\06{value[1]}{value[2:]}\n\\.\n",
    "large object": lambda value: f"SELECT pg_catalog.lowrite(0, '\\x494e2d{value.translate(HEX)}');\n",
}  # fmt: skip


def entities(path: Path) -> set[str]:
    return {finding.entity for finding in scan_log(str(path)).findings}


def redacted(path: Path, *options: str) -> Path:
    clean = path.with_name(f"clean-{path.name}")
    assert main.run(["redact", str(path), "-o", str(clean), "--check", *options]) == 0
    return clean


@pytest.mark.parametrize("form", ["document", "lines", "log", "csv", "cell", "database"])
@pytest.mark.parametrize("spelling", NUMBERS)
def test_a_number_is_found_and_removed_however_json_spells_it(
    tmp_path: Path, form: str, spelling: str
) -> None:
    numbers = [NUMBERS[spelling](value) for value in corpora.values("KZ_IIN", ROWS) if value[0] == "0"]
    objects = [f'{{"a": [1, 2.50], "iin": {number}, "note": "ok"}}' for number in numbers]
    for number, text in zip(numbers, objects, strict=True):
        assert float(json.loads(text)["iin"]) == float(number)
    if form == "database":
        with sqlite3.connect(tmp_path / "a.db") as base:
            base.execute("create table t (id integer primary key, iin text, data text)")
            base.executemany("insert into t (iin, data) values (?, ?)", zip(numbers, objects, strict=True))
        found = scan_database(f"sqlite:///{tmp_path / 'a.db'}").findings
        assert {(each.column, each.entity) for each in found} == {("iin", "KZ_IIN"), ("data", "KZ_IIN")}
        return
    if form == "csv":
        path, text = (
            tmp_path / "a.csv",
            "id,iin,note\n" + "".join(f"{at},{each},ok\n" for at, each in enumerate(numbers)),
        )
    elif form == "cell":
        out = io.StringIO()
        csv.writer(out).writerows([["id", "data"], *enumerate(objects)])
        path, text = tmp_path / "a.csv", out.getvalue()
    elif form == "document":
        path, text = tmp_path / "a.json", f"[{','.join(objects)}]"
    elif form == "lines":
        path, text = tmp_path / "a.jsonl", "".join(f"{each}\n" for each in objects)
    else:
        path, text = tmp_path / "a.log", "".join(f"12:00 INFO {each}\n" for each in objects)
    path.write_text(text)
    assert entities(path) == {"KZ_IIN"}
    clean = redacted(path)
    assert not entities(clean)
    result = clean.read_text()
    assert not any(
        number in result or number.split(".")[0][:6] in result
        for number in numbers
        if len(number.split(".")[0]) > 5
    )
    if form == "document":
        assert [set(each) for each in json.loads(result)] == [{"a", "iin", "note"}] * len(numbers)
    if form in ("lines", "log"):
        assert all(json.loads(line[line.index("{") :])["a"] == [1, 2.5] for line in result.splitlines())


@pytest.mark.parametrize("spelling", DUMPS)
def test_a_value_is_found_and_removed_however_a_dump_spells_it(tmp_path: Path, spelling: str) -> None:
    path = tmp_path / "a.sql"
    path.write_text("".join(map(DUMPS[spelling], corpora.values("KZ_IIN", ROWS))))
    assert entities(path) == {"KZ_IIN"}
    clean = redacted(path)
    assert not entities(clean)
    assert clean.read_text().count("\n") == path.read_text().count("\n")
    if spelling == "binary":
        assert "_binary '0" in clean.read_text()


SEQUENCES = (
    "\x1b[32m",
    "\x1b[0m",
    "\x1b]0;t\x07",
    "\x9b1m",
    "\0",
    "\u200b",
    "\u2060",
    "\u200e",
    "\u00ad",
    "\x1b7",
)
WAYS: tuple[Callable[[str, random.Random], str], ...] = (
    lambda value, dice: value,
    lambda value, dice: dice.choice(SEQUENCES) + value,
    lambda value, dice: value + dice.choice(SEQUENCES),
    lambda value, dice: dice.choice(SEQUENCES).join((value[:3], value[3:])),
    lambda value, dice: dice.choice(SEQUENCES[5:9]).join(value),  # zeros and controls everywhere are no text
    lambda value, dice: "".join(f"{sign}\b{sign}" for sign in value),
    lambda value, dice: f"{value[:-1]}#\b{value[-1]}",
    lambda value, dice: quote(value),
    lambda value, dice: json.dumps(value)[1:-1],
    lambda value, dice: json.dumps(f"\x1b[1m{value}")[1:-1],
    lambda value, dice: "".join(f"&#{ord(sign)};" for sign in value),
    lambda value, dice: value.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    lambda value, dice: value.replace(" ", "\u2003"),
)


def in_form(form: str, rows: list[dict[str, str]], path: Path) -> None:
    out = io.StringIO()
    if form == "csv":
        table = csv.DictWriter(out, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    elif form == "json":
        json.dump(rows, out, ensure_ascii=False)
    elif form == "jsonl":
        out.writelines(json.dumps(row) + "\n" for row in rows)
    elif form == "sql":
        out.write("COPY t (" + ", ".join(rows[0]) + ") FROM stdin;\n")
        out.writelines(
            "\t".join(row.values()).replace("\\", "\\\\").replace("\b", "\\b").replace("\0", "") + "\n"
            for row in rows
        )
        out.write("\\.\n")
    else:
        out.writelines(
            "12:00 INFO " + ", ".join(f"{key}={value}" for key, value in row.items()) + "\n" for row in rows
        )
    path.write_bytes(out.getvalue().encode("utf-8"))


@pytest.mark.parametrize("seed", range(int(os.environ.get("PIIGUARD_DISGUISES", "3"))))
@pytest.mark.parametrize("form", ["log", "csv", "json", "jsonl", "sql"])
def test_a_scan_of_what_was_redacted_finds_nothing(tmp_path: Path, form: str, seed: int) -> None:
    dice = random.Random(f"{form} {seed}")
    values = {column: corpora.values(entity, 40, seed) for column, entity in COLUMNS.items()}
    rows = [
        {column: dice.choice(WAYS)(each[at], dice) for column, each in values.items()} for at in range(40)
    ]
    path = tmp_path / f"a.{form}"
    in_form(form, rows, path)
    assert entities(path) >= CHECKED
    clean = redacted(path)
    assert not entities(clean)
    text = clean.read_bytes().decode()
    if form == "json":
        assert [list(each) for each in json.loads(text)] == [list(COLUMNS)] * 40
    if form == "jsonl":
        assert [list(json.loads(line)) for line in text.splitlines()] == [list(COLUMNS)] * 40
    if form == "csv":
        assert {len(row) for row in csv.reader(io.StringIO(text, newline=""))} == {len(COLUMNS)}
    for row in rows:
        for column, value in row.items():
            assert COLUMNS[column] not in CHECKED or value not in text


def test_a_folder_that_a_person_gives_its_name_to_is_refused_as_a_file_is(tmp_path: Path) -> None:
    for name in ("Сынақов Үлгі Мысалұлы/a.log", "b/Сынақов Үлгі Мысалұлы.log", "b/c.log"):
        (tmp_path / "a" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "a" / name).write_text("ok\n")
    assert main.run(["redact", str(tmp_path / "a"), "-o", str(tmp_path / "clean"), "--check"]) == 3
    assert [path.name for path in (tmp_path / "clean").rglob("*.log")] == ["c.log"]
    assert not scan_log(str(tmp_path / "clean")).findings


def test_a_name_that_is_a_value_is_to_be_changed_and_then_it_can_be_redacted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a").mkdir()
    log, clean = tmp_path / "a" / f"{corpora.values('KZ_IIN', 1)[0]}.log", tmp_path / "clean"
    log.write_text(f"ИИН {corpora.values('KZ_IIN', 1)[0]}\n")
    command = ["redact", str(tmp_path / "a"), "-o", str(clean), "--check"]
    assert main.run(command) == 3
    hint = capsys.readouterr().err.partition("hint: ")[2].splitlines()[0]
    assert hint == "give it another name: what its name or that of a folder says is not redacted"
    log.rename(log.with_name("client-1.log"))
    assert main.run(command) == 0
