"""Whatever stops an encryption after its work has begun, the table, its triggers and the manifest are as they were."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from piiguard.cli.main import run as piiguard

from .conftest import People
from .schemas import dump

PG, MY, LITE = "postgresql", "mysql", "sqlite"
TWINS = [
    "insert into people (id, iin) values (1, '05031230')",
    "insert into people (id, iin) values (2, '050312-30')",
]
ROWS = [
    "insert into people (id, iin) values (1, '050312300015')",
    "insert into people (id, iin) values (2, '010203300015')",
]
SAYS_NO = {
    PG: [
        "create function no() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$",
        "create trigger zz before update on people for each row execute function no()",
    ],
    MY: ["create trigger zz before update on people for each row signal sqlstate '45000'"],
    LITE: ["create trigger zz before update on people begin select raise(abort, 'no'); end"],
}
KEEPS = {
    PG: [
        "create function keep() returns trigger language plpgsql as $$ begin return null; end $$",
        "create trigger zz before update on people for each row when (old.id = 2) execute function keep()",
    ],
    MY: ["create trigger zz before update on people for each row set new.iin = old.iin"],
    LITE: ["create trigger zz before update on people when old.id = 2 begin select raise(ignore); end"],
}
# what stops it, the statements by database, more words of the command, the databases
STOPS: list[tuple[str, Callable[[str], list[str]], list[str], tuple[str, ...]]] = [
    ("twins", lambda kind: TWINS, [], (PG, MY, LITE)),
    ("twins-in-place", lambda kind: TWINS, ["--storage", "text"], (PG, MY, LITE)),
    ("raises", lambda kind: [*ROWS, *SAYS_NO[kind]], [], (PG, MY, LITE)),
    ("raises-in-place", lambda kind: [*ROWS, *SAYS_NO[kind]], ["--storage", "text"], (PG, MY, LITE)),
    ("keeps", lambda kind: [*ROWS, *KEEPS[kind]], [], (PG, LITE)),
    ("no-such-sign", lambda kind: [
        "alter table people modify iin varchar(12) character set cp1251 not null",
        "insert into people (id, iin) values (1, x'98')",
    ], [], (MY,)),
]  # fmt: skip


CASES = [
    pytest.param(kind, statements(kind), words, id=f"{name}-{kind}")
    for name, statements, words, kinds in STOPS
    for kind in kinds
]
FIXTURES = {PG: "postgresql_url", MY: "mariadb_url", LITE: "sqlite_url"}


@pytest.mark.parametrize(("kind", "statements", "words"), CASES)
def test_a_refused_encryption_leaves_no_trace(
    make_people: Callable[[str], People],
    request: pytest.FixtureRequest,
    keyring_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    statements: list[str],
    words: list[str],
) -> None:
    people = make_people(request.getfixturevalue(FIXTURES[kind]))
    with people.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    before, rows = dump(people.engine), people.rows()
    manifest = tmp_path / "piiguard.toml"
    monkeypatch.chdir(tmp_path)
    url = people.engine.url.render_as_string(hide_password=False)
    command = [
        "encrypt",
        url,
        "people.iin",
        "--index",
        "iin_index",
        "--normalizer",
        "digits",
        "--yes",
        *words,
    ]
    assert piiguard([*command, "--manifest", str(manifest), "--keyring", str(keyring_file)]) == 1
    assert dump(people.engine, jobs=False) == before
    assert people.rows() == rows
    assert not manifest.exists() or "iin" not in manifest.read_text(encoding="utf-8")
