"""The models, the jobs and Spark agree on what is stored and indexed of a value, for every type and normalizer."""

from __future__ import annotations

import datetime
import decimal
import enum
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from piiguard.database import open_engine
from piiguard.errors import JobError
from piiguard.keys import Keyring
from piiguard.keys.codec import codec_for
from piiguard.keys.envelope import OVERHEAD
from piiguard.manifest import ProtectedColumn
from piiguard.orm import BlindIndex, EncryptedColumnError
from piiguard.orm import Encrypted as Type
from piiguard.orm.manifest import protected_columns
from piiguard.protect.jobs.decrypt import decrypt
from piiguard.protect.jobs.encrypt import encrypt, look
from piiguard.protect.jobs.job import Job
from piiguard.protect.jobs.rotate import rotate
from piiguard.protect.jobs.verify import verify
from piiguard.protect.schema.tables import reflect
from piiguard.protect.seal import Seal


class Colour(enum.Enum):
    red = "r"
    turquoise = "t"


DAY = datetime.date(1905, 3, 12)
NOON = datetime.datetime(1905, 3, 12, 12, 30, 1)
# by the type's name: the type of the models, that of Spark, a value there, and what Spark is given
TYPES: dict[str, tuple[Any, str, Any, Any]] = {
    "string": (sa.String(40), "string", "8 (701) 123-45-67", None),
    "integer": (sa.BigInteger(), "long", 50312300015, None),
    "decimal": (sa.Numeric(10, 2), "decimal(10,2)", decimal.Decimal("1.10"), None),
    "boolean": (sa.Boolean(), "boolean", True, None),
    "date": (sa.Date(), "date", DAY, None),
    "datetime": (sa.DateTime(), "timestamp_ntz", NOON, None),
    "time": (sa.Time(), "string", NOON.time(), "12:30:01"),
    "uuid": (sa.Uuid(), "string", uuid.UUID(int=5), "00000000-0000-0000-0000-000000000005"),
    "enum": (sa.Enum(Colour), "string", Colour.turquoise, "turquoise"),
    "bytes": (sa.LargeBinary(), "binary", b"\x00\xff", None),
}
RULES = {
    "string": [
        "exact/1",
        "exact/2",
        "digits/1",
        "digits/2",
        "phone/1",
        "phone/2",
        "email/2",
        "name/2",
        "last4/1",
    ],
    "integer": ["exact/1", "exact/2", "digits/1", "digits/2", "last4/1"],
    "decimal": ["exact/1", "exact/2"],
    "boolean": ["exact/1", "exact/2"],
    "date": ["exact/1", "exact/2", "year/1"],
    "datetime": ["exact/1", "exact/2", "year/1"],
    "time": ["exact/1", "exact/2"],
    "uuid": ["exact/1", "exact/2"],
    "enum": ["exact/1", "exact/2"],
    "bytes": ["exact/1", "exact/2"],
}
CASES = [(kind, rule) for kind, rules in RULES.items() for rule in rules]


def entry(kind: str, rule: str, number: int) -> ProtectedColumn:
    pad_to = {"enum": 9, "string": 40}.get(kind)
    return ProtectedColumn("t", f"v{number}", "t.v", kind, index=f"i{number}", normalizer=rule, pad_to=pad_to,
                           index_name="i", leaks="frequency")  # fmt: skip


def by_model(keyring: Keyring, kind: str, rule: str) -> tuple[bytes, bytes]:
    """What the models store: the ciphertext and the index."""
    inner, _, value, _ = TYPES[kind]
    pad_to = 40 if kind == "string" else None
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("v", Type(inner, keyring=keyring, context="t.v", pad_to=pad_to)),
        sa.Column("i", BlindIndex("v", normalizer=rule, leaks="frequency")),
    )
    engine = sa.create_engine("sqlite://")
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(table.insert(), {"id": 1, "v": value})
        assert connection.scalar(sa.select(table.c.v)) == value
        found = connection.execute(sa.text("select v, i from t")).one()
    return found.v, found.i


def test_one_value_has_one_index_whoever_computes_it(spark: Any, keyring: Keyring) -> None:
    from piiguard.protect.spark import decrypt_columns, encrypt_columns

    entries = [entry(kind, rule, number) for number, (kind, rule) in enumerate(CASES)]
    row = [TYPES[kind][2] if TYPES[kind][3] is None else TYPES[kind][3] for kind, _ in CASES]
    schema = ", ".join(f"v{number} {TYPES[kind][1]}" for number, (kind, _) in enumerate(CASES))
    frame = spark.createDataFrame([tuple(row)], schema)
    sealed = encrypt_columns(frame, entries, keyring=keyring.path)
    (by_spark,) = sealed.collect()
    (opened,) = decrypt_columns(sealed, entries, keyring=keyring.path).collect()
    for number, (kind, rule) in enumerate(CASES):
        _, index = by_model(keyring, kind, rule)
        seal = Seal(keyring, entries[number])
        told = f"{kind} {rule}"
        assert bytes(by_spark[f"i{number}"]) == index if index else by_spark[f"i{number}"] is None, told
        assert seal.index(seal.decrypt(bytes(by_spark[f"v{number}"]))) == index, told
        assert opened[f"v{number}"] == row[number] or kind == "decimal", told


def test_one_value_has_one_length_whoever_pads_it(spark: Any, keyring: Keyring) -> None:
    from piiguard.protect.spark import encrypt_columns

    for kind, size in (("string", 40), ("enum", 9)):
        item = entry(kind, "exact/2", 0)
        value = TYPES[kind][2] if TYPES[kind][3] is None else TYPES[kind][3]
        (row,) = encrypt_columns(
            spark.createDataFrame([(value,)], "v0 string"), [item], keyring=keyring.path
        ).collect()
        stored, _ = by_model(keyring, kind, "exact/2")
        assert (
            len(row["v0"]) == len(stored) == len(Seal(keyring, item).encrypt(value) or "") == OVERHEAD + size
        )


def test_a_document_comes_back_from_spark_as_the_document_it_was(spark: Any, keyring: Keyring) -> None:
    from piiguard.protect.spark import decrypt_columns, encrypt_columns

    item = ProtectedColumn("t", "doc", "t.doc", "json")
    frame = spark.createDataFrame([('{"a": [1, null]}',), (None,)], "doc string")
    sealed = encrypt_columns(frame, [item], keyring=keyring.path)
    first = next(row["doc"] for row in sealed.collect() if row["doc"] is not None)
    assert Seal(keyring, item).decrypt(bytes(first)) == {"a": [1, None]}
    opened = decrypt_columns(sealed, [item], keyring=keyring.path).collect()
    assert {row["doc"] for row in opened} == {'{"a":[1,null]}', None}


@pytest.mark.parametrize(("kind", "rule"), CASES)
def test_what_a_job_indexed_the_model_finds(
    any_database_url: str, keyring: Keyring, kind: str, rule: str
) -> None:
    inner, _, value, _ = TYPES[kind]
    engine = open_engine(any_database_url)
    id_column = sa.Column("id", sa.Integer, primary_key=True)
    plain = sa.Table("t", sa.MetaData(), id_column, sa.Column("v", inner))
    plain.create(engine)
    with engine.begin() as connection:
        connection.execute(plain.insert(), [{"id": 1, "v": value}, {"id": 2, "v": None}])
    item = ProtectedColumn("t", "v", "t.v", kind, index="i", normalizer=rule, leaks="frequency")
    encrypt(Job(engine, keyring), item)
    models = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("v", Type(inner, keyring=keyring, context="t.v")),
        sa.Column("i", BlindIndex("v", normalizer=rule, leaks="frequency")),
    )
    with engine.connect() as connection:
        index, hashes = models.c.i, BlindIndex.values(models.c.i, value)
        held = connection.scalar(sa.select(sa.type_coerce(index, sa.LargeBinary())).where(models.c.id == 1))
        assert ([bytes(held)] if held else []) == hashes
    engine.dispose()


@settings(max_examples=100)
@given(st.decimals(-(10**7), 10**7, places=2), st.integers(-(2**62), 2**62), st.dates(), st.datetimes())
def test_the_codec_gives_back_what_has_the_same_index(
    number: decimal.Decimal, whole: int, day: datetime.date, moment: datetime.datetime
) -> None:
    from piiguard.keys.indexable import indexable
    from piiguard.keys.normalizers import normalize

    for kind, value in (("decimal", number), ("integer", whole), ("date", day), ("datetime", moment)):
        codec = codec_for(kind)
        back = codec.decode(codec.encode(value))
        for rule in ("exact/1", "exact/2"):
            assert normalize(rule, indexable(kind, back)) == normalize(rule, indexable(kind, value))


def rows_of(engine: sa.Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.scalars(sa.text("select v from t order by id")).all())


@pytest.fixture
def coloured(any_database_url: str) -> Any:
    engine = open_engine(any_database_url)
    kind = sa.Enum(Colour)
    table = sa.Table(
        "t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("v", kind, nullable=True)
    )
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(
            table.insert(),
            [{"id": 1, "v": Colour.red}, {"id": 2, "v": Colour.turquoise}, {"id": 3, "v": None}],
        )
    yield engine
    engine.dispose()


def test_members_of_an_enum_have_one_length_and_the_entry_says_which(
    coloured: sa.Engine, keyring: Keyring
) -> None:
    with coloured.connect() as connection:
        item = look(connection, ProtectedColumn("t", "v", "t.v", "enum"), new=True).item
    assert item.pad_to == len("turquoise")
    encrypt(Job(coloured, keyring), item)
    assert [v and len(v) for v in rows_of(coloured)] == [OVERHEAD + 9, OVERHEAD + 9, None]
    metadata = sa.MetaData()
    column = Type(sa.Enum(Colour), keyring=keyring, context="t.v")
    table = sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("v", column))
    assert protected_columns(metadata) == (item,)
    with coloured.connect() as connection:
        assert connection.scalars(sa.select(table.c.v).order_by(table.c.id)).all() == [*Colour, None]


def test_rotation_pads_what_was_written_before(coloured: sa.Engine, keyring: Keyring) -> None:
    bare = ProtectedColumn("t", "v", "t.v", "enum")
    encrypt(Job(coloured, keyring), bare)
    assert [v and len(v) for v in rows_of(coloured)] == [OVERHEAD + 3, OVERHEAD + 9, None]
    padded = ProtectedColumn("t", "v", "t.v", "enum", pad_to=12)
    (done,) = rotate(Job(coloured, keyring), [padded])
    assert (done.tally.changed, done.left) == (2, 0)
    assert [v and len(v) for v in rows_of(coloured)] == [OVERHEAD + 12, OVERHEAD + 12, None]
    seal = Seal(keyring, bare)
    assert [seal.decrypt(v) for v in rows_of(coloured)] == ["red", "turquoise", None]
    (done,) = rotate(Job(coloured, keyring), [padded])
    assert done.tally.changed == 0


def test_rotation_pads_text_envelopes_too(any_database_url: str, keyring: Keyring) -> None:
    engine = open_engine(any_database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("create table t (id integer not null primary key, v varchar(20))")
        connection.execute(sa.text("insert into t values (1, 'Али'), (2, 'Сынақов')"))
    item = ProtectedColumn("t", "v", "t.v", storage="text")
    encrypt(Job(engine, keyring), ProtectedColumn("t", "v", "t.v", storage="text", pad_to=120))
    assert len({len(v) for v in rows_of(engine)}) == 1
    assert [Seal(keyring, item).decrypt(v) for v in rows_of(engine)] == ["Али", "Сынақов"]
    with engine.begin() as connection:
        table = reflect(connection, "t")
        connection.execute(table.update().where(table.c.id == 1).values(v=Seal(keyring, item).encrypt("Али")))
    (done,) = rotate(Job(engine, keyring), [ProtectedColumn("t", "v", "t.v", storage="text", pad_to=120)])
    assert done.tally.changed == 1
    assert len({len(v) for v in rows_of(engine)}) == 1
    engine.dispose()


def test_padding_of_another_type_is_refused(coloured: sa.Engine) -> None:
    with coloured.connect() as connection, pytest.raises(JobError, match="cannot be padded"):
        look(connection, ProtectedColumn("t", "id", "t.id", "integer", pad_to=8), new=True)


def test_an_index_over_few_values_asks_first(coloured: sa.Engine, keyring: Keyring) -> None:
    item = ProtectedColumn("t", "v", "t.v", "enum", index="v_index", normalizer="exact/2")
    before = rows_of(coloured)
    with pytest.raises(JobError, match="few values") as caught:
        encrypt(Job(coloured, keyring), item)
    assert "--leaks frequency" in caught.value.hint
    assert rows_of(coloured) == before
    encrypt(Job(coloured, keyring), ProtectedColumn(
        "t", "v", "t.v", "enum", index="v_index", normalizer="exact/2", leaks="frequency"
    ))  # fmt: skip
    assert rows_of(coloured) != before


def test_a_text_for_a_number_is_refused_and_not_simply_not_found(keyring: Keyring) -> None:
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("v", Type(sa.BigInteger, keyring=keyring, context="t.v")),
        sa.Column("i", BlindIndex("v", normalizer="digits/2")),
    )
    with pytest.raises(EncryptedColumnError, match="expected int, got str") as caught:
        _ = table.c.v == "050312300015"
    assert "0503" not in str(caught.value)


def test_a_padded_column_comes_back_whatever_the_length_of_its_rows(
    coloured: sa.Engine, keyring: Keyring
) -> None:
    bare = ProtectedColumn("t", "v", "t.v", "enum")
    encrypt(Job(coloured, keyring), bare)
    padded = ProtectedColumn("t", "v", "t.v", "enum", pad_to=12)
    (checked,) = verify(Job(coloured, keyring), [padded])
    assert (checked.sound, checked.opened) == (True, 2)
    decrypt(Job(coloured, keyring), padded, sql_type="varchar(12)")
    assert rows_of(coloured) == ["red", "turquoise", None]
