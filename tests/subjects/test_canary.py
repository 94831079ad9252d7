"""Invented people who tell where a file comes from, and of whom nothing is kept in the clear."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.cli.main import run
from piiguard.entities import EMAIL_ADDRESS, KZ_IIN, KZ_PHONE
from piiguard.errors import SubjectError
from piiguard.keys import Keyring, audit
from piiguard.manifest import Manifest
from piiguard.protect.seal import Seal
from piiguard.recognizers.checks import iin
from piiguard.subjects.canary import marks
from piiguard.subjects.canary.person import birth_of, invent
from tests.conftest import new_database

MANIFEST = """
[[columns]]
table = "students"
column = "iin"
context = "students.iin"
index = "iin_index"
normalizer = "digits/2"

[[subjects]]
table = "students"
key = "id"
identifiers = ["iin"]
"""
TYPES = {
    "sqlite": ("blob", "timestamp"),
    "postgresql": ("bytea", "timestamp"),
    "mysql": ("varbinary(120)", "datetime"),
}


@dataclass
class Bench:
    """A database of two tables with people, and the keyring."""

    url: str
    keyring: Path
    manifest: Path

    def rows(self, table: str) -> list[dict[str, Any]]:
        with sa.create_engine(self.url, poolclass=sa.NullPool).connect() as connection:
            return [dict(row) for row in connection.execute(sa.text(f"select * from {table}")).mappings()]

    def type(self, *words: str) -> int:
        return run([*words, "--keyring", str(self.keyring), "--manifest", str(self.manifest)])


def made(url: str, folder: Path) -> Bench:
    keyring, manifest = folder / "keyring.json", folder / "piiguard.toml"
    Keyring.create(keyring, [f"file:{folder / 'wrapping.key'}"])
    manifest.write_text(MANIFEST, "utf-8")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    blob, time = TYPES[engine.dialect.name]
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                f"create table students (id integer primary key, iin {blob} not null, iin_index {blob}, full_name varchar(80) not null,"
                f" phone varchar(40), grade varchar(10) not null, created_at {time} not null)"
            )
        )
        connection.execute(sa.text("create table leads (id integer primary key, email varchar(80) not null)"))
        connection.execute(sa.text("create table prices (id integer primary key, amount integer not null)"))
    return Bench(url, keyring, manifest)


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with ExitStack() as stack:
        if request.param == "sqlite":
            (tmp_path / "crm.db").touch()
            yield made(f"sqlite:///{tmp_path / 'crm.db'}", tmp_path)
        else:
            yield made(new_database(request.getfixturevalue(f"{request.param}_server"), stack), tmp_path)


@pytest.fixture
def plain(tmp_path: Path) -> Bench:
    (tmp_path / "crm.db").touch()
    return made(f"sqlite:///{tmp_path / 'crm.db'}", tmp_path)


def test_an_invented_person_was_born_before_anybody_alive_and_passes_every_check() -> None:
    drawn = [invent() for _ in range(50)]
    assert all(iin.is_valid(one[KZ_IIN]) and 1800 <= birth_of(one).year < 1900 for one in drawn)
    assert len({one[KZ_IIN] for one in drawn}) > 45
    assert all(re.fullmatch(r"\+7\d{10}", one[KZ_PHONE]) for one in drawn)
    assert all(one[EMAIL_ADDRESS].endswith("@example.com") for one in drawn)


def test_a_leak_names_the_table_that_it_comes_from(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("subject", "canary", bench.url)
    assert bench.type(*words, "students", "--set", "grade=7", "--count", "2", "--yes") == 0
    assert bench.type(*words, "leads", "--yes") == 0
    seal = Seal(Keyring.from_file(bench.keyring), Manifest.parse(MANIFEST).columns[0])
    planted = bench.rows("students")
    assert len(planted) == 2
    numbers = [str(seal.decrypt(bytes(row["iin"]))) for row in planted]
    assert all(iin.is_valid(one) for one in numbers)
    assert [bytes(row["iin_index"]) for row in planted] == [seal.index(one) for one in numbers]
    assert all(row["grade"] == "7" and row["full_name"] and row["created_at"] for row in planted)
    leads = [str(row["email"]) for row in bench.rows("leads")]
    assert len(leads) == 3
    leak = tmp_path / "leak.csv"
    leak.write_text(
        "iin,phone\n" + "".join(f"{one},{row['phone']}\n" for one, row in zip(numbers, planted, strict=True)),
        "utf-8",
    )
    capsys.readouterr()
    assert bench.type("breach", str(leak), bench.url, "--format", "json") == 3
    document = json.loads(capsys.readouterr().out)
    assert [(one["name"].rpartition(" ")[2], one["people"]) for one in document["canaries"]] == [
        ("students", 2)
    ]
    assert document["people"]["count"] == 0  # nobody of them is anybody
    leak.write_text("mail\n" + "\n".join(leads), "utf-8")
    assert bench.type("breach", str(leak), bench.url, "--format", "json") == 3
    document = json.loads(capsys.readouterr().out)
    assert [(one["name"].rpartition(" ")[2], one["people"]) for one in document["canaries"]] == [("leads", 3)]
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("keyring*") if path.is_file())
    for value in (*numbers, *leads, *(str(row["phone"]) for row in planted)):
        assert value.encode() not in kept
    assert {"canary"} <= {line["action"] for line in audit.read(bench.keyring)}


def test_an_export_has_its_own(plain: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = []
    for name in ("for the auditor", "for the ministry"):
        out = tmp_path / f"{name}.csv"
        assert plain.type("subject", "canary", "--export", name, "-o", str(out), "--count", "1", "--yes") == 0
        rows.append(out.read_text("utf-8"))
        assert not out.stat().st_mode & 0o077
    (one,) = csv.DictReader(rows[1].splitlines())
    leak = tmp_path / "app.log"
    leak.write_text(f"INFO ИИН {one['KZ_IIN']} тел. {one['KZ_PHONE']}\n", "utf-8")
    capsys.readouterr()
    assert plain.type("breach", str(leak), plain.url) == 3
    said = capsys.readouterr().err
    assert "for the ministry, an export" in said
    assert "auditor" not in said


def test_a_plan_changes_nothing(plain: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(
        (path.name, path.read_bytes()) for path in plain.keyring.parent.glob("*") if path.is_file()
    )
    assert plain.type("subject", "canary", plain.url, "students", "--set", "grade=7", "--plan") == 0
    out = capsys.readouterr().out
    assert out.startswith("INSERT INTO students")
    assert not re.search(r"\d{10}", out)
    after = sorted(
        (path.name, path.read_bytes()) for path in plain.keyring.parent.glob("*") if path.is_file()
    )
    assert after == before


def test_without_a_terminal_it_wants_a_yes(plain: Bench) -> None:
    assert plain.type("subject", "canary", plain.url, "leads") == 2
    assert plain.rows("leads") == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("students",), "students.grade: must be filled"),
        (("prices",), "prices.amount: must be filled"),
        (("prices", "--set", "amount=1"), "no column of it holds"),
        (("absent",), "there is no such table"),
        (("leads", "--set", "nothing=1"), "there is no column nothing"),
    ],
)
def test_what_cannot_be_planted_is_refused(
    plain: Bench, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plain.type("subject", "canary", plain.url, *words, "--yes") == 1
    assert said in capsys.readouterr().err
    assert not marks.file_of(plain.keyring).exists()


@pytest.mark.parametrize(
    "change", [b"x", b'{"name": "a", "planted": "b", "marks": [], "mac": "00"}\n', b"[]\n", b"\xff\n"]
)
def test_a_record_that_was_touched_is_not_believed(plain: Bench, tmp_path: Path, change: bytes) -> None:
    keyring = Keyring.from_file(plain.keyring).open()
    file = marks.file_of(plain.keyring)
    marks.record(file, keyring.canaries(), "students", [invent()], [KZ_IIN])
    marks.planted(file, keyring.canaries())
    file.write_bytes(
        file.read_bytes().replace(b"students", b"teachers") if change == b"x" else file.read_bytes() + change
    )
    with pytest.raises(SubjectError, match="not of this keyring"):
        marks.planted(file, keyring.canaries())
