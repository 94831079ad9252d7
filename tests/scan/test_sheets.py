"""A table written in any odd way is read by column: what was planted in it is found, where it was planted."""

from __future__ import annotations

import csv
import gzip
import io
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from piiguard.cli.main import cli
from piiguard.detect import Engine
from piiguard.read.dialect import Dialect, dialect_of, rows
from piiguard.read.header import begin
from piiguard.read.tabular import is_tabular
from piiguard.recognizers.checks import identifier
from piiguard.redact import Redactor
from piiguard.redact.files.sheet import clean_sheet
from piiguard.redact.files.tally import Tally
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


@given(
    way=ways.filter(lambda way: (way.named >= 4 and way.above != "sep") or way.named == 5),
    count=st.integers(20, 60),
)
@settings(max_examples=25)
def test_a_table_under_names_is_one_whatever_its_file_is_called(way: Way, count: int) -> None:
    data, _ = way.write(count)
    assert found(data, "") == found(data)


@given(
    lines=st.lists(
        st.sampled_from([
            "2026-11-29 10:00:01;INFO;phone;{}", "10.0.0.1\tGET /a?phone=1;b\t200", "phone;order;sum",
            "login, phone and mail of {}", "iin={}; phone=-; mail=-", "INFO | phone | {}", "phone: -", "", "|", ";;",
        ]),
        min_size=1, max_size=40,
    )
)  # fmt: skip
@settings(max_examples=60)
def test_a_log_with_delimiters_is_read_as_lines(lines: list[str]) -> None:
    data = "\n".join(["2026-11-29 10:00:00;INFO;start;phone", *lines]).encode()
    assert not is_tabular(data)


@pytest.mark.parametrize("name", ["export.txt", "export.dat", "EXPORT", "export.txt.gz", "clients.log"])
def test_a_clean_copy_of_a_table_has_none_of_its_values_whatever_its_name(name: str, tmp_path: Path) -> None:
    data, _ = Way(delimiter="\t").write(30)
    source, copy = tmp_path / name, tmp_path / f"clean-{name}"
    source.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    done = CliRunner().invoke(cli, ["redact", "--check", str(source), "-o", str(copy)])
    assert done.exit_code == 0, done.output
    clean = gzip.decompress(copy.read_bytes()) if name.endswith(".gz") else copy.read_bytes()
    assert not [iin for iin in iins(30) if iin.encode() in clean]
    assert clean.count(b"\t") == data.count(b"\t")


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


VALUES = {
    "KZ_IIN": "IIN 060702483768",
    "KZ_PHONE": "phone_1 +7 701 123 45 67",
    "EMAIL_ADDRESS": "почта a.b@mail.kz",
    "CREDIT_CARD": "карта 4111 1111 1111 1111",
    "PERSON": "ФИО Касымов Ерлан Болатович",
    "KZ_PASSPORT": "паспорт N12345678",
    "KZ_ADDRESS": "Адрес: г. Алматы, ул. Абая, 5",
    "KZ_BIRTH_DATE": "Дата рождения 07.02.1906",
}
NAMES = ["iin", "phone", "ФИО", "ИИН клиента", "phone_1", "IIN 12 digits", "Адрес проживания", "bik", "№"]


@given(
    entity=st.sampled_from(sorted(VALUES)),
    names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True),
    at=st.integers(0, 4),
    rows_below=st.sampled_from([0, 1, 3, 60]),
    delimiter=st.sampled_from(",;\t|"),
)
@settings(max_examples=60)
def test_a_value_in_the_first_row_is_found_or_read_as_data_and_redacted(
    entity: str, names: list[str], at: int, rows_below: int, delimiter: str
) -> None:
    planted, out = [*names], io.StringIO()
    planted.insert(at, VALUES[entity])
    below = [[f"ok {n}" for _ in planted] for n in range(rows_below)]
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows([planted, *below])
    report = scan_log(io.BytesIO(out.getvalue().encode()), Options(form="csv"))
    table = list(enumerate([planted, *below], 1))
    assert entity in {finding.entity for finding in report.findings} or begin(
        Engine(), table, len(planted)
    ) == ([], 0)
    clean = "".join(
        clean_sheet(iter(out.getvalue().splitlines(keepends=True)), delimiter, Redactor(), Tally())
    )
    assert VALUES[entity] not in clean
    assert clean.count("\n") == out.getvalue().count("\n")


@pytest.mark.parametrize(
    "text", ["IIN 060702483768", "id;iin=060702483768", 'id;"client IIN 060702483768, paid"']
)
@pytest.mark.parametrize("rows_below", [0, 60])
def test_a_labelled_number_where_names_stand_is_found(text: str, rows_below: int) -> None:
    lines = [text, *(";".join([str(1000 + n), "ok"][: 1 + text.count(";")]) for n in range(rows_below))]
    assert list(found("\n".join(lines).encode())) == ["KZ_IIN"]


@given(names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True))
def test_names_stay_names_and_are_not_redacted(names: list[str]) -> None:
    line = ";".join(names) + "\n"
    assert begin(Engine(), [(1, names), (2, ["-"] * len(names))], len(names)) == (names, 1)
    assert "".join(clean_sheet(iter([line]), ";", Redactor(), Tally())) == line


def test_a_name_that_holds_a_value_all_the_same_is_searched_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("piiguard.read.header._is_value", lambda engine, name: False)
    line = "id;iin=060702483768\n"
    report = scan_log(
        io.BytesIO((line + "1;ok\n" * 60).encode()), Options(entities=LIMITED.entities, form="csv")
    )
    assert [(f.entity, f.path, f.lines) for f in report.findings] == [("KZ_IIN", None, (1,))]
    assert "060702483768" not in "".join(clean_sheet(iter([line]), ";", Redactor(), Tally()))


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
