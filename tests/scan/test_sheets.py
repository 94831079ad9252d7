"""A table written in any odd way is read by column: what was planted in it is found, where it was planted."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piiguard.read.dialect import Dialect, dialect_of, rows
from piiguard.recognizers.checks import identifier
from piiguard.scan import Options, scan_log

LIMITED = Options(entities=("KZ_IIN", "KZ_PHONE"))
ENCODINGS = ["utf-8", "utf-8-sig", "cp1251", "utf-16"]


def iins(count: int) -> list[str]:
    dice, made = random.Random(3), list[str]()
    while len(made) < count:
        day = f"0{dice.randrange(10)}{dice.randrange(1, 13):02}{dice.randrange(1, 29):02}"
        body = f"{day}{dice.choice('34')}{dice.randrange(10_000):04}"
        if (check := identifier.check_digit(body)) is not None:
            made.append(f"{body}{check}")
    return made


@dataclass(frozen=True)
class Way:
    """One way to write a table."""

    delimiter: str = ","
    encoding: str = "utf-8"
    newlines: tuple[str, ...] = ("\n",)
    above: str = ""
    named: int = 5
    quoted: Literal[0, 1] = csv.QUOTE_MINIMAL
    odd: str = "-"

    def write(self, count: int) -> tuple[bytes, list[int]]:
        """The bytes, and the line that each row begins on; a header has ``named`` names."""
        names = ["№", "город", "заметка", "ИИН", "телефон"][: self.named]
        text = {"": "", "sep": f"sep={self.delimiter}\n", "title": "Список, филиал Астана\n\n",
                "comment": "# exported by crm, v2\n"}[self.above]  # fmt: skip
        line, begun = text.count("\n") + 1, list[int]()
        table = [[str(n), "Алматы", self.odd if n % 40 == 7 else "2,5" if self.delimiter == ";" else "ok",
                  iin, f"8701{n:07}"] for n, iin in enumerate(iins(count))]  # fmt: skip
        for place, row in enumerate([names, *table] if names else table):
            out = io.StringIO()
            csv.writer(out, delimiter=self.delimiter, lineterminator="\n", quoting=self.quoted).writerow(row)
            if row is not names:
                begun.append(line)
            written = out.getvalue().removesuffix("\n")
            text += written + self.newlines[place % len(self.newlines)]
            line += 1 + written.count("\n")
        return text.encode(self.encoding, "replace"), begun


def found(data: bytes, form: str = "csv") -> dict[str, tuple[str | None, int | None, tuple[int, ...]]]:
    report = scan_log(io.BytesIO(data), Options(entities=LIMITED.entities, form=form))
    assert not report.errors
    return {f.entity: (f.path, f.matched, f.lines) for f in report.findings}


ways = st.builds(
    Way,
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(ENCODINGS),
    newlines=st.sampled_from([("\n",), ("\r\n",), ("\r",), ("\n", "\r\n")]),
    above=st.sampled_from(["", "sep", "title", "comment"]),
    named=st.sampled_from([0, 2, 3, 5]),
    quoted=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    odd=st.sampled_from(["-", "a, b; c", 'the "best" one', "two\nlines", "x" * 200_000]),
)


@given(way=ways, count=st.integers(20, 90))
@settings(max_examples=40)
def test_what_was_planted_is_found_by_column_however_the_table_is_written(way: Way, count: int) -> None:
    data, begun = way.write(count)
    iin, phone = ("$.ИИН", "$.телефон") if way.named == 5 else ("$.4", "$.5")
    seen = found(data)
    assert {entity: (path, matched) for entity, (path, matched, _) in seen.items()} == {
        "KZ_IIN": (iin, count), "KZ_PHONE": (phone, count)
    }  # fmt: skip
    assert seen["KZ_IIN"][2] == tuple(begun[:10])


@given(delimiter=st.sampled_from(",;\t|"), strays=st.sets(st.integers(0, 59), min_size=1, max_size=5))
@settings(max_examples=30)
def test_a_stray_quotation_mark_swallows_no_rows(delimiter: str, strays: set[int]) -> None:
    lines = [delimiter.join(["id", "note", "iin", "phone"])]
    for n, iin in enumerate(iins(60)):
        lines.append(delimiter.join([str(n), '"монитор 19' if n in strays else "ok", iin, f"8701{n:07}"]))
    seen = found("\n".join(lines).encode())
    assert {e: matched for e, (_, matched, _) in seen.items()} == {"KZ_IIN": 60, "KZ_PHONE": 60}


@given(
    table=st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8), min_size=4, max_size=4),
        min_size=1, max_size=8,
    ),
    delimiter=st.sampled_from(",;\t|"),
)  # fmt: skip
def test_what_a_writer_of_tables_writes_is_read_back(table: list[list[str]], delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(table)
    lines = io.StringIO(out.getvalue(), newline="")
    whole = [row for row in table if any(map(str.strip, row))]
    assert [row for _, row in rows(lines, Dialect(delimiter, 4))] == whole


def test_a_table_without_a_header_shows_none_of_its_values() -> None:
    lines = [
        f"Сынақов Үлгі Мысалұлы;г. Астана ул. Сынақ д. {n} кв. 5;{iin}" for n, iin in enumerate(iins(50))
    ]
    report = scan_log(io.BytesIO("\n".join(lines).encode()), Options(form="csv"))
    assert {finding.path for finding in report.findings} <= {"$.1", "$.2", "$.3"}
    assert any(finding.entity == "KZ_IIN" and finding.matched == 50 for finding in report.findings)


def test_what_is_no_table_is_read_as_text() -> None:
    text = "A letter.\nIt says, among others, this.\n\nThe IIN is {}, the rest; is silence.\nNo more.\n"
    report = scan_log(io.BytesIO(text.format(iins(1)[0]).encode()), Options(form="csv", min_confidence="low"))
    assert [(f.entity, f.path, f.lines) for f in report.findings if f.entity == "KZ_IIN"] == [
        ("KZ_IIN", None, (4,))
    ]


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_a_file_is_read_as_what_it_is_said_to_be(form: str) -> None:
    data, _ = Way(delimiter="\t").write(30)
    assert found(data, form)["KZ_IIN"][:2] == ("$.ИИН", 30)
    assert found(data, "log").get("KZ_IIN", (None,))[0] is None


def test_the_widest_delimiter_that_most_rows_agree_on_is_the_one() -> None:
    assert dialect_of(["a|1,5|b"] * 9) == Dialect("|", 3)
    assert dialect_of(["1,5;2,5"] * 9) == Dialect(";", 2)
    assert dialect_of(["one column"] * 9) == Dialect("", 1)
