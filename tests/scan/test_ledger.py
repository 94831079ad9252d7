"""Law 1: nothing unread is clean.

Each kind is a source of which its maker knows what lies in it, whether all of it can be searched, and which place cannot.
Exit 0 is right for none of them: either a value was planted, or something is left unread, or nothing was there to search.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import new_database
from tests.corpora import ROWS, entities, scan, unread
from tests.ledgers import IINS, KINDS, LOG, PLAIN, SERVERS, WHOLE, file_of, sqlite_of


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[int, dict[str, Any]]]:
    """The exit code and the document of each kind, scanned once."""
    known: dict[str, tuple[int, dict[str, Any]]] = {}

    def once(name: str) -> tuple[int, dict[str, Any]]:
        if name not in known:
            folder = tmp_path_factory.mktemp("kind")
            (folder / "in").mkdir()
            kind = KINDS[name]
            known[name] = scan(kind.make(folder / "in"), *kind.options, out=folder / "o.json")
        return known[name]

    return once


@pytest.mark.parametrize("name", list(KINDS))
def test_the_exit_code_is_incomplete_or_found_but_never_clean(name: str, told: Any) -> None:
    kind = KINDS[name]
    assert told(name)[0] == (4 if kind.places or not kind.found else 3)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.places])
def test_every_unread_place_is_named(name: str, told: Any) -> None:
    assert all(place in unread(told(name)[1]) for place in KINDS[name].places)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if not kind.places])
def test_nothing_is_unread_where_all_can_be_read(name: str, told: Any) -> None:
    assert unread(told(name)[1]) == ""


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.found])
def test_what_can_be_reached_is_found(name: str, told: Any) -> None:
    findings = told(name)[1]["findings"]
    assert sum(each["matched"] for each in findings if each["entity"] == "KZ_IIN") >= KINDS[name].count


@pytest.mark.parametrize("name", list(KINDS))
def test_nothing_plain_is_called_encrypted(name: str, told: Any) -> None:
    assert all(each["protection"] == "none" for each in told(name)[1].get("findings", ()))


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.rows])
def test_a_table_smaller_than_the_sample_is_read_to_its_last_row(name: str, told: Any) -> None:
    assert told(name)[1]["targets"][0]["rows_read"] == KINDS[name].rows


@pytest.mark.parametrize("name", ["the list of what is unread"])
def test_each_target_lists_what_is_unread(name: str, told: Any) -> None:
    assert all(isinstance(target["unread"], list) for target in told("a log")[1]["targets"]), name


@pytest.mark.parametrize("name", ["a part of the rows"])
def test_a_sample_is_told_as_a_sample(name: str, tmp_path: Path) -> None:
    _, document = scan(sqlite_of()(tmp_path), "--sample", "100", out=tmp_path / "o.json")
    assert document["targets"][0]["rows_read"] == 100, name
    assert str(ROWS) in json.dumps(document["targets"]), "of how many"


@pytest.mark.parametrize("name", ["an empty file", "an empty folder", "an empty database"])
def test_what_is_empty_is_clean_when_that_is_allowed(name: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    assert scan(KINDS[name].make(tmp_path / "in"), "--allow-empty", out=tmp_path / "o.json")[0] == 0


def test_what_is_excluded_is_named_and_does_not_count(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    table = sqlite_of("create table other as select * from people")(folder)
    for name in ("a.log", "b.log", ".hidden"):
        file_of(name, LOG)(folder)
    code, document = scan(
        folder, "--exclude", "b.*", "--exclude", "oth*", "--exclude", ".h*", out=tmp_path / "o.json"
    )
    assert (code, [target["tables"] for target in document["targets"]]) == (3, [1, None])
    assert {each["place"] for each in document["notes"]} == {
        "other",
        str(folder / "b.log"),
        str(folder / ".hidden"),
    }
    assert {each["file"] for each in document["findings"] if each["kind"] == "file"} == {
        str(folder / "a.log")
    }
    assert table.exists()


def test_a_log_without_personal_data_is_clean(tmp_path: Path) -> None:
    assert scan(file_of("a.log", PLAIN)(tmp_path), out=tmp_path / "o.json")[0] == 0


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "mariadb"])
def test_a_sample_has_as_many_rows_as_asked_for_wherever_the_keys_lie(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue(f"{name}_url")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    key = sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False)
    table = sa.Table("people", sa.MetaData(), key, sa.Column("iin", sa.String(12)))
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(
            table.insert(), [{"id": row if row else 9 * 10**18, "iin": each} for row, each in enumerate(IINS)]
        )
    code, document = scan(url, "--sample", "100", out=tmp_path / "o.json")
    assert (code, document["targets"][0]["rows_read"]) == (3, 100)


@settings(max_examples=8)
@given(cut=st.integers(10, len(WHOLE) - 1))
def test_a_compressed_log_cut_anywhere_is_never_clean(
    cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    assert scan(file_of("a.gz", WHOLE[:cut])(folder), out=folder / "o.json")[0] in (3, 4)


@pytest.mark.parametrize("name", list(SERVERS))
def test_what_a_role_may_not_read_is_named(name: str, postgresql_server: str, tmp_path: Path) -> None:
    statement, place = SERVERS[name]
    with ExitStack() as stack:
        url = new_database(postgresql_server, stack)
        role = f"r{sa.make_url(url).database}"
        admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with admin.connect() as connection:
            run = connection.exec_driver_sql
            run(f"create role {role} login password 'test'")
            stack.callback(lambda: _drop(admin, role))
            run("create table seen (id int, iin text); create table secret (id int, iin text)")
            for each in ("seen", "secret"):
                run(
                    f"insert into {each} select g, (array[{str(IINS)[1:-1]}])[g] from generate_series(1, {ROWS}) g"
                )
            run(f"grant select on seen, secret to {role}")
            run(statement.format(role=role))
        asked = sa.make_url(url).set(username=role, password="test").render_as_string(hide_password=False)
        code, document = scan(asked, out=tmp_path / "o.json")
    assert code == (4 if place else 3)
    assert "KZ_IIN" in entities(document)
    assert place in unread(document)


def _drop(admin: sa.Engine, role: str) -> None:
    with admin.connect() as connection:
        connection.exec_driver_sql(f"drop owned by {role}; drop role {role}")
