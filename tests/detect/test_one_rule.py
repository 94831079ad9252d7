"""Law 2: what is fast may claim, never dismiss. One text gives one set of entities, whatever carries it.

The measure is the text as a line of a log. A value that its generator planted has to be found there, and what a line gives
at medium, a column of 300 such cells, a sheet, a leaf of JSON and a record of logging give too.
"""

from __future__ import annotations

import csv
import json
import logging
import sqlite3
from collections import Counter
from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path

import pytest

from piiguard.redact import RedactingFilter
from tests.corpora import KINDS, ROWS, scan, values

SEPARATORS = {
    "space": "{} {}",
    "comma": "{}, {}",
    "semicolon": "{};{}",
    "slash": "{} / {}",
    "newline": "{}\n{}",
    "tab": "{}\t{}",
    "pipe": "{}|{}",
    "and": "{} и {}",
    "json": '{{"a": "{}", "b": "{}"}}',
    "equals": "{}={}",
}
PAIRED = ("KZ_IIN", "KZ_PHONE", "EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE")
CARRIERS = ("column", "sheet", "leaf", "record")
SAID = 10  # lines that say what a text is: a chance hit in one of them is no rule


def _masked(cells: list[str]) -> list[str]:
    return [each if row % 3 == 0 else f"{each[:4]}********{each[-4:]}" for row, each in enumerate(cells)]


def _texts() -> Iterator[tuple[str, list[str]]]:
    for entity, kind in KINDS.items():
        yield f"alone {entity}", values(entity)
        yield f"labelled {entity}", [f"{kind.label} {each}" for each in values(entity)]
    for (one, two), (name, joined) in product(product(PAIRED, repeat=2), SEPARATORS.items()):
        cells = zip(values(one), values(two, seed=8), strict=True)
        yield f"{one} {name} {two}", [joined.format(*each) for each in cells]
    yield "cards beside masked ones", _masked(values("CREDIT_CARD"))
    yield "an IIN beside a date", [f"{each} 01.02.2010" for each in values("KZ_IIN")]
    yield "an address of a machine", [f"10.{row % 200}.77.{row % 250}" for row in range(ROWS)]


TEXTS = dict(_texts())
COLUMNS = {kind: f"field_{place}" for place, kind in enumerate(TEXTS)}
PLANTED = {f"labelled {entity}": entity for entity in KINDS} | {
    f"alone {entity}": entity for entity, kind in KINDS.items() if kind.alone
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("law2")


@pytest.fixture(scope="module")
def lines(folder: Path) -> dict[str, set[str]]:
    """What most of ten lines of each kind say at medium: empty lines between, so that none is another's context."""
    log, found = folder / "all.log", folder / "lines.ndjson"
    owner: dict[int, tuple[str, int]] = {}
    with log.open("w", encoding="utf-8") as out:
        line = 1
        for kind, cells in TEXTS.items():
            for place, each in enumerate(cells[:SAID]):
                text = each + "\n" * 8
                owner |= {line + more: (kind, place) for more in range(text.count("\n"))}
                line += text.count("\n")
                out.write(text)
    from piiguard.cli import main

    assert main.run(["scan", str(log), "--format", "ndjson", "-o", str(found)]) == 3
    matches = (json.loads(each) for each in found.read_text("utf-8").splitlines())
    hits = {(*owner[each["line"]], each["entity"]) for each in matches if "line" in each}
    counts = Counter((kind, entity) for kind, _, entity in hits)
    return {kind: {e for (k, e), n in counts.items() if k == kind and n * 2 > SAID} for kind in TEXTS}


def _by_column(document: dict[str, object], names: dict[str, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {name: set() for name in names.values()}
    for each in document["findings"]:  # type: ignore[attr-defined]
        place = (each.get("path") or f"$.{each.get('column')}").split(".")[1].split("[")[0]
        found.setdefault(each.get("column") or place, set()).add(each["entity"])
    return {kind: found[name] for kind, name in names.items()}


def _rows() -> Iterator[tuple[str, ...]]:
    return islice(zip(*TEXTS.values(), strict=True), 100)


def _database(folder: Path, names: dict[str, str], texts: dict[str, list[str]]) -> dict[str, set[str]]:
    path = folder / f"{len(names)}.db"
    connection = sqlite3.connect(path)
    for kind, name in names.items():  # a table for each, so that no column is another's neighbour
        connection.execute(f'create table "t_{name}" (id integer primary key, "{name}" text)')
        rows = ((each,) for each in texts[kind])
        connection.executemany(f'insert into "t_{name}" ("{name}") values (?)', rows)
    connection.commit()
    connection.close()
    return _by_column(scan(path, out=folder / "o.json")[1], names)


@pytest.fixture(scope="module")
def column(folder: Path) -> dict[str, set[str]]:
    return _database(folder, COLUMNS, TEXTS)


@pytest.fixture(scope="module")
def sheet(folder: Path) -> dict[str, set[str]]:
    path = folder / "all.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([COLUMNS.values(), *_rows()])
    return _by_column(scan(path, out=folder / "o.json")[1], COLUMNS)


@pytest.fixture(scope="module")
def leaf(folder: Path) -> dict[str, set[str]]:
    """Forty lines of a leaf each: a log is searched value by value, and a column of them needs no more."""
    path = folder / "all.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for kind, cells in TEXTS.items():
            out.writelines(
                json.dumps({COLUMNS[kind]: each}, ensure_ascii=False) + "\n" for each in cells[:40]
            )
    return _by_column(scan(path, out=folder / "o.json")[1], COLUMNS)


@pytest.fixture(scope="module")
def record() -> dict[str, set[str]]:
    """What the hook of logging replaces, told by its tags."""
    hook = RedactingFilter(operator="tag", min_confidence="medium")
    said: dict[str, set[str]] = {}
    for kind, cells in TEXTS.items():
        counts: Counter[str] = Counter()
        for each in cells[:SAID]:
            one = logging.LogRecord("app", logging.INFO, "app.py", 1, "%s", (each,), None)
            hook.filter(one)
            counts.update({entity for entity in KINDS if f"<{entity}" in one.getMessage()})
        said[kind] = {entity for entity, number in counts.items() if number * 2 > SAID}
    return said


def test_a_line_gives_what_was_planted(lines: dict[str, set[str]]) -> None:
    assert {kind: entity for kind, entity in PLANTED.items() if entity not in lines[kind]} == {}


# One test for each carrier and not for each kind: workers that share those out would read every carrier again and again.
@pytest.mark.parametrize("carrier", CARRIERS)
def test_every_carrier_gives_what_the_line_gives(
    carrier: str, lines: dict[str, set[str]], request: pytest.FixtureRequest
) -> None:
    found = request.getfixturevalue(carrier)
    missed = {kind: lines[kind] - found[kind] for kind in TEXTS}
    assert {kind: entities for kind, entities in missed.items() if entities} == {}
    assert "KZ_PHONE" not in found["an address of a machine"]


@pytest.fixture(scope="module")
def named(folder: Path) -> dict[str, set[str]]:
    """Each entity in a column whose name is its label."""
    names = {f"named {entity}": kind.column for entity, kind in KINDS.items()}
    return _database(folder, names, {f"named {entity}": values(entity) for entity in KINDS})


def test_a_column_whose_name_is_the_label_gives_what_the_labelled_line_gives(
    named: dict[str, set[str]], lines: dict[str, set[str]]
) -> None:
    missed = {entity: lines[f"labelled {entity}"] - named[f"named {entity}"] for entity in KINDS}
    assert {entity: entities for entity, entities in missed.items() if entities} == {}


def test_an_address_of_a_machine_is_no_phone(lines: dict[str, set[str]]) -> None:
    assert "KZ_PHONE" not in lines["an address of a machine"]


def test_a_table_of_keys_and_values_gives_what_its_values_are(folder: Path) -> None:
    path = folder / "eav.db"
    connection = sqlite3.connect(path)
    connection.execute("create table attributes (id integer primary key, owner int, name text, value text)")
    plain = {"colour": "red", "size": "42", "note": "none", "plan": "basic"}
    for owner, (one, two) in enumerate(zip(values("KZ_IIN"), values("KZ_PHONE"), strict=True)):
        rows = ({"iin": one, "phone": two} | plain).items()
        connection.executemany(
            "insert into attributes (owner, name, value) values (?, ?, ?)", [(owner, *row) for row in rows]
        )
    connection.commit()
    connection.close()
    document = scan(path, out=folder / "o.json")[1]
    found = {each["entity"] for each in document["findings"] if each["column"] == "value"}
    assert {"KZ_IIN", "KZ_PHONE"} <= found
