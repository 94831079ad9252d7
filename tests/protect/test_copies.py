"""What a database has made of a column's plaintext elsewhere is named, or stops the job: an oracle looks everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.cli.main import run as piiguard
from piiguard.database import open_engine
from piiguard.errors import JobError
from piiguard.keys import Keyring
from piiguard.manifest import ProtectedColumn
from piiguard.protect import Job, encrypt
from piiguard.protect.jobs.plan import plan_encrypt
from piiguard.protect.schema.residue import clean

ITEM = ProtectedColumn("folk", "name", "folk.name")
PG, MY, LITE = "postgresql", "mysql", "sqlite"
ALL = (PG, MY, LITE)
WORD = "qazaqbay"
FUNCTION = "create function f() returns trigger language plpgsql as $$ begin {} return new; end $$"
FTS_FED = "create trigger feed after insert on folk begin insert into words (rowid, name) values (new.id, new.name); end"
LOG = "create table log (id integer, what varchar(200))"
ANY_WRITE = "before insert or update on folk for each row execute function"
EACH_ROW = "after insert on folk for each row"

# what has a copy: databases, statements before a row is written, those behind it, the name that must be told
COPIES: dict[str, tuple[tuple[str, ...], list[str], list[str], str]] = {
    "full text with the table's content": (
        (LITE,),
        ["create virtual table words using fts5(name, content='folk', content_rowid='id')"],
        ["insert into words (words) values ('rebuild')"],
        "words",
    ),
    "full text of an older kind": (
        (LITE,),
        ["create virtual table words using fts4(content=\"folk\", name)"],
        ["insert into words (words) values ('rebuild')"],
        "words",
    ),
    "full text over a view": (
        (LITE,),
        [
            "create view shown as select id, name from folk",
            "create virtual table words using fts5(name, content=shown, content_rowid=id)",
        ],
        ["insert into words (words) values ('rebuild')"],
        "words",
    ),
    "full text that a trigger feeds": ((LITE,), ["create virtual table words using fts5(name)", FTS_FED], [], "words"),
    "full text without content": ((LITE,), ["create virtual table words using fts5(name, content='')", FTS_FED], [], "words"),
    "full text that the application feeds": (
        (LITE,),
        ["create virtual table words using fts5(name)"],
        ["insert into words (rowid, name) select id, name from folk"],
        "words",
    ),
    "full text of the server": ((MY,), ["create fulltext index words on folk (name)"], [], "words"),
    "an index of words": ((PG,), ["create index words on folk using gin (to_tsvector('simple', name))"], [], "words"),
    "generated words": (
        (PG,),
        ["alter table folk add words tsvector generated always as (to_tsvector('simple', name)) stored"],
        [],
        "words",
    ),
    "words of the server's own trigger": (
        (PG,),
        [
            "alter table folk add words tsvector",
            f"create trigger feed {ANY_WRITE} tsvector_update_trigger(words, 'pg_catalog.simple', name)",
        ],
        [],
        "feed",
    ),
    "words of a trigger": (
        (PG,),
        [
            "alter table folk add words tsvector",
            FUNCTION.format("new.words := to_tsvector('simple', new.name);"),
            f"create trigger feed {ANY_WRITE} f()",
        ],
        [],
        "feed",
    ),
    "a log of the column": (
        (PG,),
        [
            LOG,
            FUNCTION.format("insert into public.log values (new.id, new.name);"),
            f"create trigger feed {EACH_ROW} execute function f()",
        ],
        [],
        "feed",
    ),
    "a log of whole rows": (
        (PG,),
        [
            "create table log (what jsonb)",
            FUNCTION.format("insert into public.log values (to_jsonb(new));"),
            f"create trigger feed {EACH_ROW} execute function f()",
        ],
        [],
        "feed",
    ),
    "a log of statements' rows": (
        (PG,),
        [
            "create table log (what jsonb)",
            FUNCTION.format("insert into public.log select to_jsonb(fresh) from fresh;"),
            "create trigger feed after insert on folk referencing new table as fresh for each statement execute function f()",
        ],
        [],
        "feed",
    ),
    "a log of MariaDB": ((MY,), [LOG, f"create trigger feed {EACH_ROW} insert into log values (new.id, new.name)"], [], "feed"),
    "a log of SQLite": (
        (LITE,),
        [LOG, "create trigger feed after insert on folk begin insert into log values (new.id, new.name); end"],
        [],
        "feed",
    ),
    "a history of a routine": (
        (MY,),
        [LOG, "create procedure feed() insert into log select id, name from folk"],
        ["call feed()"],
        "feed",
    ),
    "a rule": ((PG,), [LOG, "create rule feed as on insert to folk do also insert into log values (new.id, new.name)"], [], "feed"),
    "a materialized view": ((PG,), ["create materialized view shown as select name from folk"], ["refresh materialized view shown"], "shown"),
    "a materialized view over a view": (
        (PG,),
        ["create view inner_one as select id, name from folk", "create materialized view shown as select name from inner_one"],
        ["refresh materialized view shown"],
        "shown",
    ),
    "the history of a table": ((MY,), ["alter table folk add system versioning"], ["update folk set name = 'other'"], "folk"),
}  # fmt: skip
CASES = [
    pytest.param(database, case, id=f"{case}-{database}")
    for case, (databases, *_rest) in COPIES.items()
    for database in databases
]


@pytest.fixture
def made(request: pytest.FixtureRequest) -> Iterator[Callable[[str, str], sa.Engine]]:
    engines: list[sa.Engine] = []

    def make(database: str, case: str) -> sa.Engine:
        fixture = {PG: "postgresql_url", MY: "mariadb_url", LITE: "sqlite_url"}[database]
        engine = open_engine(request.getfixturevalue(fixture))
        engines.append(engine)
        _, before, behind, _ = COPIES[case]
        room = "text" if database != MY else "varchar(400)"
        plain = sa.create_engine(
            engine.url
        )  # piiguard's own lets no trigger of SQLite write to a virtual table
        engines.append(plain)
        with plain.begin() as connection:
            connection.exec_driver_sql(f"create table folk (id integer not null primary key, name {room})")
            for statement in (*before, f"insert into folk values (1, '{WORD}')", *behind):
                connection.exec_driver_sql(statement.replace("values (1", "(id, name) values (1"))
        return engine

    yield make
    for engine in engines:
        engine.dispose()


def holders(engine: sa.Engine) -> list[str]:
    """Every table and view of the server's that shows the word, and the file of SQLite."""
    if engine.dialect.name == "sqlite":
        found = Path(str(engine.url.database)).read_bytes()
        return ["file"] if WORD.encode() in found else []
    kind = {PG: "{0}::text", MY: "concat_ws(' ', {1})"}[engine.dialect.name]
    shown = []
    with engine.connect() as connection:
        look = sa.inspect(connection)
        names = look.get_table_names()
        names += look.get_materialized_view_names() if engine.dialect.name == PG else []
        for name in names:
            columns = ", ".join(f"`{column['name']}`" for column in look.get_columns(name))
            rows = connection.exec_driver_sql(f"select {kind.format(name, columns)} from {name}").scalars()
            shown += [name] if any(WORD in str(row) for row in rows) else []
    return shown


@pytest.mark.parametrize(("database", "case"), CASES)
def test_a_copy_of_the_plaintext_is_named_or_stops_the_job(
    made: Callable[[str, str], sa.Engine], keyring: Keyring, database: str, case: str
) -> None:
    """Where the column is swapped, and where its texts are converted in place."""
    engine, name = made(database, case), COPIES[case][3]
    job, named = Job(engine, keyring), []
    for item in (ITEM, replace(ITEM, storage="text")):
        try:
            notes = [note for stage in plan_encrypt(job, item) for note in stage.notes]
        except JobError:
            with pytest.raises(JobError, match=f"{name}|inner_one"):
                encrypt(job, item)
        else:
            assert any(f"{name}:" in note for note in notes)
            named.append(item)
    for item in named[:1]:
        assert encrypt(job, item).residues
        clean(engine)
        assert holders(engine)  # else there was nothing to name


@pytest.mark.parametrize("case", ["full text over a view", "full text that a trigger feeds"])
def test_after_what_the_refusal_advises_the_file_holds_no_word(
    made: Callable[[str, str], sa.Engine], keyring: Keyring, case: str
) -> None:
    engine = made(LITE, case)
    with pytest.raises(JobError) as refused:
        encrypt(Job(engine, keyring), ITEM)
    with engine.begin() as connection:
        for statement in str(refused.value.hint).split("; "):
            connection.exec_driver_sql(statement)
    assert not encrypt(Job(engine, keyring), ITEM).residues
    clean(engine)
    assert not holders(engine)


def test_status_lists_what_was_named_until_somebody_says_that_it_is_clean(
    made: Callable[[str, str], sa.Engine],
    keyring_file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[Any],
) -> None:
    engine = made(LITE, "a log of SQLite")
    options = ["--keyring", str(keyring_file), "--manifest", str(tmp_path / "piiguard.toml")]
    url = str(engine.url)
    assert piiguard(["encrypt", url, "folk.name", "--yes", *options]) == 0
    assert "copies: triggers" in capsys.readouterr().err
    piiguard(["status", url, *options])
    assert "may be left: copies: folk.name, since" in capsys.readouterr().out
    piiguard(["status", url, "--cleaned", "copies", *options])
    assert "clean: copies: folk.name, noted" in capsys.readouterr().out


@pytest.mark.parametrize("database", ALL)
def test_a_trigger_that_knows_nothing_of_the_column_is_no_copy(
    made: Callable[[str, str], sa.Engine], keyring: Keyring, database: str
) -> None:
    other = {
        PG: [LOG, FUNCTION.format("insert into public.log values (new.id, 'seen');"),
             f"create trigger feed {EACH_ROW} execute function f()"],
        MY: [LOG, f"create trigger feed {EACH_ROW} insert into log values (new.id, 'seen')"],
        LITE: [LOG, "create trigger feed after insert on folk begin insert into log values (new.id, 'seen'); end"],
    }  # fmt: skip
    COPIES["nothing"] = ((database,), other[database], [], "")
    engine = made(database, "nothing")
    assert not encrypt(Job(engine, keyring), ITEM).residues
