"""What a scan of a table finds by judging a whole column is redacted, too, where guesses are to stay."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from piiguard.cli.main import run
from piiguard.scan import scan_log
from tests import corpora

ROWS = 60
Column = tuple[str, list[str]]


def some(values: list[str], others: Callable[[random.Random], str], share: float) -> list[str]:
    dice = random.Random(share)
    return [value if dice.random() < share else others(dice) for value in values]


def of(entity: str, spell: Callable[[str], str] = str) -> list[str]:
    return [spell(value) for value in corpora.values(entity, ROWS)]


COLUMNS: dict[str, Column] = {
    "documents that lost their zero": ("удостоверение", of("KZ_ID_CARD", lambda each: each.lstrip("0"))),
    "companies among persons": ("owner", some(of("KZ_BIN"), corpora.iin, 0.3)),
    "persons that lost their zero": (
        "client_no",
        some(of("KZ_IIN", lambda each: f"{each.lstrip('0')}.0"), lambda dice: str(dice.randrange(10**6)), 0.3),
    ),
    "companies among orders": ("x", some(of("KZ_BIN"), lambda dice: "", 0.3)),
    "phones in ten digits": ("байланыс", of("KZ_PHONE", lambda each: each[2:])),
    "one word of a name": ("manager", of("PERSON", lambda each: each.split()[1])),
    "dates of birth": ("туған күні", of("KZ_BIRTH_DATE")),
}  # fmt: skip
GUESSES = [f"{n:03}-20{n:02}" for n in range(ROWS)]


def written(form: str, name: str, values: list[str]) -> str:
    out = io.StringIO()
    rows = [
        {"no": n, "ref": ref, name: value} for n, (ref, value) in enumerate(zip(GUESSES, values, strict=True))
    ]
    if form == "csv":
        table = csv.DictWriter(out, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    elif form == "cells":
        cells = csv.writer(out)
        cells.writerow(["no", "data"])
        cells.writerows((str(n), json.dumps(row, ensure_ascii=False)) for n, row in enumerate(rows))
    elif form == "json":
        json.dump({"all": [{"client": row} for row in rows]}, out, ensure_ascii=False, indent=1)
    elif form == "jsonl":
        out.writelines(json.dumps(row) + "\n" for row in rows)
    elif form == "copy.sql":
        out.write(f'COPY "Crm".people (no, ref, "{name}") FROM stdin;\n')
        out.writelines(f"{row['no']}\t{row['ref']}\t{row[name]}\n" for row in rows)
        out.write("\\.\n")
    else:
        out.writelines(
            f"INSERT INTO `people` (`no`, `ref`, `{name}`) VALUES ({row['no']},'{row['ref']}','{row[name]}');\n"
            for row in rows
        )
    return out.getvalue()


@pytest.mark.parametrize("form", ["csv", "cells", "json", "jsonl", "copy.sql", "insert.sql"])
@pytest.mark.parametrize("kind", COLUMNS)
def test_a_scan_at_the_same_confidence_finds_nothing_in_the_copy(
    tmp_path: Path, kind: str, form: str
) -> None:
    name, values = COLUMNS[kind]
    path = tmp_path / f"a.{form.replace('cells', 'csv')}"
    path.write_text(written(form, name, values), encoding="utf-8")
    assert scan_log(str(path)).unprotected
    clean = path.with_name(f"clean.{path.name}")
    assert run(["redact", str(path), "-o", str(clean), "--min-confidence", "medium", "--check"]) == 0
    assert not scan_log(str(clean)).unprotected
    text = clean.read_text(encoding="utf-8")
    assert all(guess in text for guess in GUESSES)
    assert text.count("\n") == path.read_text(encoding="utf-8").count("\n")
    assert run(["redact", str(path), "-o", str(tmp_path / "in"), "--min-confidence", "medium"]) == 0
    assert (tmp_path / "in").read_bytes() == clean.read_bytes()


@pytest.mark.parametrize("form", ["csv", "json", "sql"])
def test_a_table_from_a_pipe_is_refused_where_guesses_are_to_stay(
    form: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    text = written(f"insert.{form}" if form == "sql" else form, *COLUMNS["dates of birth"])

    def given() -> io.TextIOWrapper:
        return io.TextIOWrapper(io.BufferedReader(io.BytesIO(text.encode())))

    monkeypatch.setattr("sys.stdin", given())
    assert run(["redact", "-", "--as", form, "--min-confidence", "medium"]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert "hint: leave out --min-confidence, or redact a file" in err
    monkeypatch.setattr("sys.stdin", given())
    assert run(["redact", "-", "--as", form]) == 0
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(b"INFO ok\n"))))
    assert run(["redact", "-", "--min-confidence", "medium"]) == 0


@pytest.mark.parametrize("form", ["csv", "jsonl", "copy.sql"])
@pytest.mark.parametrize("kind", ["numbers", "repeated"])
def test_names_are_weighed_by_their_rows_and_not_against_numbers(
    tmp_path: Path, kind: str, form: str
) -> None:
    dice = random.Random(kind)
    names = [each.split()[0] for each in corpora.values("PERSON", 300)]
    values = {
        "numbers": some(names, lambda _: str(dice.randrange(10**12)), 0.3),
        "repeated": some(names, lambda _: str(dice.randrange(100, 999)), 0.6),
    }[kind]
    path = tmp_path / f"a.{form}"
    rows = [{"no": str(n), "аты-жөні": value} for n, value in enumerate(values)]
    if form == "csv":
        path.write_text("no,аты-жөні\n" + "".join(f"{','.join(row.values())}\n" for row in rows), "utf-8")
    elif form == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    else:
        body = "".join("\t".join(row.values()) + "\n" for row in rows)
        path.write_text(f'COPY people (no, "аты-жөні") FROM stdin;\n{body}\\.\n', "utf-8")
    assert {each.entity for each in scan_log(str(path)).unprotected} == {"PERSON"}
    clean = tmp_path / f"clean.{form}"
    assert run(["redact", str(path), "-o", str(clean), "--check"]) == 0
    assert not scan_log(str(clean)).unprotected
    text = clean.read_text("utf-8")
    assert not any(f'{value}"' in text or f",{value}\n" in text or f"\t{value}\n" in text for value in names)
