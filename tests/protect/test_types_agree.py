"""The models and the jobs agree on every type: what one wrote the other reads, in both directions."""

from __future__ import annotations

import datetime
import decimal
import enum
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from piiguard.database import open_engine
from piiguard.errors import JobError
from piiguard.keys import Keyring
from piiguard.manifest import ProtectedColumn
from piiguard.orm import Encrypted
from piiguard.protect.jobs.decrypt import decrypt
from piiguard.protect.jobs.encrypt import encrypt, look
from piiguard.protect.jobs.job import Job


class Colour(enum.Enum):
    red = "r"
    blue = "b"


# A type of SQLAlchemy that has no operators, as a domain, would warn here and be compared in another way one day.
pytestmark = pytest.mark.filterwarnings("error::sqlalchemy.exc.SADeprecationWarning")

UTC = datetime.UTC
DAY = datetime.date(1905, 3, 12)
NOON = datetime.time(12, 30, 1)
# the type of the models, a value, what the way back is told, and what a job cannot know by the column alone
TYPES: dict[str, tuple[Any, Any, str | None, str | None]] = {
    "string": (sa.String(40), "Сынақов", "varchar(40)", None),
    "text": (sa.Text(), "Сынақов", None, None),
    "enum": (sa.Enum(Colour), Colour.blue, "varchar(8)", None),
    "enum-of-text": (sa.Enum(Colour, native_enum=False), Colour.blue, "varchar(8)", "enum"),
    "boolean": (sa.Boolean(), True, None, None),
    "integer": (sa.Integer(), 7, None, None),
    "bigint": (sa.BigInteger(), 2**40, None, None),
    "decimal": (sa.Numeric(10, 2), decimal.Decimal("1.10"), "numeric(10, 2)", None),
    "float": (sa.Double(), 0.1, None, None),
    "date": (sa.Date(), DAY, None, None),
    "time": (sa.Time(), NOON, None, None),
    "datetime": (sa.DateTime(), datetime.datetime.combine(DAY, NOON), None, None),
    "interval": (sa.Interval(), datetime.timedelta(hours=5), None, "interval"),
    "uuid": (sa.Uuid(), uuid.UUID(int=5), None, "uuid"),
    "json": (sa.JSON(), {"a": [1, None, "ә"]}, None, None),
    "bytes": (sa.LargeBinary(), b"\x00\xff", None, None),
}
ONLY_POSTGRESQL: dict[str, tuple[Any, Any, str | None, str | None]] = {
    "datetime_tz": (sa.DateTime(timezone=True), datetime.datetime.combine(DAY, NOON, UTC), None, None),
    "time-with-zone": (sa.Time(timezone=True), NOON.replace(tzinfo=UTC), None, None),
    "jsonb": (postgresql.JSONB(), {"a": 1}, "jsonb", None),
    "texts": (sa.ARRAY(sa.Text()), ["a", None], "text[]", None),
    "numbers": (sa.ARRAY(sa.Integer()), [1, 2], "integer[]", None),
    "domain": (postgresql.DOMAIN("code", sa.Text()), "x", None, None),
    "native-enum": (sa.Enum(Colour), Colour.blue, "colour", None),
}
CASES = [*TYPES.items(), *ONLY_POSTGRESQL.items()]


def plain(kind: Any) -> sa.Table:
    return sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("v", kind))


@pytest.mark.parametrize(("name", "case"), CASES, ids=[name for name, _ in CASES])
def test_what_a_job_wrote_the_model_reads_and_the_way_back(
    any_database_url: str, keyring: Keyring, name: str, case: tuple[Any, Any, str | None, str | None]
) -> None:
    kind, value, back, told = case
    engine = open_engine(any_database_url)
    if name == "enum" and engine.dialect.name == "sqlite":
        told = "enum"  # the column is a text like any other
    if name in ONLY_POSTGRESQL and engine.dialect.name != "postgresql":
        engine.dispose()
        return
    table = plain(kind)
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(table.insert(), [{"id": 1, "v": value}, {"id": 2, "v": None}])
    item = ProtectedColumn("t", "v", "t.v", type=told or "string")
    with engine.connect() as connection:
        item = look(connection, item, guess_type=told is None).item
    encrypt(Job(engine, keyring), item)
    inner = sa.Text() if name == "domain" else kind
    sealed = plain(Encrypted(inner, keyring=keyring, context="t.v"))
    with engine.begin() as connection:
        assert connection.scalar(sa.select(sealed.c.v).where(sealed.c.id == 1)) == value
        connection.execute(sealed.insert(), {"id": 3, "v": value})
    decrypt(Job(engine, keyring), item, sql_type=back)
    with engine.connect() as connection:
        assert list(connection.scalars(sa.select(table.c.v).where(table.c.id != 2))) == [value, value]
    engine.dispose()


@pytest.mark.parametrize(
    ("sql", "codec", "choice"),
    [
        ("integer", "date", "--type integer"),
        ("date", "string", "--type date"),
        ("varchar(9)", "bytes", "--type string"),
    ],
)
def test_a_codec_that_does_not_fit_is_refused_with_the_choices(
    server_url: str, keyring: Keyring, database_url: str, sql: str, codec: str, choice: str
) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"create table t (id integer not null primary key, v {sql})")
    with pytest.raises(JobError) as caught:
        encrypt(Job(engine, keyring), ProtectedColumn("t", "v", "t.v", type=codec))
    assert choice in str(caught.value.hint)
    assert sa.inspect(engine).get_table_names() == ["t"]
    engine.dispose()


@pytest.mark.parametrize("sql", ["inet", "int4range", "date[]", "bit(3)", "point"])
def test_a_type_without_a_codec_is_refused_before_work(
    postgresql_url: str, keyring: Keyring, sql: str
) -> None:
    engine = open_engine(postgresql_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"create table t (id integer not null primary key, v {sql})")
    for codec in ("string", "json"):
        with pytest.raises(JobError) as caught:
            encrypt(Job(engine, keyring), ProtectedColumn("t", "v", "t.v", type=codec))
        assert caught.value.hint
    assert sa.inspect(engine).get_table_names() == ["t"]
    engine.dispose()
