"""What hangs on a column is kept, made again, given up by name, or stops the job before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.database import open_engine
from piiguard.errors import JobError
from piiguard.keys import Keyring
from piiguard.manifest import ProtectedColumn
from piiguard.protect.jobs.decrypt import decrypt
from piiguard.protect.jobs.encrypt import encrypt, look
from piiguard.protect.jobs.job import Job
from piiguard.protect.jobs.plan import plan_encrypt
from piiguard.protect.jobs.rotate import rotate

from .schemas import dump

ITEM = ProtectedColumn("folk", "iin", "folk.iin", index="iin_index", normalizer="digits")
BARE = ProtectedColumn("folk", "iin", "folk.iin")
TEXT = ProtectedColumn("folk", "iin", "folk.iin", storage="text")
VALUES = ("050312300015", "061225400023")
TABLE = (
    "create table folk (id integer not null primary key, iin varchar(200), city varchar(20), zip varchar(9))"
)

PG, MY, LITE = "postgresql", "mysql", "sqlite"
ALL = (PG, MY, LITE)

# what stands in the way: databases, statements, the name that must be told
REFUSED: list[tuple[str, tuple[str, ...], list[str], str]] = [
    ("check", (PG, MY), ["alter table folk add constraint no_249 check (iin <> '000000000249')"], "no_249"),
    ("check-of-two", (PG, MY), ["alter table folk add constraint two check (iin <> city)"], "two"),
    ("unique-of-two", ALL, ["create unique index uq_two on folk (city, iin)"], "uq_two"),
    ("foreign-key-to-it", (PG, MY), [
        "alter table folk add constraint one unique (iin)",
        "create table cards (iin varchar(200), constraint fk_card foreign key (iin) references folk (iin))",
    ], "fk_card"),
    ("foreign-key-from-it", (PG, MY), [
        "create table known (iin varchar(200) primary key)",
        *(f"insert into known values ('{value}')" for value in VALUES),
        "alter table folk add constraint fk_known foreign key (iin) references known (iin)",
    ], "fk_known"),
    ("expression-index", (PG, LITE), ["create index ix_low on folk (lower(iin))"], "ix_low"),
    ("partial-index-of-content", (PG, LITE), ["create index ix_some on folk (city) where iin <> ''"], "ix_some"),
    ("generated", (PG,), ["alter table folk add tail text generated always as (right(iin, 4)) stored"], "tail"),
    ("generated", (MY,), ["alter table folk add tail varchar(4) as (right(iin, 4)) stored"], "tail"),
    ("generated", (LITE,), ["alter table folk add tail text generated always as (substr(iin, -4))"], "tail"),
    ("view", (PG,), ["create view v_folk as select id, iin from folk"], "v_folk"),
    ("matview", (PG,), ["create materialized view m_folk as select id, iin from folk"], "m_folk"),
    ("policy", (PG,), ["create policy p_folk on folk using (iin <> '')"], "p_folk"),
    ("rule", (PG,), ["create rule r_folk as on update to folk where new.iin = '' do instead nothing"], "r_folk"),
    ("trigger-of", (PG,), [
        "create function f() returns trigger language plpgsql as 'begin return new; end'",
        "create trigger t_of after update of iin on folk for each row execute function f()",
    ], "t_of"),
    ("trigger-when", (PG,), [
        "create function f() returns trigger language plpgsql as 'begin return new; end'",
        "create trigger t_when after update on folk for each row when (new.iin <> '') execute function f()",
    ], "t_when"),
    ("function-body", (PG,), [
        "create function g() returns bigint begin atomic select count(iin) from folk; end",
    ], "g()"),
    ("sequence", (PG,), ["create sequence s_folk owned by folk.iin"], "s_folk"),
    ("gin", (PG,), ["create index ix_words on folk using gin (to_tsvector('simple', iin))"], "ix_words"),
    ("exclusion", (PG,), ["alter table folk add constraint ex_folk exclude (iin with =)"], "ex_folk"),
    ("fulltext", (MY,), ["create fulltext index ft_folk on folk (iin)"], "ft_folk"),
    ("history", (MY,), ["alter table folk add system versioning"], "folk"),
    ("no-transactions", (MY,), ["alter table folk engine = MyISAM"], "MyISAM"),
    ("no-transactions", (MY,), ["alter table folk engine = Aria"], "Aria"),
    ("unique-by-its-beginning", (MY,), ["create unique index uq_begin on folk (iin(11))"], "uq_begin"),
    ("not-null-of-a-domain", (PG,), [
        "create domain inner_code as varchar(200) not null",
        "create domain code as inner_code",
        "alter table folk alter iin type code",
    ], "inner_code"),
    ("column-check", (MY,), ["alter table folk modify iin varchar(200) check (char_length(iin) = 12)"], "iin"),
]  # fmt: skip


@pytest.fixture
def make(keyring: Keyring, request: pytest.FixtureRequest) -> Iterator[Callable[..., Job]]:
    engines: list[sa.Engine] = []

    def made(database: str, *statements: str) -> Job:
        fixture = {PG: "postgresql_url", MY: "mariadb_url", LITE: "sqlite_url"}[database]
        engine = open_engine(request.getfixturevalue(fixture))
        engines.append(engine)
        with engine.begin() as connection:
            for statement in (TABLE, *statements):
                connection.exec_driver_sql(statement)
            for number, value in enumerate(VALUES):
                row = {"id": number, "iin": value, "city": f"c{number}"}
                connection.execute(sa.text("insert into folk (id, iin, city) values (:id, :iin, :city)"), row)
        return Job(engine, keyring)

    yield made
    for engine in engines:
        engine.dispose()


def cases(table: list[tuple[str, tuple[str, ...], list[str], str]]) -> list[Any]:
    return [
        pytest.param(database, statements, name, id=f"{kind}-{database}")
        for kind, databases, statements, name in table
        for database in databases
    ]


@pytest.mark.parametrize(("database", "statements", "name"), cases(REFUSED))
def test_what_would_stop_the_swap_is_named_first_and_nothing_is_written(
    make: Callable[..., Job], database: str, statements: list[str], name: str
) -> None:
    job = make(database, *statements) if name != "tail" else make(database)
    if name == "tail":  # a generated column takes no value, and is made behind the rows
        with job.engine.begin() as connection:
            connection.exec_driver_sql(statements[0])
    before = dump(job.engine)
    for attempt in (lambda: encrypt(job, ITEM), lambda: list(plan_encrypt(job, ITEM))):
        with pytest.raises(JobError) as caught:
            attempt()
        assert name in str(caught.value)
        assert caught.value.hint
        assert dump(job.engine) == before


@pytest.mark.parametrize(
    ("database", "statements", "name"),
    [
        case
        for case in cases(REFUSED)
        if str(case.id).rsplit("-", 1)[0]
        in ("check", "check-of-two", "unique-of-two", "expression-index", "partial-index-of-content", "fulltext",
            "foreign-key-from-it", "exclusion", "gin")
    ],
)  # fmt: skip
def test_a_constraint_is_given_up_by_its_name(
    make: Callable[..., Job], database: str, statements: list[str], name: str
) -> None:
    job = make(database, *statements)
    encrypt(job, ITEM, let_go=frozenset({name}))
    assert not [line for line in dump(job.engine) if name in line]
    with job.engine.connect() as connection:
        assert look(connection, ITEM).done


@pytest.mark.parametrize("database", [PG, LITE])
def test_what_is_unique_stays_so_when_another_index_is_given_up(
    make: Callable[..., Job], database: str
) -> None:
    job = make(database, "create unique index uq_all on folk (iin)")
    with job.engine.begin() as connection:
        connection.exec_driver_sql("create unique index uq_some on folk (iin) where iin <> '0'")
    encrypt(job, ITEM, let_go=frozenset({"uq_some"}))
    with job.engine.begin() as connection:
        (first, *_rest) = connection.exec_driver_sql("select iin_index from folk order by id").scalars()
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(sa.text("insert into folk (id, iin_index) values (9, :it)"), {"it": first})


@pytest.mark.parametrize("more", ["not null", "unique"])
def test_a_strict_table_that_would_refuse_the_swap_says_so_before_anything_is_written(
    make: Callable[..., Job], more: str
) -> None:
    job = make(LITE, f"create table strict_folk (id integer primary key, iin text {more}) strict")
    with job.engine.begin() as connection:
        connection.exec_driver_sql(f"insert into strict_folk values (1, '{VALUES[0]}')")
    item = ProtectedColumn("strict_folk", "iin", "folk.iin", index="iin_index", normalizer="digits")
    before = dump(job.engine)
    for attempt in (lambda: encrypt(job, item), lambda: list(plan_encrypt(job, item))):
        with pytest.raises(JobError, match="STRICT"):
            attempt()
        assert dump(job.engine) == before


def test_a_domain_that_ciphertext_does_not_pass_is_refused_in_place(make: Callable[..., Job]) -> None:
    job = make(PG, "create domain code as varchar(200)", "alter table folk alter iin type code")
    with pytest.raises(JobError, match=r"domain public\.code"):
        encrypt(job, TEXT)
    with job.engine.begin() as connection:
        connection.exec_driver_sql("alter table folk alter iin type text")
    assert encrypt(job, TEXT).tally.changed == len(VALUES)


REBUILT: list[tuple[str, tuple[str, ...], list[str], str]] = [
    ("two", ALL, ["create index ix_two on folk (city, iin)"], "(city, iin_index)"),
    ("first", ALL, ["create index ix_two on folk (iin, city)"], "(iin_index, city)"),
    ("partial", (PG,), ["create index ix_two on folk (city) where iin is not null"], "iin IS NOT NULL"),
    ("partial", (LITE,), ["create index ix_two on folk (city) where iin is not null"], "iin is not null"),
    ("include", (PG,), ["create index ix_two on folk (city) include (iin, zip)"], "INCLUDE (zip)"),
    ("descending", (PG,), ["create index ix_two on folk (city desc nulls last, iin)"], "city DESC NULLS LAST, iin_index"),
]  # fmt: skip


@pytest.mark.parametrize(("database", "statements", "text"), cases(REBUILT))
def test_an_index_that_can_be_is_made_again_under_its_name(
    make: Callable[..., Job], database: str, statements: list[str], text: str
) -> None:
    job = make(database, *statements)
    notes = [note for stage in plan_encrypt(job, ITEM) for note in stage.notes]
    assert any("index ix_two: rebuilt" in note for note in notes)
    encrypt(job, ITEM)
    found = " ".join(dump(job.engine)).replace("`", "").replace(" ", "").partition("ix_two")[2]
    assert text.replace(" ", "") in found
    assert "piiguard_ix_two" not in " ".join(dump(job.engine))


@pytest.mark.parametrize("database", ALL)
def test_an_index_of_the_column_alone_gives_way_to_the_blind_index_and_is_told(
    make: Callable[..., Job], database: str
) -> None:
    job = make(database, "create index ix_one on folk (iin)")
    notes = [note for stage in plan_encrypt(job, ITEM) for note in stage.notes]
    assert any(note.startswith("index ix_one: gone") for note in notes)
    encrypt(job, ITEM)
    assert "ix_one" not in " ".join(dump(job.engine))


@pytest.mark.parametrize("database", ALL)
def test_there_and_back_the_schema_is_what_it_was(make: Callable[..., Job], database: str) -> None:
    """But for the column's place in the table, where the database can move none."""
    more = {
        PG: [
            "comment on column folk.iin is 'Личный код ''x'' 100%%'",
            "alter table folk alter iin set statistics 7",
            "alter table folk add constraint either check (iin is not null or city is not null)",
            "create index ix_city on folk (city) where iin is not null and zip not like '7%%'",
        ],
        MY: [
            "alter table folk modify iin varchar(200) comment 'Личный код ''x'' 100%%'",
            "alter table folk add constraint either check (iin is not null or city like 'A%%' or city is not null)",
        ],
        LITE: ["create index ix_city on folk (city) where iin is not null"],
    }
    job = make(database, "create index ix_two on folk (city, iin)", *more[database])
    before = dump(job.engine, jobs=False)
    encrypt(job, ITEM)
    sealed = dump(job.engine, jobs=False)
    decrypt(job, ITEM, sql_type="varchar(200)")
    assert sealed != before
    assert _flat(dump(job.engine, jobs=False)) == _flat(before)


def _flat(lines: list[str]) -> list[str]:
    """SQLite keeps the text of CREATE TABLE, with the column where it now stands."""
    words = sorted(
        word.strip(" ,") for word in " ".join(lines).replace("(", ",").replace(")", ",").split(",")
    )
    return [word for word in words if word]


def test_mariadb_keeps_the_place_of_the_column(make: Callable[..., Job]) -> None:
    job = make(MY)
    encrypt(job, ITEM)
    assert [c["name"] for c in sa.inspect(job.engine).get_columns("folk")][:3] == ["id", "iin", "city"]


@pytest.mark.parametrize("database", [PG, LITE])
def test_where_the_column_moves_the_plan_says_so(make: Callable[..., Job], database: str) -> None:
    notes = [note for stage in plan_encrypt(make(database), ITEM) for note in stage.notes]
    assert any(note.startswith("place iin: gone") for note in notes)


def test_an_in_place_column_of_mariadb_keeps_collation_and_comment(make: Callable[..., Job]) -> None:
    job = make(
        MY,
        "alter table folk modify iin varchar(30) character set utf8mb4 collate utf8mb4_unicode_ci comment 'ИИН'",
    )
    encrypt(job, TEXT)
    (text,) = [line for line in dump(job.engine) if "create table" in line.lower() and "folk" in line]
    assert "utf8mb4_unicode_ci" in text
    assert "ИИН" in text


def test_what_reads_the_column_of_mariadb_by_its_name_is_named(make: Callable[..., Job]) -> None:
    job = make(
        MY,
        "create view v_folk as select f.iin from folk f",
        "create procedure p_folk() select iin from folk",
        "create function f_folk() returns int reads sql data return (select count(iin) from folk)",
        "create event e_folk on schedule every 1 year do delete from folk where iin is null",
        "create procedure other() select city from folk",
    )
    notes = [note for stage in plan_encrypt(job, ITEM) for note in stage.notes]
    for name in ("view v_folk", "procedure p_folk", "function f_folk", "event e_folk"):
        assert any(name in note for note in notes)
    assert not any("procedure other" in note for note in notes)


def test_a_table_without_transactions_is_neither_rotated_nor_decrypted(make: Callable[..., Job]) -> None:
    job = make(MY)
    encrypt(job, ITEM)
    with job.engine.begin() as connection:
        connection.exec_driver_sql("alter table folk engine = MyISAM")
    before = dump(job.engine)
    for attempt in (lambda: list(rotate(job, [ITEM])), lambda: decrypt(job, ITEM)):
        with pytest.raises(JobError, match=r"MyISAM.*has no transactions") as caught:
            attempt()
        assert "ENGINE=InnoDB" in caught.value.hint
        assert dump(job.engine) == before


def test_columns_that_follow_an_update_stay_as_they_are(make: Callable[..., Job]) -> None:
    moved = "alter table folk add changed timestamp not null default current_timestamp on update current_timestamp"
    job = make(MY, moved)
    with job.engine.begin() as connection:
        connection.exec_driver_sql("update folk set changed = '2001-02-03 04:05:06'")
    for item in (ITEM, TEXT):
        encrypt(job, item)
        decrypt(job, item, sql_type="varchar(200)")
        with job.engine.connect() as connection:
            found = {str(value) for value in connection.exec_driver_sql("select changed from folk").scalars()}
        assert found == {"2001-02-03 04:05:06"}


@pytest.mark.parametrize("database", [PG, MY])
def test_the_role_of_the_application_still_reads_and_writes(make: Callable[..., Job], database: str) -> None:
    import secrets

    role = f"piiguard_t_{secrets.token_hex(5)}"
    job = make(database)
    quoted = f"'{role}'@'127.0.0.1'" if database == MY else role
    with job.engine.begin() as connection:
        made = f"create user {quoted} identified by 'x'" if database == MY else f"create role {role} login"
        connection.exec_driver_sql(made)
        grant = f"grant select (id, iin), insert (id, iin), update (iin) on folk to {quoted}"
        connection.exec_driver_sql(grant)
    try:
        encrypt(job, ITEM)
        url = job.engine.url.set(username=role, password="x" if database == MY else None, host="127.0.0.1")
        app = sa.create_engine(url, poolclass=sa.NullPool)
        with app.begin() as connection:
            connection.execute(sa.text("update folk set iin = iin, iin_index = iin_index where id = 1"))
            connection.execute(sa.text("insert into folk (id, iin, iin_index) values (9, null, null)"))
            assert len(connection.execute(sa.text("select id, iin, iin_index from folk")).all()) == 3
        decrypt(job, ITEM, sql_type="varchar(200)")
        with app.begin() as connection:
            assert len(connection.execute(sa.text("select id, iin from folk")).all()) == 3
    finally:
        with job.engine.begin() as connection:
            if database == PG:
                connection.exec_driver_sql(f"drop owned by {role}")
            connection.exec_driver_sql(f"drop {'user' if database == MY else 'role'} {quoted}")


@pytest.mark.parametrize("database", ALL)
def test_a_column_of_the_twins_name_that_is_not_ours_is_refused(
    make: Callable[..., Job], database: str
) -> None:
    job = make(database, "alter table folk add iin_enc varchar(20) default 'theirs'")
    before = dump(job.engine)
    with pytest.raises(JobError, match="iin_enc"):
        encrypt(job, ITEM)
    assert dump(job.engine) == before


def test_children_of_a_table_are_looked_at_too(make: Callable[..., Job]) -> None:
    job = make(
        PG, "create table young (age int) inherits (folk)", "create view v_young as select iin from young"
    )
    with pytest.raises(JobError, match="v_young"):
        encrypt(job, ITEM)
    with job.engine.begin() as connection:
        connection.exec_driver_sql("drop view v_young")
        connection.exec_driver_sql("create index ix_young on young (age, iin)")
        connection.exec_driver_sql("comment on column young.iin is 'young'")
    encrypt(job, ITEM)
    text = " ".join(dump(job.engine))
    assert "ix_young ON public.young USING btree (age, iin_index)" in text
    assert "'young'" in text


@pytest.mark.parametrize("database", [PG, MY])
def test_a_contraction_of_alembic_keeps_as_much(make: Callable[..., Job], database: str) -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    import piiguard.orm.alembic  # noqa: F401 - registers the operations

    comment = {
        PG: "comment on column folk.iin is 'Личный код'",
        MY: "alter table folk modify iin varchar(200) comment 'Личный код'",
    }
    job = make(database, comment[database], "create index ix_two on folk (city, iin)")
    encrypt(job, ITEM, keep_plaintext=True)
    with job.engine.begin() as connection:
        operations: Any = Operations(MigrationContext.configure(connection))
        operations.contract_encrypted("folk", "iin")
    text = " ".join(dump(job.engine)).replace("`", "").replace(" ", "")
    assert "Личныйкод" in text
    assert "(city,iin_index)" in text.partition("ix_two")[2]
    assert "piiguard_ix_two" not in text


def test_a_refused_command_writes_no_manifest(
    make: Callable[..., Job], keyring_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from piiguard.cli.main import run as piiguard

    job = make(LITE, "create index ix_low on folk (lower(iin))")
    before = dump(job.engine)
    manifest = tmp_path / "piiguard.toml"
    monkeypatch.chdir(tmp_path)
    command = ["encrypt", str(job.engine.url), "folk.iin", "--yes", "--manifest", str(manifest)]
    assert piiguard([*command, "--keyring", str(keyring_file)]) == 1
    assert not manifest.exists()
    assert dump(job.engine) == before
    assert piiguard([*command, "--keyring", str(keyring_file), "--drop-constraint", "ix_low"]) == 0
    assert manifest.exists()
