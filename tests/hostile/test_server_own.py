"""Tables called as those that our jobs keep: whoever may create objects in the schema can make them first."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from piiguard import database
from piiguard.cli.main import run as piiguard
from piiguard.errors import DatabaseError
from piiguard.protect import state

from . import schemas

COLUMNS = {
    "piiguard_jobs": "table_name varchar(190), part int, kind varchar(20), columns text, keyring_id varchar(36),"
    " generation bigint, target bigint, state varchar(10), owner varchar(32), host varchar(190), low text,"
    " high text, last_key text, changed bigint, missed bigint, failed bigint, started varchar(32), updated varchar(32)",
    "piiguard_state": "name varchar(190), keyring_id varchar(36), generation bigint, updated varchar(32)",
    "piiguard_residues": "place varchar(150), what varchar(20), since varchar(32), cleaned varchar(32),"
    " cleaned_by varchar(190)",
    "piiguard_restricted": "name varchar(64), table_name varchar(190), sealed bytea",
}
SUBJECTS = """
[[subjects]]
table = "people"
key = "id"
identifiers = ["iin", "phone"]
erase = "delete"
restrict = "seal"
"""
WHOM = f"iin={schemas.iin(3)}\n"
STORY = [
    ("encrypt", "{url}", "people.phone", "--index", "phone_index", "--normalizer", "phone/2", "--yes"),
    ("status", "{url}"),
    ("status", "{url}", "--cleaned", "backups"),
    ("verify", "{url}"),
    ("rotate", "{url}"),
    ("keys", "verify", "--database", "{url}"),
    ("subject", "find", "{url}", "--by", "iin"),
    ("subject", "restrict", "{url}", "--by", "iin", "--yes"),
    ("subject", "erase", "{url}", "--by", "iin", "--yes"),
    ("decrypt", "{url}", "people.phone", "--yes"),
]


@pytest.fixture
def url(postgresql_url: str) -> str:
    schemas.innocent(postgresql_url)
    return postgresql_url


@pytest.fixture
def folder(tmp_path: Path, keyring_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(keyring_file.parent, tmp_path / "keys")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIIGUARD_KEYRING", str(tmp_path / "keys" / keyring_file.name))
    monkeypatch.delenv("PIIGUARD_MANIFEST", raising=False)
    Path("piiguard.toml").write_text(SUBJECTS, encoding="utf-8")
    return tmp_path


def armed(database: str, name: str, kind: str) -> list[str]:
    """The stranger's: a table of this name whose trigger is his, or a view that calls his function."""
    trap = schemas._trap(database)
    if kind == "view":
        cast = COLUMNS[name].replace("'", "").split(", ")
        items = [f"null::{' '.join(one.split()[1:])} as {one.split()[0]}" for one in cast]
        return [
            trap,
            f"create view public.{name} as select {', '.join(items)} where public.trap() is null",
            f"grant all on public.{name} to public",
        ]
    return [
        trap,
        (
            "create function public.springs() returns trigger language plpgsql as"
            " $$ begin perform public.trap(); return null; end $$"
        ),
        f"create table public.{name} ({COLUMNS[name]})",
        (
            f"create trigger springs before insert or update or delete on public.{name}"
            " for each statement execute function public.springs()"
        ),
        f"grant all on public.{name} to public",
    ]


def answers(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    for command in STORY:
        monkeypatch.setattr("sys.stdin", io.StringIO(WHOM))
        yield piiguard([part.format(url=url) for part in command])


@pytest.mark.parametrize("kind", ["table", "view"])
@pytest.mark.parametrize("name", COLUMNS)
def test_a_stranger_s_table_of_our_name_runs_nothing_and_is_named(
    url: str,
    folder: Path,
    name: str,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with schemas.stranger(url) as mallory, schemas.canary(url):
        schemas.run_as(url, mallory, armed(str(sa.make_url(url).database), name, kind))
        list(answers(url, monkeypatch))
        said = capsys.readouterr().err
        assert name in said
        assert mallory in said
        assert "Traceback" not in said


@pytest.mark.parametrize("owner", ["the account", "the owner of the schema"])
def test_tables_of_the_account_and_of_the_schema_s_owner_are_ours(
    url: str, folder: Path, owner: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with schemas.stranger(url) as other:
        if owner == "the owner of the schema":
            schemas.run(url, f"alter schema public owner to {other}")
            schemas.run_as(
                url,
                other,
                [
                    f"create table public.{name} ({COLUMNS[name]})"
                    for name in ("piiguard_jobs", "piiguard_state")
                ],
            )
        codes = list(answers(url, monkeypatch))
        assert "it belongs to" not in capsys.readouterr().err
        assert codes[0] == 0
        schemas.run(url, "alter schema public owner to current_user")


@pytest.mark.parametrize("server", ["sqlite", "mariadb"])
def test_a_view_of_our_name_is_not_asked(server: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}" if server == "sqlite" else request.getfixturevalue("mariadb_url")
    if server == "sqlite":
        (tmp_path / "x.db").touch()
    schemas.run(url, "create view piiguard_state as select 'keyring' as name")
    engine = database.open_engine(url)
    with (
        database.connect(engine) as connection,
        pytest.raises(DatabaseError, match="piiguard_state: it is a view"),
    ):
        state.pinned(connection, "00000000-0000-0000-0000-000000000000", 1)
    engine.dispose()
