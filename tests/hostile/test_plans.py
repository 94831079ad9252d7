"""What is printed to be read, pasted or signed: a name of a table puts no line and no statement of its own into it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.cli import main
from piiguard.cli.say_plan import UNSEEN_IN_SQL, statements
from piiguard.names import toml

from .files import iin
from .names import CONTROLS

NUMBER = iin(1)
TABLES = {
    "a statement of its own": "o\nDROP TABLE people; --",
    "a line of the receipt": "o\n- people: destroyed, rows: 1",
    **{f"controls: {what}": name for what, name in CONTROLS.items() if what != "surrogate"},
}
UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
POLICY = 'organisation = "Uly Dala"\npurpose = "sabaq"\norigin = "siz"\nretention = "3y"\n'


@pytest.fixture(params=["a statement of its own", "a line of the receipt", "controls: escape"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database in which rows of such a table hang on a person."""
    monkeypatch.chdir(tmp_path)
    name = TABLES[request.param]
    engine = sa.create_engine("sqlite:///crm.db")
    metadata = sa.MetaData()
    people = sa.Table(
        "people", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("iin", sa.Text)
    )
    people.append_column(sa.Column("seen", sa.Text))
    sa.Table(
        name, metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("pid", sa.ForeignKey("people.id")),
        sa.Column("iin", sa.Text),
    )  # fmt: skip
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(people.insert(), [{"id": 1, "iin": NUMBER, "seen": "2001-01-01"}])
        connection.execute(metadata.tables[name].insert(), [{"id": 1, "pid": 1, "iin": NUMBER}])
    engine.dispose()
    Path("piiguard.toml").write_text(
        '[[subjects]]\ntable = "people"\nkey = "id"\nidentifiers = ["iin"]\nerase = "delete"\n'
        f'last_activity = "people.seen"\n\n[[subjects.tables]]\ntable = {toml(name)}\nerase = "delete"\n'
    )
    Path("policy.toml").write_text(POLICY)
    return name


def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    monkeypatch.setattr("sys.stdin", _Said(f"iin={NUMBER}\n"))
    assert main.run([*words]) in (0, 3)
    return capsys.readouterr().out


class _Said(list[str]):
    """A standard input that says this."""

    def __init__(self, text: str) -> None:
        super().__init__(text.splitlines(keepends=True))

    def isatty(self) -> bool:
        return False

    def readline(self, *_: Any) -> str:
        return self.pop(0) if self else ""

    def read(self, *_: Any) -> str:
        text, self[:] = "".join(self), []
        return text

    def __iter__(self) -> Iterator[str]:
        while self:
            yield self.pop(0)


def unseen(text: str) -> set[str]:
    return {sign for sign in text if sign != "\n" and unicodedata.category(sign) in UNSEEN}


def test_a_plan_is_statements_of_ours_alone_and_says_where_it_is_not_to_be_pasted(
    place: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = [
        printed(capsys, monkeypatch, "subject", "erase", "sqlite:///crm.db", "--plan"),
        printed(
            capsys,
            monkeypatch,
            "retention",
            "sqlite:///crm.db",
            "--policy",
            "policy.toml",
            "--erase",
            "--plan",
        ),
    ]
    for said in plans:
        assert unseen(said) == set()
        first, *lines = said.splitlines()
        assert first == f"-- {UNSEEN_IN_SQL}"
        assert len(lines) == 2
        assert all(line.startswith("DELETE FROM ") for line in lines)


def test_a_receipt_has_no_line_of_a_strangers(
    place: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = printed(capsys, monkeypatch, "subject", "erase", "sqlite:///crm.db", "--yes", "--lang", "en")
    assert unseen(said) == set()
    assert len([line for line in said.splitlines() if line.startswith("- ")]) == 2


@pytest.mark.parametrize("what", TABLES)
def test_a_statement_is_printed_as_it_is_or_said_not_to_be(what: str) -> None:
    name = TABLES[what]
    plain = ["DELETE FROM people\nWHERE id = ?;", 'DELETE FROM "people of Uly Dala";']
    assert statements(plain) == plain
    assert statements([*plain, f'DELETE FROM "{name}";'])[0] == f"-- {UNSEEN_IN_SQL}"
