"""What the tool advises, works: every fix is run as it stands in the report, and then the finding is gone."""

from __future__ import annotations

import bz2
import gzip
import json
import logging
import lzma
import shlex
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import zstandard
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from piiguard.cli.main import run
from piiguard.keys import Keyring
from piiguard.manifest import Manifest
from piiguard.orm import BlindIndex, Encrypted
from piiguard.recognizers.checks import iin
from piiguard.report.remedy import Remedy, next_step, remedies
from piiguard.scan import Options, scan_database, scan_log
from piiguard.scan.finding import Finding

Paste = Callable[[str], int]
NUMBERS = [n for serial in range(600) if iin.is_valid(n := f"0503123{serial:05}")][:40]


@dataclass
class Place:
    """A column that was scanned, and the fix of what was found there."""

    url: str
    finding: Finding
    fix: dict[str, Remedy]


@pytest.fixture(params=["iin", "details", "note"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIIGUARD_KEYRING", str(tmp_path / "keyring.json"))
    assert run(["keys", "init", "--wrap", f"file:{tmp_path / 'wrapping.key'}"]) == 0
    with closing(sqlite3.connect(tmp_path / "crm.db")) as connection:
        connection.execute(
            "create table people (id integer primary key, iin varchar(12), details text, note text)"
        )
        rows = [
            (number, f'{{"client": {{"iin": "{number}"}}}}', f"позвонить, ИИН {number}, срочно")
            for number in NUMBERS
        ]
        connection.executemany("insert into people (iin, details, note) values (?, ?, ?)", rows)
        connection.commit()
    url = "sqlite:///crm.db"
    [finding] = [f for f in scan_database(url).findings if f.column == request.param and f.entity == "KZ_IIN"]
    return Place(url, finding, {remedy.name: remedy for remedy in remedies(finding)})


def test_command_encrypts_the_column_and_makes_the_entry_shown(place: Place, paste: Paste) -> None:
    assert paste(place.fix["encrypt"].text) == 0
    assert [
        f
        for f in scan_database(place.url).findings
        if f.column == place.finding.column and f.protection != "encrypted"
    ] == []
    made = Manifest.load("piiguard.toml").columns
    assert made == Manifest.parse(place.fix["manifest"].text).columns


def test_model_reads_and_searches_what_the_command_encrypted(place: Place, paste: Paste) -> None:
    assert paste(place.fix["encrypt"].text) == 0

    class Base(DeclarativeBase):
        pass

    names: dict[str, Any] = {
        "Any": Any, "BlindIndex": BlindIndex, "Encrypted": Encrypted, "JSON": sa.JSON, "Mapped": Mapped,
        "String": sa.String, "keyring": Keyring.from_env(), "mapped_column": mapped_column, "Base": Base,
    }  # fmt: skip
    lines = place.fix["model"].text.splitlines()
    body = [
        "class Person(Base):",
        '__tablename__ = "people"',
        "id: Mapped[int] = mapped_column(primary_key=True)",
        *lines,
    ]
    exec(compile("\n    ".join(body), "model", "exec", dont_inherit=True), names)  # noqa: S102 - the text is what is tested
    person = names["Person"]
    engine = sa.create_engine(place.url)
    with Session(engine) as session:
        first = session.get(person, 1)
        assert first is not None
        value = getattr(first, place.finding.column or "")
        assert value["client"]["iin"] == NUMBERS[0] if isinstance(value, dict) else NUMBERS[0] in value
        if "BlindIndex" in place.fix["model"].text:
            found = session.scalars(sa.select(person).where(person.iin == NUMBERS[7])).one()
            assert found.id == 8
    engine.dispose()


def test_only_a_column_of_single_values_gets_an_index(place: Place) -> None:
    assert ("--index" in place.fix["encrypt"].text) == (place.finding.column == "iin")


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Remedy]:
    monkeypatch.chdir(tmp_path)
    Path("app.log").write_text(f"принят ИИН {NUMBERS[0]}\n" * 5, encoding="utf-8")
    [finding] = scan_log("app.log").findings
    return {remedy.name: remedy for remedy in remedies(finding)}


def test_set_up_of_logging_keeps_values_out(log: dict[str, Remedy]) -> None:
    root, stream = logging.getLogger(), StringIO()
    before = root.handlers[:]
    root.handlers[:] = [logging.StreamHandler(stream)]
    try:
        exec(log["logging"].text, {})  # noqa: S102
        logging.getLogger("app.deep").error("принят ИИН %s", NUMBERS[0])
    finally:
        root.handlers[:] = before
    assert stream.getvalue() == "принят ИИН 05**********\n"


def test_command_makes_a_clean_log(log: dict[str, Remedy], paste: Paste) -> None:
    assert paste(log["redact"].text) == 0
    assert Path("app.clean.log").read_text(encoding="utf-8") == "принят ИИН 05**********\n" * 5
    assert scan_log("app.clean.log").unprotected == ()


# Names that a shell, an option parser, Python or TOML could take for something else, and that can be pasted all the same.
NAMES = {
    "option": ("--manifest=evil", "toml"),
    "shell": ("a b; touch pwned", "$(touch pwned) `touch pwned` 'q' \"d\" !!"),
    "python": ("people", "x = open('pwned', 'w') #"),
    "keyword": ("select", "class"),
    "letters": ("адамдар", "жсн"),
    "formats": ("{} {{ 1 }} %s", "%(x)s :name ? [/b] [bold]"),
}


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIIGUARD_KEYRING", str(tmp_path / "keyring.json"))
    assert run(["keys", "init", "--wrap", f"file:{tmp_path / 'wrapping.key'}"]) == 0
    if request.param == "sqlite":
        return "sqlite:///crm.db"
    return str(request.getfixturevalue(f"{request.param}_url"))


def fill(url: str, table: str, column: str) -> None:
    engine = sa.create_engine(url)
    made = sa.Table(table, sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))
    made.append_column(sa.Column(column, sa.String(40), key="value"))
    made.create(engine)
    with engine.begin() as connection:
        connection.execute(made.insert(), [{"id": n, "value": number} for n, number in enumerate(NUMBERS, 1)])
    engine.dispose()


@pytest.mark.parametrize("named", NAMES)
def test_command_works_whatever_table_and_column_are_called(named: str, url: str, paste: Paste) -> None:
    table, column = NAMES[named]
    if url.startswith(
        "mysql"
    ):  # SQLAlchemy cannot reflect a column with a backtick there: the table is "unread"
        column = column.replace("`", "")
    fill(url, table, column)
    [finding] = scan_database(url).unprotected
    fix = {remedy.name: remedy for remedy in remedies(finding)}
    assert paste(fix["encrypt"].text) == 0
    assert scan_database(url).unprotected == ()
    assert Manifest.load("piiguard.toml").columns == Manifest.parse(fix["manifest"].text).columns
    assert not Path("pwned").exists()
    assert not Path("evil").exists()


@pytest.mark.parametrize("named", NAMES)
def test_model_line_is_one_column_and_no_other_statement(named: str, url: str, paste: Paste) -> None:
    if not url.startswith("sqlite"):
        pytest.skip("the line is the same for every database")
    table, column = NAMES[named]
    fill(url, table, column)
    [finding] = scan_database(url).unprotected
    fix = {remedy.name: remedy for remedy in remedies(finding)}
    assert paste(fix["encrypt"].text) == 0
    names: dict[str, Any] = {
        "BlindIndex": BlindIndex, "Encrypted": Encrypted, "Mapped": Mapped, "String": sa.String,
        "keyring": Keyring.from_env(), "mapped_column": mapped_column, "DeclarativeBase": DeclarativeBase,
    }  # fmt: skip
    body = [
        "class Base(DeclarativeBase): pass",
        "class Row(Base):",
        f"    __tablename__ = {table!r}",
        "    id: Mapped[int] = mapped_column(primary_key=True)",
        *(f"    {line}" for line in fix["model"].text.splitlines()),
    ]
    exec(compile("\n".join(body), "model", "exec", dont_inherit=True), names)  # noqa: S102 - the text is what is tested
    row = names["Row"]
    spelled = next(a.key for a in sa.inspect(row).column_attrs if a.columns[0].name == column)
    engine = sa.create_engine(url)
    with Session(engine) as session:
        assert session.scalars(sa.select(row).where(getattr(row, spelled) == NUMBERS[7])).one().id == 8
    engine.dispose()
    assert not Path("pwned").exists()


UNSAFE = ["a\nb", "\x1b[201~\x03", "\u202egpj", "a\u200bb", "a\x80", "x" * 5000]


@pytest.mark.parametrize("name", UNSAFE)
def test_name_that_cannot_be_pasted_gets_a_sentence_and_no_command(name: str) -> None:
    finding = Finding("sqlite:///a.db", "column", "KZ_IIN", "high", 0.9, 9, 9, "none", "", "people", name)
    assert [(remedy.name, remedy.text) for remedy in remedies(finding)] == [("unsafe_name", "")]
    assert "piiguard encrypt" not in next_step(finding)


FILES = [
    "app.log",
    "-o",
    "--output=victim.txt",
    "-",
    "a b$(touch pwned).log",
    "журнал.txt",
    "data",
    "records.jsonl",
]


@pytest.mark.parametrize("name", FILES)
def test_command_cleans_a_file_whatever_it_is_called(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, paste: Paste
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    monkeypatch.chdir("in")
    line = f'{{"iin": "{NUMBERS[0]}"}}\n' if name.endswith(".jsonl") else f"принят ИИН {NUMBERS[0]}\n"
    Path(name).write_text(line * 5, encoding="utf-8")
    [finding] = scan_log(f"./{name}").findings
    assert paste(next_step(finding)) == 0
    [clean] = {entry.name for entry in Path().iterdir()} - {name}
    assert "clean" in clean
    assert scan_log(f"./{clean}").unprotected == ()
    Path(clean).unlink()
    # and as a folder's scan names it
    [finding] = scan_log(".").findings
    assert paste(next_step(finding)) == 0
    assert {entry.name for entry in Path().iterdir()} == {name, clean}


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}
PEOPLE = "".join(f"{n},{number},Сынақов,+7701000{n:04}\n" for n, number in enumerate(NUMBERS))
ROWS = [line.split(",") for line in PEOPLE.splitlines()]
SOURCES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "log": ("-app.log", f"принят ИИН {NUMBERS[0]}\n" * 5, ()),
    "sheet": ("people.csv", f"no,iin,surname,phone\n{PEOPLE}", ()),
    "sheet of another name": ("people.txt", f"no;iin;surname;phone\n{PEOPLE}".replace(",", ";"), ("csv",)),
    "tabs": ("PEOPLE.TSV", f"no,iin,surname,phone\n{PEOPLE}".replace(",", "\t"), ()),
    "lines of JSON": (
        "people.ndjson",
        "".join(f'{{"iin": "{iin}", "phone": "{phone}"}}\n' for _, iin, _, phone in ROWS),
        (),
    ),
    "document": (
        "people.json",
        json.dumps([{"iin": iin, "surname": surname, "phone": phone} for _, iin, surname, phone in ROWS]),
        (),
    ),
    "dump": (
        "crm.sql",
        "COPY people (no, iin, surname, phone) FROM stdin;\n" + PEOPLE.replace(",", "\t") + "\\.\n",
        (),
    ),
    "inserts": (
        "crm.sql",
        "".join(
            f"INSERT INTO people (no, iin, surname, phone) VALUES ({n}, {iin}, '{surname}', '{phone}');\n"
            for n, iin, surname, phone in ROWS
        ),
        (),
    ),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_command_cleans_every_kind_of_file(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name, text, form = SOURCES[kind]
    ending = [*PACKED][[*SOURCES].index(kind) % len(PACKED)]
    options = Options(form=form[0]) if form else Options()
    Path(f"{name}{ending}").write_bytes(PACKED[ending](text.encode()))
    findings = scan_log(f"./{name}{ending}", options).unprotected
    assert {"KZ_IIN"} <= {finding.entity for finding in findings}
    [command] = {next_step(finding) for finding in findings}
    program, *words = shlex.split(command)
    assert (program, run(words)) == ("piiguard", 0)
    [clean] = {entry.name for entry in Path().iterdir()} - {f"{name}{ending}"}
    assert clean.endswith(ending)
    report = scan_log(f"./{clean}", options)
    assert (report.unprotected, report.complete) == ((), True)
