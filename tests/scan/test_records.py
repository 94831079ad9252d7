"""A document of JSON is a table of paths: every value that lies in it is counted once, wherever and however it is written."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piiguard.read import records
from piiguard.read.json_text import Text
from piiguard.read.opened import Counted
from piiguard.read.part import Lines, Part
from piiguard.scan import Options, ScanReport, scan_log
from tests.corpora import values

IINS = values("KZ_IIN")
ROWS = [{"n": row, "client": {"iin": each, "tags": ["a", "}],["]}} for row, each in enumerate(IINS)]
ONLY = Options(entities=("KZ_IIN",))
ARRAY = json.dumps(ROWS)

WRITTEN: dict[str, tuple[str | bytes, str]] = {
    "on one line": (ARRAY, "$[*].client.iin"),
    "indented": (json.dumps(ROWS, indent=1), "$[*].client.iin"),
    "with Windows line breaks": (json.dumps(ROWS, indent=1).replace("\n", "\r\n"), "$[*].client.iin"),
    "behind a byte order mark": ("\ufeff" + ARRAY, "$[*].client.iin"),
    "in UTF-16": (ARRAY.encode("utf-16"), "$[*].client.iin"),
    "compressed": (gzip.compress(ARRAY.encode()), "$[*].client.iin"),
    "inside of an object": (json.dumps({"ok": True, "data": {"rows": ROWS}}), "$.data.rows[*].client.iin"),
    "as two arrays": (json.dumps(ROWS[:99]) + "\n" + json.dumps(ROWS[99:]), "$[*].client.iin"),
    "as numbers": (json.dumps([{"iin": int(each)} for each in IINS]), "$[*].iin"),
    "as bare values": (json.dumps({"iins": IINS}), "$.iins[*]"),
    "as rows without names": (json.dumps([[each, "x"] for each in IINS]), "$[*][*]"),
    "as names": (json.dumps({each: [{"n": 1}] for each in IINS}), "$.*"),
    "deeper than any path": ("[" * 2000 + ARRAY + "]" * 2000, ""),
}


def scanned(data: str | bytes, folder: Path, name: str = "a.json") -> ScanReport:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return scan_log(path, ONLY)


def counted(report: ScanReport) -> int:
    return sum(finding.matched for finding in report.findings)


@pytest.mark.parametrize("how", WRITTEN)
def test_each_element_is_a_row_of_its_path(how: str, tmp_path: Path) -> None:
    data, path = WRITTEN[how]
    report = scanned(data, tmp_path)
    assert (counted(report), report.complete) == (len(IINS), True)
    assert not path or [finding.path for finding in report.findings] == [path]


def test_a_row_has_the_number_of_its_first_line(tmp_path: Path) -> None:
    lines = ",\n".join(json.dumps(row) for row in ROWS)
    (finding,) = scanned(f"[\n{lines}\n]\n", tmp_path).findings
    assert finding.lines == tuple(range(2, 12))


BROKEN: dict[str, Callable[[str], str]] = {
    "cut in its last element": lambda text: text[:-9],
    "cut before its end": lambda text: text[:-1],
    "a comma too many": lambda text: text.replace('"n": 7,', '"n": ,7,', 1),
    "no quotation mark": lambda text: text.replace('"n": 7,', '"n: 7,', 1),
    "a bracket too many": lambda text: text.replace('"n": 7,', '"n": 7],', 1),
    "text between two elements": lambda text: text.replace('}, {"n": 7,', '}, oops {"n": 7,', 1),
    "a name twice": lambda text: text.replace('"n": 7,', '"n": 7, "n": 8,', 1),
}


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("indent", [None, 1])
def test_what_is_no_json_takes_no_value_with_it(how: str, indent: int | None, tmp_path: Path) -> None:
    report = scanned(BROKEN[how](json.dumps(ROWS, indent=indent)), tmp_path)
    assert counted(report) == len(IINS)
    assert report.complete


@pytest.mark.parametrize("cut", [-9, -1])
def test_an_array_that_was_cut_is_told(cut: int, tmp_path: Path) -> None:
    assert [note.message for note in scanned(ARRAY[:cut], tmp_path).notes] == [records.CUT]


LINES = [json.dumps(row) for row in ROWS]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.ndjson"])
def test_lines_of_objects_are_rows_with_the_numbers_of_their_lines(name: str, tmp_path: Path) -> None:
    report = scanned("\n".join(LINES) + "\n", tmp_path, name)
    (finding,) = report.findings
    assert report.targets[0].lines_read == len(LINES)
    assert (finding.path, finding.examined, finding.lines) == ("$.client.iin", len(ROWS), tuple(range(1, 11)))


MIXED: dict[str, Callable[[list[str]], list[str]]] = {
    "text above them": lambda lines: ['{"started": 1}', "2026-01-01 INFO started", *lines],
    "text among them": lambda lines: [*lines[:9], "2026-01-01 INFO {x} [y]", '"quoted"', *lines[9:]],
    "text behind an object": lambda lines: [lines[0] + " and so on", *lines[1:]],
    "a line cut short": lambda lines: [lines[0][:-1], *lines[1:]],
    "a line without a quotation mark": lambda lines: [lines[0].replace('"n"', '"n', 1), *lines[1:]],
    "an empty line": lambda lines: [lines[0], "", *lines[1:]],
    "a list on a line": lambda lines: [lines[0], f"[{lines[1]}]", *lines[2:]],
    "the last line cut": lambda lines: [*lines[:-1], lines[-1][:-2]],
    "two on one line": lambda lines: [lines[0] + lines[1], *lines[2:]],
}


@pytest.mark.parametrize("how", MIXED)
def test_what_is_no_object_among_lines_is_read_as_text(how: str, tmp_path: Path) -> None:
    report = scanned("\n".join(MIXED[how](LINES)), tmp_path, "a.jsonl")
    assert (counted(report), report.complete) == (len(IINS), True)


def test_a_log_that_begins_with_a_bracket_stays_a_log(tmp_path: Path) -> None:
    log = "".join(f"[2026-01-01 10:00] ИИН {each} [saved]\n" for each in IINS)
    (finding,) = scanned(log, tmp_path).findings
    assert (finding.path, finding.matched, finding.lines[:2]) == (None, len(IINS), (1, 2))


PLAIN = st.none() | st.booleans() | st.integers(0, 99) | st.text("ab\\\"'{}[],:/\n\t шқ", max_size=8)
TREES = st.recursive(
    PLAIN | st.just(...),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text('abc"\\ .', max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(TREES, min_size=1, max_size=6), indent=st.sampled_from([None, 0, 2]), ascii=st.booleans()
)
def test_every_planted_value_is_counted_once_however_the_pieces_fall(
    rows: Any, indent: Any, ascii: bool
) -> None:
    planted = iter(IINS)

    def fill(tree: Any) -> Any:
        if tree is ...:
            return next(planted)
        if isinstance(tree, dict):
            return {key: fill(value) for key, value in tree.items()}
        return [fill(value) for value in tree] if isinstance(tree, list) else tree

    filled = fill(rows)
    found: list[str] = []
    text = io.StringIO(json.dumps(filled, indent=indent, ensure_ascii=ascii))
    stream = Counted(io.BytesIO())
    examiner: Any = Collecting(found)
    records.Document(examiner, Part(), Lines(), Text(lambda _: text.read(7)), stream).read()
    assert sorted(found) == sorted(IINS[: IINS.index(next(planted))])


class Collecting:
    """An examiner that keeps the planted values of the rows that it is given."""

    def __init__(self, found: list[str]) -> None:
        self._found = found

    def numbered(self, part: Any, table: str = "") -> Any:
        return lambda names, page: self._look([row for _, row in page])

    def _look(self, value: Any) -> None:
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            for each in value:
                self._look(each)
        elif value in IINS:
            self._found.append(value)

    def text(self, own: Any, text: str, number: int) -> None:
        raise AssertionError(text)

    def step(self, part: Any) -> None:
        """Nothing is shown."""
