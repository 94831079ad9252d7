"""Alembic: what it writes into migrations, what it sees, and the move from plaintext to ciphertext."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations

from piiguard.keys import Keyring
from piiguard.manifest import ProtectedColumn
from piiguard.orm import Encrypted
from piiguard.orm import alembic as encrypted
from piiguard.protect import Job, encrypt

FIRST = "050312300015"

ENV = """
    from alembic import context

    import piiguard.orm.alembic as encrypted

    given = context.config.attributes
    with given["engine"].connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=given["metadata"],
            render_item=encrypted.render_item,
            compare_type=encrypted.compare_type,
        )
        with context.begin_transaction():
            context.run_migrations()
"""
TEMPLATE = """
    from alembic import op
    import sqlalchemy as sa
    ${imports if imports else ""}
    revision = ${repr(up_revision)}
    down_revision = ${repr(down_revision)}


    def upgrade():
        ${upgrades if upgrades else "pass"}


    def downgrade():
        ${downgrades if downgrades else "pass"}
"""


@pytest.fixture
def project(tmp_path: Path, any_database_url: str) -> Any:
    """An Alembic project of two files and an engine."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(textwrap.dedent(ENV), encoding="utf-8")
    (folder / "script.py.mako").write_text(textwrap.dedent(TEMPLATE).lstrip(), encoding="utf-8")
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    engine = sa.create_engine(any_database_url)
    config.attributes["engine"] = engine
    yield SimpleNamespace(config=config, engine=engine, folder=folder)
    engine.dispose()


def test_a_migration_holds_storage_types_and_no_key(
    project: Any, models: SimpleNamespace, keyring_file: Path
) -> None:
    project.config.attributes["metadata"] = models.Base.metadata
    command.revision(project.config, "students", autogenerate=True)
    (script,) = (project.folder / "versions").glob("*.py")
    text = script.read_text(encoding="utf-8")
    assert "sa.Column('iin', sa.LargeBinary(), nullable=True)" in text
    varied = "sa.LargeBinary(length=16).with_variant(sa.VARBINARY(16), 'mysql', 'mariadb')"
    assert f"sa.Column('iin_index', {varied}, nullable=True)" in text
    for absent in ("piiguard", "Encrypted", "BlindIndex", "context", str(keyring_file)):
        assert absent not in text
    command.upgrade(project.config, "head")
    command.check(project.config)  # sees no phantom change


def test_a_column_of_the_wrong_type_is_seen(any_database_url: str, keyring: Keyring) -> None:
    engine = sa.create_engine(any_database_url)
    wrong = sa.Table("t", sa.MetaData(), sa.Column("v", sa.Integer), sa.Column("w", sa.LargeBinary))
    wrong.create(engine)
    metadata = sa.MetaData()
    sa.Table(
        "t",
        metadata,
        sa.Column("v", Encrypted(sa.Text, keyring=keyring, context="t.v")),
        sa.Column("w", Encrypted(sa.Text, keyring=keyring, context="t.w", storage="text")),
    )
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": encrypted.compare_type})
        found: Any = compare_metadata(context, metadata)
    assert sorted(change[0][3] for change in found) == ["v", "w"]
    assert encrypted.render_item("type", metadata.tables["t"].c.w.type, None) == "sa.Text()"
    assert encrypted.render_item("type", sa.Integer(), None) is False
    assert encrypted.render_item("column", None, None) is False
    engine.dispose()


@pytest.fixture
def people(any_database_url: str) -> Iterator[sa.Engine]:
    """A table with a column that is NOT NULL."""
    engine = sa.create_engine(any_database_url)
    with engine.begin() as connection:
        connection.execute(
            sa.text("CREATE TABLE people (id INTEGER PRIMARY KEY, iin VARCHAR(12) NOT NULL, city VARCHAR(9))")
        )
        connection.execute(sa.text("INSERT INTO people VALUES (1, :v, 'x')"), {"v": FIRST})
    yield engine
    engine.dispose()


def migrate(engine: sa.Engine, step: Callable[[Any], None]) -> None:
    with engine.begin() as connection:
        step(Operations(MigrationContext.configure(connection)))


IIN = ProtectedColumn("people", "iin", "people.iin", index="iin_index", normalizer="digits")


def test_expand_fill_contract_and_go_on(people: sa.Engine, keyring: Keyring) -> None:
    migrate(people, lambda op: op.expand_encrypted("people", "iin", index="iin_index", unique=True))
    migrate(people, lambda op: op.collapse_encrypted("people", "iin", index="iin_index"))
    migrate(people, lambda op: op.expand_encrypted("people", "iin", index="iin_index", unique=True))
    with pytest.raises(RuntimeError, match=r"people.iin: 1 rows are not encrypted yet"):
        migrate(people, lambda op: op.contract_encrypted("people", "iin"))
    encrypt(Job(people, keyring), IIN, keep_plaintext=True)
    migrate(people, lambda op: op.contract_encrypted("people", "iin"))  # neither key nor manifest

    column: Any = sa.Column("iin", Encrypted(sa.String(12), keyring=keyring, context="people.iin"))
    id_, city = sa.Column("id", sa.Integer, primary_key=True), sa.Column("city", sa.String(9))
    table = sa.Table("people", sa.MetaData(), id_, column, city)
    with people.begin() as connection:
        assert connection.scalars(sa.select(table.c.iin)).all() == [FIRST]
        connection.execute(table.insert(), [{"id": 2, "iin": "000101300009", "city": "y"}])
        connection.execute(table.update().where(table.c.id == 1).values(city="z"))
        connection.execute(table.delete().where(table.c.id == 1))
    (found,) = (c for c in sa.inspect(people).get_columns("people") if c["name"] == "iin")
    assert not found["nullable"]
    with pytest.raises(sa.exc.DatabaseError), people.begin() as connection:
        connection.execute(sa.text("INSERT INTO people (id, iin) VALUES (3, 'plain')"))


def test_a_collapse_after_the_fill_leaves_the_table_as_it_was(people: sa.Engine, keyring: Keyring) -> None:
    migrate(people, lambda op: op.expand_encrypted("people", "iin", index="iin_index"))
    encrypt(Job(people, keyring), IIN, keep_plaintext=True)
    migrate(people, lambda op: op.collapse_encrypted("people", "iin", index="iin_index"))
    with people.begin() as connection:
        connection.execute(sa.text("UPDATE people SET iin = '000101300009'"))
        assert connection.execute(sa.text("SELECT * FROM people")).one() == (1, "000101300009", "x")


def test_twins_that_nobody_has_opened_are_not_believed(people: sa.Engine, keyring: Keyring) -> None:
    migrate(people, lambda op: op.expand_encrypted("people", "iin"))
    sealed = keyring.column("people.iin", 1).encrypt(b"somebody else's")
    with people.begin() as connection:
        connection.execute(sa.text("UPDATE people SET iin_enc = :v WHERE id = 1"), {"v": sealed})
    with pytest.raises(RuntimeError, match="nobody has opened the twins"):
        migrate(people, lambda op: op.contract_encrypted("people", "iin"))
    with people.connect() as connection:
        assert connection.scalar(sa.text("SELECT iin FROM people")) == FIRST


def test_what_changed_since_needs_the_keyring(
    people: sa.Engine, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = ProtectedColumn("people", "iin", "people.iin")
    migrate(people, lambda op: op.expand_encrypted("people", "iin"))
    encrypt(Job(people, keyring), item, keep_plaintext=True)
    with people.begin() as connection:  # an application that writes both columns
        sealed = keyring.column("people.iin", 1).encrypt(b"000101300009")
        connection.execute(sa.text("INSERT INTO people VALUES (2, '000101300009', 'y', :v)"), {"v": sealed})
    with pytest.raises(RuntimeError, match="rows have changed since"):
        migrate(people, lambda op: op.contract_encrypted("people", "iin"))
    monkeypatch.setenv("PIIGUARD_KEYRING", str(keyring.path))
    migrate(people, lambda op: op.contract_encrypted("people", "iin"))
    seal = keyring.column("people.iin", 1)
    with people.connect() as connection:
        stored = connection.scalars(sa.text("SELECT iin FROM people ORDER BY id")).all()
    assert [seal.decrypt(value) for value in stored] == [FIRST.encode(), b"000101300009"]


def test_a_script_of_sql_drops_nothing() -> None:
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": io.StringIO()}
    )
    op: Any = Operations(context)
    with pytest.raises(RuntimeError, match="not with --sql"):
        op.contract_encrypted("people", "iin")


def test_an_expansion_reverses_and_a_contraction_does_not() -> None:
    there = encrypted.ExpandEncrypted("people", "iin")
    back = there.reverse()
    assert isinstance(back, encrypted.CollapseEncrypted)
    assert (back.table, back.twin) == ("people", "iin_enc")
    with pytest.raises(NotImplementedError, match="piiguard decrypt"):
        encrypted.ContractEncrypted("people", "iin").reverse()
