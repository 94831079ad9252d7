"""Every scalar type of SQLAlchemy round-trips, in both storages, on every database."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.mutable import MutableDict, MutableList
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeEngine

from piiguard.keys import Keyring
from piiguard.orm import Encrypted, EncryptedColumnError

ALMATY = dt.timezone(dt.timedelta(hours=5))
UUID = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
D = decimal.Decimal


class Degree(enum.Enum):
    bachelor = "бакалавр"
    master = "магистр"


class Level(enum.IntEnum):
    low = 1
    high = 2
    top = 2  # an alias


# The patterns of SQLAlchemy's own type suite: (type, given, read back).
CASES: dict[str, tuple[Any, Any, Any]] = {
    "string": (sa.String(40), "Сынақов", "Сынақов"),
    "text": (sa.Text, "multi\nline 'quoted' \\ 100%", "multi\nline 'quoted' \\ 100%"),
    "unicode": (sa.Unicode(40), "méil ҚҢӨ réve🐧", "méil ҚҢӨ réve🐧"),
    "unicode text": (sa.UnicodeText(), "x" * 5000, "x" * 5000),
    "empty": (sa.String(5), "", ""),
    "char": (sa.CHAR(3), "ab", "ab"),
    "integer": (sa.Integer, -7, -7),
    "big integer": (sa.BigInteger, 2**63 - 1, 2**63 - 1),
    "small integer": (sa.SmallInteger, 0, 0),
    "numeric": (sa.Numeric(8, 4), D("15.7563"), D("15.7563")),
    "numeric of float": (sa.Numeric(8, 4), 15.7563, D("15.7563")),
    "numeric of int": (sa.Numeric(8, 2), 5, D("5.00")),
    "numeric, rounded": (sa.Numeric(8, 2), D("1.005"), D("1.01")),
    "numeric as float": (sa.Numeric(8, 4, asdecimal=False), D("15.7563"), 15.7563),
    "numeric, open": (sa.Numeric(), D("1.10"), D("1.10")),
    "numeric, many digits": (sa.Numeric(38, 20), D("0.12345678901234567890"), D("0.12345678901234567890")),
    "numeric, nan": (sa.Numeric(8, 2), D("-Infinity"), D("-Infinity")),
    "float": (sa.Float, 15.7563, 15.7563),
    "float of decimal": (sa.Float, D("15.5"), 15.5),
    "float as decimal": (sa.Float(asdecimal=True, decimal_return_scale=3), 15.7563, D("15.756")),
    "double": (sa.Double, 1e308, 1e308),
    "true": (sa.Boolean, True, True),
    "false": (sa.Boolean, False, False),
    "date": (sa.Date, dt.date(1727, 4, 1), dt.date(1727, 4, 1)),
    "date of datetime": (sa.Date, dt.datetime(2012, 10, 15, 12, 57), dt.date(2012, 10, 15)),
    "datetime": (sa.DateTime, dt.datetime(1850, 11, 10, 11, 52, 35), dt.datetime(1850, 11, 10, 11, 52, 35)),
    "microseconds": (
        sa.DateTime,
        dt.datetime(2012, 10, 15, 1, 2, 3, 7),
        dt.datetime(2012, 10, 15, 1, 2, 3, 7),
    ),
    "zone": (
        sa.DateTime(timezone=True),
        dt.datetime(2012, 10, 15, 1, 2, 3, tzinfo=ALMATY),
        dt.datetime(2012, 10, 15, 1, 2, 3, tzinfo=ALMATY),
    ),
    "time": (sa.Time, dt.time(12, 57, 18, 396), dt.time(12, 57, 18, 396)),
    "interval": (sa.Interval, dt.timedelta(days=-1, microseconds=3), dt.timedelta(days=-1, microseconds=3)),
    "interval of PostgreSQL": (postgresql.INTERVAL(), dt.timedelta(days=9), dt.timedelta(days=9)),
    "enum": (sa.Enum(Degree), Degree.master, Degree.master),
    "enum by name": (sa.Enum(Degree), "master", Degree.master),
    "enum by value": (
        sa.Enum(Degree, values_callable=lambda kind: [item.value for item in kind]),
        Degree.bachelor,
        Degree.bachelor,
    ),
    "enum with alias": (sa.Enum(Level, omit_aliases=False), Level.top, Level.high),
    "enum of strings": (sa.Enum("ұл", "қыз"), "қыз", "қыз"),
    "uuid": (sa.Uuid, UUID, UUID),
    "uuid of text": (sa.Uuid(as_uuid=False), str(UUID), str(UUID)),
    "uuid type": (sa.UUID, UUID, UUID),
    "json": (sa.JSON, {"ә": [1, 2.5, None, True, {"b": "c"}]}, {"ә": [1, 2.5, None, True, {"b": "c"}]}),
    "json list": (sa.JSON, [], []),
    "json string": (sa.JSON, "just text", "just text"),
    "jsonb": (postgresql.JSONB(), {"a": 1}, {"a": 1}),
    "bytes": (sa.LargeBinary, b"\xf9\x01\x00\xff", b"\xf9\x01\x00\xff"),
    "bytes of memory": (sa.LargeBinary(40), memoryview(b"abc"), b"abc"),
    "no bytes": (sa.LargeBinary, b"", b""),
    "array": (postgresql.ARRAY(sa.Text), ["а", None, ""], ["а", None, ""]),
    "array of dates": (sa.ARRAY(sa.Date), [dt.date(1905, 3, 12)], [dt.date(1905, 3, 12)]),
    "array of arrays": (sa.ARRAY(sa.Integer, dimensions=2), [[1, 2], [3]], [[1, 2], [3]]),
    "array as tuple": (sa.ARRAY(sa.Numeric(4, 2), as_tuple=True), (D("1.1"),), (D("1.10"),)),
    "inet": (postgresql.CITEXT(), "Ab", "Ab"),
}


def table_of(keyring: Keyring, storage: Any) -> sa.Table:
    columns: list[Any] = [
        sa.Column(f"c{place}", Encrypted(kind, keyring=keyring, context=f"v.{name}", storage=storage))
        for place, (name, (kind, _, _)) in enumerate(CASES.items())
    ]
    return sa.Table("v", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), *columns)


@pytest.mark.parametrize("storage", ["binary", "text"])
def test_every_type_round_trips(any_database_url: str, keyring: Keyring, storage: str) -> None:
    engine = sa.create_engine(any_database_url)
    table = table_of(keyring, storage)
    table.create(engine)
    values = {f"c{place}": value for place, (_, value, _) in enumerate(CASES.values())}
    with engine.connect() as connection:
        connection.execute(sa.insert(table).values(id=1, **values))
        connection.execute(sa.insert(table), [{"id": 2, **values}, {"id": 3, **values}])
        connection.execute(sa.insert(table), {"id": 4})
        rows = connection.execute(sa.select(table).order_by(table.c.id)).all()
        held = connection.execute(sa.text("SELECT * FROM v WHERE id = 1")).one()
    expected = [read for _, _, read in CASES.values()]
    for row in rows[:3]:
        for name, got, want in zip(CASES, row[1:], expected, strict=True):
            assert got == want, name
            assert type(got) is type(want), name
            if isinstance(want, D):
                assert str(got) == str(want), name
    assert list(rows[3][1:]) == [None] * len(CASES)
    for value in held[1:]:
        assert value.startswith("pg1.") if storage == "text" else bytes(value)[0] == 0xF9
    engine.dispose()


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        (sa.String(3), "abcd", "it is longer than 3 characters"),
        (sa.Text, b"abc", "expected str, got bytes"),
        (sa.Integer, "12", "expected int, got str"),
        (sa.Integer, 2**63, "does not fit 64 bits"),
        (sa.Boolean, "yes", "expected bool, got str"),
        (sa.Numeric(4, 2), D("100"), r"more digits than Numeric\(4, 2\)"),
        (sa.Numeric(4, 2), "1", "expected Decimal, got str"),
        (sa.Numeric(4, 2), True, "expected Decimal, got bool"),
        (sa.Float, "1", "expected float, got str"),
        (sa.Date, "1905-03-12", "expected date, got str"),
        (sa.Time, dt.date(1905, 3, 12), "expected time, got date"),
        (sa.DateTime, dt.datetime(1905, 1, 1, tzinfo=ALMATY), "the time has an offset"),
        (sa.DateTime(timezone=True), dt.datetime(1905, 1, 1), "the time has no offset"),
        (sa.Interval, 5, "expected timedelta, got int"),
        (sa.Enum(Degree), "doctor", "it is no member of the Enum"),
        (sa.Enum("a", "b"), "c", "it is no member of the Enum"),
        (sa.Enum("a", "b"), ["a"], "it is not what Enum takes"),
        (sa.Uuid, "1234", "it is not a UUID"),
        (sa.Uuid, 1234, "expected UUID, got int"),
        (sa.JSON, {"a": float("nan")}, "the value is not JSON"),
        (sa.JSON, {"a": {1, 2}}, "the value is not JSON"),
        (sa.LargeBinary, "text", "expected bytes, got str"),
        (sa.ARRAY(sa.Integer), 5, "expected list, got int"),
        (sa.ARRAY(sa.Integer), ["5"], "an item is not what the array takes"),
    ],
)
def test_what_the_inner_type_refuses_is_named_without_the_value(
    keyring: Keyring, kind: Any, value: Any, reason: str
) -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("v", Encrypted(kind, keyring=keyring, context="t.v")))
    engine = sa.create_engine("sqlite://")
    table.create(engine)
    with engine.connect() as connection:
        for parameters in ({"v": value}, [{"v": value}, {"v": value}]):
            with pytest.raises(EncryptedColumnError, match=rf"^t\.v: a value is refused: .*{reason}"):
                connection.execute(sa.insert(table), parameters)
    engine.dispose()


@pytest.mark.parametrize("kind", [sa.PickleType, sa.types.NullType, postgresql.INT4RANGE])
def test_a_type_that_cannot_be_encrypted_is_refused(keyring: Keyring, kind: Any) -> None:
    with pytest.raises(EncryptedColumnError, match="Encrypted does not take"):
        Encrypted(kind, keyring=keyring, context="t.v")


PLAIN: list[tuple[Any, Any, Any]] = [
    (sa.Text, "Үлгі", "Үлгі"),
    (sa.Integer, "42", 42),
    (sa.Numeric(8, 2), "1.10", D("1.10")),
    (sa.Numeric(8, 2, asdecimal=False), "1.10", 1.1),
    (sa.Float, "1.5", 1.5),
    (sa.Boolean, "t", True),
    (sa.Boolean, "0", False),
    (sa.Date, "1905-03-12", dt.date(1905, 3, 12)),
    (sa.Time, "12:57:18", dt.time(12, 57, 18)),
    (sa.DateTime, "1905-03-12 12:57:18", dt.datetime(1905, 3, 12, 12, 57, 18)),
    (sa.Interval, "1970-01-02 00:00:00", dt.timedelta(days=1)),
    (sa.Enum(Degree), "master", Degree.master),
    (sa.Uuid, str(UUID), UUID),
    (sa.Uuid(as_uuid=False), UUID.hex, str(UUID)),
    (sa.JSON, '{"a": 1}', {"a": 1}),
    (sa.LargeBinary, "abc", b"abc"),
]


@pytest.mark.parametrize(("kind", "plain", "value"), PLAIN)
def test_plaintext_of_a_text_column_is_read_while_migrating(
    keyring: Keyring, kind: Any, plain: str, value: Any
) -> None:
    secret = Encrypted(kind, keyring=keyring, context="t.v", storage="text", migrating=True)
    table = sa.Table("t", sa.MetaData(), sa.Column("v", secret))
    engine = sa.create_engine("sqlite://")
    table.create(engine)
    with engine.connect() as connection:
        connection.execute(sa.text("INSERT INTO t VALUES (:v)"), {"v": plain})
        got = connection.scalar(sa.select(table.c.v))
        assert (got, type(got)) == (value, type(value))
        assert secret.plaintext_reads == 1
    engine.dispose()


def test_plaintext_that_a_driver_converted_is_taken_as_it_is(keyring: Keyring) -> None:
    parse = Encrypted(sa.Interval, keyring=keyring, context="t.v").values.parse
    assert parse(dt.timedelta(days=3)) == dt.timedelta(days=3)
    assert Encrypted(sa.JSON, keyring=keyring, context="t.v").values.parse({"a": 1}) == {"a": 1}
    with pytest.raises(ValueError, match="no text form"):
        Encrypted(sa.ARRAY(sa.Text), keyring=keyring, context="t.v").values.parse("{}")


def test_json_changed_in_place_is_saved_with_mutable(keyring: Keyring) -> None:
    class Base(DeclarativeBase):
        pass

    def encrypted(name: str) -> TypeEngine[Any]:
        return Encrypted(sa.JSON, keyring=keyring, context=f"forms.{name}")

    class Form(Base):
        __tablename__ = "forms"
        id: Mapped[int] = mapped_column(primary_key=True)
        answers: Mapped[dict[str, Any]] = mapped_column(MutableDict.as_mutable(encrypted("answers")))
        notes: Mapped[list[str]] = mapped_column(MutableList.as_mutable(encrypted("notes")))

    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        form = Form(answers={"a": 1}, notes=["x"])
        session.add(form)
        session.commit()
        form.answers["b"] = 2
        form.notes.append("y")
        session.commit()
        session.expire_all()
        assert form.answers == {"a": 1, "b": 2}
        assert form.notes == ["x", "y"]
    engine.dispose()


@pytest.fixture
def fuzz(keyring: Keyring) -> tuple[Encrypted, Any, Any]:
    kind = Encrypted(sa.Text, keyring=keyring, context="t.v")
    dialect = sa.create_engine("sqlite://").dialect
    return kind, kind.bind_processor(dialect), kind.result_processor(dialect, None)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(text=st.text(), place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_any_changed_bit_is_one_of_our_errors(fuzz: Any, text: str, place: int, bit: int) -> None:
    from piiguard.errors import PiiguardError

    _, bind, result = fuzz
    sealed = bytearray(bind(text))
    assert result(bytes(sealed)) == text
    sealed[place % len(sealed)] ^= 1 << bit
    with pytest.raises(PiiguardError) as caught:
        result(bytes(sealed))
    assert not text or len(text) < 4 or text not in str(caught.value)
