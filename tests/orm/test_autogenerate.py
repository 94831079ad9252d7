"""``alembic revision --autogenerate`` after ``piiguard encrypt``: the models and the database agree."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from piiguard.database import open_engine
from piiguard.keys import Keyring
from piiguard.manifest import ProtectedColumn
from piiguard.orm import BlindIndex, Encrypted, ciphertext_only
from piiguard.orm import alembic as encrypted
from piiguard.protect.jobs.encrypt import encrypt
from piiguard.protect.jobs.job import Job

WAYS: dict[str, dict[str, Any]] = {
    "as before": {"compare_type": encrypted.compare_type},
    "in full": {"compare_type": encrypted.compare_type, "include_name": encrypted.include_name},
}


def models(keyring: Keyring, shape: str, *, unique: bool, nullable: bool) -> sa.MetaData:
    metadata = sa.MetaData()
    index: dict[str, Any] = {
        "constraint": {"unique": unique},
        "index": {"index": True, "unique": unique},
    }.get(shape, {})
    more: list[Any] = [sa.Index("by_iin", "iin_index", unique=unique)] if shape == "named" else []
    kind = Encrypted(sa.String(12), keyring=keyring, context="students.iin")
    sa.Table(
        "students",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("iin", kind, nullable=nullable),
        sa.Column("iin_index", BlindIndex("iin", normalizer="digits"), nullable=nullable, **index),
        sa.Column("city", sa.String(20)),
        *more,
        ciphertext_only("iin"),
    )
    return metadata


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("shape", "unique"),
    [
        ("constraint", True),
        ("index", True),
        ("index", False),
        ("named", True),
        ("named", False),
        ("none", False),
    ],
)
@pytest.mark.parametrize("nullable", [True, False])
def test_nothing_is_proposed_after_a_job(
    any_database_url: str, keyring: Keyring, way: str, shape: str, unique: bool, nullable: bool
) -> None:
    engine = open_engine(any_database_url)
    null, once = "" if nullable else " not null", " unique" if unique else ""
    with engine.begin() as connection:
        connection.exec_driver_sql(
            f"create table students (id integer not null primary key, iin varchar(12){null}{once}, city varchar(20))"
        )
        connection.exec_driver_sql("insert into students values (1, '050312300015', 'a')")
    encrypt(
        Job(engine, keyring),
        ProtectedColumn("students", "iin", "students.iin", index="iin_index", normalizer="digits"),
    )
    metadata = models(keyring, shape, unique=unique, nullable=nullable)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=WAYS[way])
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_what_is_different_is_still_seen(any_database_url: str, keyring: Keyring) -> None:
    engine = open_engine(any_database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("create table students (id integer not null primary key, iin varchar(12))")
        connection.exec_driver_sql("create table strange (id integer not null primary key)")
    encrypt(
        Job(engine, keyring),
        ProtectedColumn("students", "iin", "students.iin", index="iin_index", normalizer="digits"),
    )
    metadata = models(keyring, "constraint", unique=True, nullable=True)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=WAYS["as before"])
        words = {change[0] for change in compare_metadata(context, metadata)}
    assert {"remove_table", "add_column", "add_constraint"} <= words
    engine.dispose()
