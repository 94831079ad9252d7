"""What an encrypted column cannot be, refused before there is a table."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from piiguard.keys import Keyring
from piiguard.orm import Encrypted, EncryptedColumnError


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"primary_key": True}, "cannot be a primary key"),
        ({"unique": True}, "cannot be unique"),
        ({"index": True}, "cannot be indexed"),
        ({"onupdate": "x"}, "cannot have onupdate"),
        ({"server_onupdate": sa.FetchedValue()}, "cannot have a value that the database makes"),
        ({"server_default": "050312300015"}, "cannot have a value that the database makes"),
    ],
)
def test_an_option_that_cannot_work_is_refused(keyring: Keyring, options: Any, message: str) -> None:
    column: Any = sa.Column("v", Encrypted(sa.Text, keyring=keyring, context="t.v"), **options)
    refused(sa.Table("t", sa.MetaData(), column), message)


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (lambda: sa.UniqueConstraint("v", "w"), "cannot be unique"),
        (lambda: sa.ForeignKeyConstraint(["v"], ["t.id"]), "cannot be a foreign key"),
        (lambda: sa.Index("ix", "w", "v"), "cannot be indexed"),
    ],
)
def test_a_constraint_that_cannot_work_is_refused(keyring: Keyring, item: Any, message: str) -> None:
    columns: list[Any] = [
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("v", Encrypted(sa.Text, keyring=keyring, context="t.v")),
        sa.Column("w", sa.Text),
    ]
    refused(sa.Table("t", sa.MetaData(), *columns, item()), message)


def test_a_foreign_key_and_a_computed_value_are_refused(keyring: Keyring) -> None:
    kind = Encrypted(sa.Text, keyring=keyring, context="t.v")
    for item, message in [
        (sa.ForeignKey("other.id"), "cannot be a foreign key"),
        (sa.Computed("lower('X')"), "cannot have a value that the database makes"),
    ]:
        refused(sa.Table("t", sa.MetaData(), sa.Column("v", kind.copy(), item)), message)


def refused(table: sa.Table, message: str) -> None:
    engine = sa.create_engine("sqlite://")
    with pytest.raises(EncryptedColumnError, match=message) as caught:
        table.create(engine)
    assert caught.value.hint
    assert "050312300015" not in str(caught.value)
    with engine.connect() as connection, pytest.raises(EncryptedColumnError, match=message):
        connection.execute(sa.insert(table).values(v="x"))
    engine.dispose()


def test_a_column_added_later_is_seen(keyring: Keyring) -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))
    engine = sa.create_engine("sqlite://")
    table.create(engine)
    table.append_column(sa.Column("v", Encrypted(sa.Text, keyring=keyring, context="t.v"), unique=True))
    with engine.connect() as connection, pytest.raises(EncryptedColumnError, match="cannot be unique"):
        connection.execute(sa.insert(table).values(v="x"))
    engine.dispose()
