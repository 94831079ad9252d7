"""The database itself refuses plaintext."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from piiguard.keys import Keyring
from piiguard.orm import Encrypted, ciphertext_only


@pytest.mark.parametrize("storage", ["binary", "text"])
def test_the_database_refuses_what_is_not_an_envelope(
    any_database_url: str, keyring: Keyring, storage: Any
) -> None:
    secret = Encrypted(sa.Text, keyring=keyring, context="t.v", storage=storage)
    column: Any = sa.Column("v", secret)
    table = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), column)
    table.append_constraint(ciphertext_only(column))
    engine = sa.create_engine(any_database_url)
    table.create(engine)
    with engine.connect() as connection:
        connection.execute(sa.insert(table), [{"v": "Үлгі"}, {"v": ""}, {"v": None}])
        connection.commit()
        for plain in (b"050312300015", b"", "ù".encode()):
            value: Any = plain.decode() if storage == "text" else plain
            with pytest.raises(sa.exc.DatabaseError):
                connection.execute(sa.text("INSERT INTO t (v) VALUES (:v)"), {"v": value})
            connection.rollback()
        assert connection.scalars(sa.select(table.c.v).order_by(table.c.id)).all() == ["Үлгі", "", None]
    engine.dispose()


def test_sqlite_refuses_text_that_is_no_blob(keyring: Keyring) -> None:
    secret = Encrypted(sa.Text, keyring=keyring, context="t.v")
    table = sa.Table("t", sa.MetaData(), sa.Column("v", secret), ciphertext_only("v", name="guard"))
    engine = sa.create_engine("sqlite://")
    table.create(engine)
    with engine.connect() as connection, pytest.raises(sa.exc.IntegrityError, match="guard"):
        connection.execute(sa.text("INSERT INTO t (v) VALUES ('ù text')"))
    engine.dispose()


def test_a_database_it_is_not_written_for_is_told(keyring: Keyring) -> None:
    from sqlalchemy.dialects.oracle.base import OracleDialect

    table = sa.Table("t", sa.MetaData(), sa.Column("v", sa.LargeBinary), ciphertext_only("v"))
    with pytest.raises(NotImplementedError, match="not written for oracle"):
        CreateTable(table).compile(dialect=OracleDialect())
