"""Every kind of fix is run as it stands in the report, on a real database and a real log."""

from __future__ import annotations

import logging
import shlex
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from piiguard.cli.main import run
from piiguard.keys import Keyring
from piiguard.manifest import Manifest
from piiguard.orm import BlindIndex, Encrypted
from piiguard.recognizers.checks import iin
from piiguard.report.remedy import Remedy, remedies
from piiguard.scan import scan_database, scan_log
from piiguard.scan.finding import Finding

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


def test_command_encrypts_the_column_and_makes_the_entry_shown(place: Place) -> None:
    command = shlex.split(place.fix["encrypt"].text)
    assert run([*command[1:], "--yes"]) == 0
    assert [
        f
        for f in scan_database(place.url).findings
        if f.column == place.finding.column and f.protection != "encrypted"
    ] == []
    made = Manifest.load("piiguard.toml").columns
    assert made == Manifest.parse(place.fix["manifest"].text).columns


def test_model_reads_and_searches_what_the_command_encrypted(place: Place) -> None:
    assert run([*shlex.split(place.fix["encrypt"].text)[1:], "--yes"]) == 0

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


def test_command_makes_a_clean_log(log: dict[str, Remedy]) -> None:
    assert run(shlex.split(log["redact"].text)[1:]) == 0
    assert Path("app.clean.log").read_text(encoding="utf-8") == "принят ИИН 05**********\n" * 5
    assert scan_log("app.clean.log").unprotected == ()
