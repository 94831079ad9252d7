"""Tables of MariaDB that keep what is taken out of them: nothing of a person is said to be gone that is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard.cli.main import run
from piiguard.errors import SubjectError
from piiguard.keys import Keyring
from piiguard.manifest import Manifest
from piiguard.subjects import Identifier, erase_subject, find_subject, restrict_subject
from tests.subjects.benches import POLICY

IIN = "050312300015"
MANIFEST = """
[[subjects]]
table = "students"
key = "id"
identifiers = ["iin"]
erase = "delete"
restrict = "seal"
last_activity = "students.last_login"
"""
WAYS = {"with system versioning": "its history is not searched", "engine=MyISAM": "has no transactions"}


@pytest.fixture(params=sorted(WAYS))
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def url(way: str, mariadb_url: str) -> str:
    with sa.create_engine(mariadb_url, poolclass=sa.NullPool).begin() as connection:
        columns = "(id integer primary key, iin varchar(12), last_login datetime)"
        connection.exec_driver_sql(f"create table students {columns} {way}")
        connection.exec_driver_sql(f"insert into students values (1, '{IIN}', '2015-01-01')")
    return mariadb_url


def rows(url: str) -> list[tuple[object, ...]]:
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql("select id, iin from students")]


@pytest.mark.parametrize("act", [erase_subject, restrict_subject])
def test_a_person_is_not_taken_out_of_a_table_that_keeps_what_went(
    act: Callable[..., object], way: str, url: str, tmp_path: Path
) -> None:
    keyring = Keyring.create(tmp_path / "keyring.json", [f"file:{tmp_path / 'wrapping.key'}"]).open()
    with pytest.raises(SubjectError, match=WAYS[way]):
        act(url, [Identifier.of("iin", IIN)], manifest=Manifest.parse(MANIFEST), keyring=keyring)
    assert rows(url) == [(1, IIN)]


def test_the_history_of_a_table_is_named_as_not_searched(way: str, url: str) -> None:
    report = find_subject(url, [Identifier.of("iin", IIN)], manifest=Manifest.parse(MANIFEST))
    assert ["its history is not searched" in one.reason for one in report.unread] == (
        [True] if "versioning" in way else []
    )


def test_no_row_past_its_term_is_destroyed_in_such_a_table(
    way: str, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "piiguard.toml").write_text(MANIFEST, "utf-8")
    (tmp_path / "policy.toml").write_text(POLICY, "utf-8")
    code = run(["retention", url, "--policy", "policy.toml", "--erase", "--yes"])
    out, err = capsys.readouterr()
    assert code != 0
    assert WAYS[way] in " ".join((out + err).split())
    assert rows(url) == [(1, IIN)]
