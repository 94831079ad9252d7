"""The encrypted type: what it stores, what it reads, what it refuses."""

from __future__ import annotations

import copy
import pickle
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.orm import Session

from piiguard.errors import (
    DecryptionError,
    EnvelopeError,
    KeyringError,
    KeyVersionNotFound,
    NotEncrypted,
    PiiguardError,
)
from piiguard.keys import Keyring
from piiguard.keys.envelope import OVERHEAD, TEXT_PREFIX
from piiguard.orm import Encrypted, EncryptedColumnError, Sealed

FIRST = "050312300015"


def table_of(keyring: Keyring, **options: Any) -> sa.Table:
    inner = options.pop("inner", sa.Text)
    column: Any = sa.Column("v", Encrypted(inner, keyring=keyring, context="t.v", **options))
    return sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), column)


@pytest.fixture
def connection() -> Any:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def stored(connection: sa.Connection) -> Any:
    return connection.execute(sa.text("SELECT v FROM t ORDER BY id DESC")).scalar()


def put(connection: sa.Connection, value: Any) -> None:
    """Write around the type."""
    connection.execute(sa.text("INSERT INTO t (v) VALUES (:v)"), {"v": value})


@pytest.mark.parametrize("text", ["", "Сынақов Үлгі", "a" * 5000, "\x00", "pg1.-QEKCwwN"])
@pytest.mark.parametrize("storage", ["binary", "text"])
def test_text_round_trips(connection: Any, keyring: Keyring, text: str, storage: str) -> None:
    table = table_of(keyring, storage=storage)
    table.create(connection)
    connection.execute(sa.insert(table).values(v=text))
    assert connection.scalar(sa.select(table.c.v)) == text
    held = stored(connection)
    if storage == "text":
        assert held.startswith(TEXT_PREFIX)
    else:
        assert held[0] == 0xF9
        assert len(held) == OVERHEAD + len(text.encode())


def test_null_stays_null(connection: Any, keyring: Keyring) -> None:
    for storage in ("binary", "text"):
        table = table_of(keyring, storage=storage)
        table.create(connection)
        connection.execute(sa.insert(table).values(v=None))
        assert stored(connection) is None
        assert connection.scalar(sa.select(table.c.v)) is None
        table.drop(connection)


def test_equal_values_have_unequal_ciphertext(connection: Any, keyring: Keyring) -> None:
    table = table_of(keyring)
    table.create(connection)
    connection.execute(sa.insert(table), [{"v": FIRST}] * 10)
    assert len(set(connection.scalars(sa.text("SELECT v FROM t")))) == 10


def test_padding_gives_short_names_one_length(connection: Any, keyring: Keyring) -> None:
    table = table_of(keyring, pad_to=64)
    table.create(connection)
    connection.execute(sa.insert(table), [{"v": "Али"}, {"v": "Сынақов Үлгі Сынақұлы"}, {"v": ""}])
    assert {len(held) for held in connection.scalars(sa.text("SELECT v FROM t"))} == {OVERHEAD + 64}
    assert connection.scalars(sa.select(table.c.v)).all() == ["Али", "Сынақов Үлгі Сынақұлы", ""]


def test_padding_is_for_text(keyring: Keyring) -> None:
    with pytest.raises(EncryptedColumnError, match="pad_to is for text, not for Integer"):
        Encrypted(sa.Integer, keyring=keyring, context="t.v", pad_to=8)


@pytest.mark.parametrize("options", [{"storage": "json"}, {"on_error": "ignore"}])
def test_an_unknown_option_is_refused(keyring: Keyring, options: Any) -> None:
    with pytest.raises(EncryptedColumnError, match="unknown option"):
        Encrypted(sa.Text, keyring=keyring, context="t.v", **options)


def envelope(keyring: Keyring, text: str = FIRST, context: str = "t.v") -> bytes:
    return keyring.column(context, 1).encrypt(text.encode())


def broken(keyring: Keyring, other: Keyring) -> list[tuple[Any, type[PiiguardError]]]:
    good = envelope(keyring)
    return [
        (FIRST.encode(), NotEncrypted),
        (FIRST, NotEncrypted),
        (good[:20], EnvelopeError),
        (good[:1] + b"\x07" + good[2:], EnvelopeError),
        (good[:-1] + bytes([good[-1] ^ 1]), DecryptionError),
        (good[:-1], DecryptionError),
        (envelope(keyring, context="t.other"), DecryptionError),
        (envelope(other), KeyVersionNotFound),
    ]


@pytest.fixture
def stranger(tmp_path: Any) -> Keyring:
    return Keyring.from_file(Keyring.create(tmp_path / "other.json", [f"file:{tmp_path / 'o.key'}"]).path)


def test_each_kind_of_broken_value_has_its_error(
    connection: Any, keyring: Keyring, stranger: Keyring
) -> None:
    table = table_of(keyring)
    table.create(connection)
    for value, error in broken(keyring, stranger):
        put(connection, value)
        with pytest.raises(error) as caught:
            connection.scalar(sa.select(table.c.v))
        assert type(caught.value) is error
        assert "t.v" in str(caught.value)
        assert FIRST not in f"{caught.value!r} {caught.value.hint}"
        connection.execute(sa.delete(table))


def test_marker_reads_broken_values_as_sealed(connection: Any, keyring: Keyring, stranger: Keyring) -> None:
    table = table_of(keyring, on_error="marker")
    table.create(connection)
    put(connection, envelope(keyring))
    for value, _ in broken(keyring, stranger):
        put(connection, value)
    first, *others = connection.scalars(sa.select(table.c.v).order_by(table.c.id)).all()
    assert first == FIRST
    for sealed, (_, error) in zip(others, broken(keyring, stranger), strict=True):
        assert isinstance(sealed, Sealed)
        assert not sealed
        assert sealed.reason == error.__name__
        assert str(sealed) == repr(sealed) == f"<sealed t.v: {error.__name__}>"
    with pytest.raises(EncryptedColumnError, match=r"t.v: a value is refused: expected str, got Sealed"):
        connection.execute(sa.insert(table), {"v": others[0]})


def test_an_error_says_the_column_when_it_differs_from_the_context(connection: Any, keyring: Keyring) -> None:
    column: Any = sa.Column("v", Encrypted(sa.Text, keyring=keyring, context="people.iin"))
    table = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), column)
    table.create(connection)
    put(connection, envelope(keyring))
    with pytest.raises(DecryptionError, match=r"people\.iin") as caught:
        connection.scalar(sa.select(table.c.v))
    assert caught.value.__notes__ == ["read from t.v"]


def test_a_value_that_the_inner_type_refuses(connection: Any, keyring: Keyring) -> None:
    table = table_of(keyring, inner=sa.String(12))
    table.create(connection)
    for value, reason in [("0" * 13, "it is longer than 12 characters"), (7, "it is not what String takes")]:
        with pytest.raises(EncryptedColumnError) as caught:
            connection.execute(sa.insert(table), [{"v": value}])
        assert str(caught.value) == f"t.v: a value is refused: {reason}"
        assert caught.value.__cause__ in (None, caught.value)  # SQLAlchemy raises it from itself


def test_a_lone_surrogate_is_refused_without_the_text(connection: Any, keyring: Keyring) -> None:
    table = table_of(keyring)
    table.create(connection)
    with pytest.raises(EncryptedColumnError, match="lone surrogate") as caught:
        connection.execute(sa.insert(table), [{"v": f"{FIRST}\ud800"}])
    assert FIRST not in repr(caught.value)


def test_migrating_reads_both_and_writes_ciphertext(connection: Any, keyring: Keyring) -> None:
    for storage in ("binary", "text"):
        table = table_of(keyring, migrating=True, storage=storage)
        table.create(connection)
        put(connection, FIRST)
        connection.execute(sa.insert(table).values(v="090909400014"))
        kind: Any = table.c.v.type
        assert kind.plaintext_reads == 0
        assert connection.scalars(sa.select(table.c.v).order_by(table.c.id)).all() == [FIRST, "090909400014"]
        assert kind.plaintext_reads == 1
        assert stored(connection)[0] in ("p", 0xF9)
        table.drop(connection)


def test_migrating_never_takes_ciphertext_for_plaintext(connection: Any, keyring: Keyring) -> None:
    table = table_of(keyring, migrating=True)
    table.create(connection)
    put(connection, envelope(keyring, context="t.other"))
    with pytest.raises(DecryptionError):
        connection.scalar(sa.select(table.c.v))


def test_migrating_takes_an_image_for_plaintext(connection: Any, keyring: Keyring) -> None:
    table = table_of(keyring, inner=sa.LargeBinary, migrating=True)
    table.create(connection)
    image = b"\xf9\x01" + bytes(range(60))  # begins like an envelope, of a key that nobody has
    for value in (image, b"\xf9", b"GIF89a"):
        put(connection, value)
        assert connection.scalar(sa.select(table.c.v).order_by(table.c.id.desc())) == value
    connection.execute(sa.insert(table).values(v=image))
    assert connection.scalar(sa.select(table.c.v).order_by(table.c.id.desc())) == image
    assert table.c.v.type.plaintext_reads == 3  # type: ignore[attr-defined]


def test_plaintext_that_the_inner_type_cannot_read_is_an_error(connection: Any, keyring: Keyring) -> None:
    table = table_of(keyring, inner=sa.Integer, migrating=True, storage="text")
    table.create(connection)
    put(connection, "42")
    assert connection.scalar(sa.select(table.c.v)) == 42
    put(connection, f"x{FIRST}")
    with pytest.raises(DecryptionError, match=r"t.v: plaintext that Integer cannot read") as caught:
        connection.scalars(sa.select(table.c.v)).all()
    assert FIRST not in repr(caught.value)


def test_a_driver_that_hands_over_memory_is_read(keyring: Keyring) -> None:
    dialect: Any = DefaultDialect()
    dialect.driver, dialect.dbapi = "other", SimpleNamespace(Binary=memoryview)
    for kind in (
        Encrypted(sa.Text, keyring=keyring, context="t.v"),
        Encrypted(sa.Text, keyring=keyring, context="t.v", migrating=True),
    ):
        bound = kind.bind_processor(dialect)(FIRST)
        assert isinstance(bound, memoryview)
        read = kind.result_processor(dialect, None)
        assert read(bound) == read(bytes(bound)) == FIRST
        assert read(None) is None


def test_a_number_in_a_text_column_is_plaintext_while_migrating(keyring: Keyring) -> None:
    kind = Encrypted(sa.Integer, keyring=keyring, context="t.v", migrating=True)
    assert kind.result_processor(sa.create_engine("sqlite://").dialect, None)(42) == 42


def test_a_value_is_never_rendered_into_sql_text(keyring: Keyring) -> None:
    table = table_of(keyring)
    with pytest.raises(EncryptedColumnError, match="not rendered into SQL text"):
        sa.insert(table).values(v=FIRST).compile(compile_kwargs={"literal_binds": True})


def test_a_keyring_error_while_binding_is_not_wrapped(connection: Any, tmp_path: Any) -> None:
    table = table_of(Keyring.from_file(tmp_path / "missing.json"))
    table.create(connection)
    with pytest.raises(KeyringError) as caught:
        connection.execute(sa.insert(table), [{"v": FIRST}, {"v": "x"}])
    shown = f"{caught.value!r}{caught.value}{caught.value.__cause__!r}{caught.value.__context__!r}"
    assert FIRST not in shown
    assert not hasattr(caught.value, "params")


def test_a_failure_of_another_column_while_binding_hides_the_parameters(
    session: Session, models: SimpleNamespace
) -> None:
    connection = session.connection()
    for rows in ([{"iin": FIRST, "town": "x"}, {"iin": FIRST}], [{"iin": FIRST, "id": object()}]):
        with pytest.raises(sa.exc.StatementError) as caught:
            connection.execute(sa.insert(models.table), rows)
        assert FIRST not in f"{caught.value} {caught.value!r} {caught.value.params!r} {vars(caught.value)!r}"


def test_the_type_shows_no_key_and_is_not_pickled(keyring: Keyring) -> None:
    kind = Encrypted(sa.String(12), keyring=keyring, context="t.v")
    assert repr(kind) == "Encrypted(String(length=12), context='t.v')"
    with pytest.raises(EncryptedColumnError, match="cannot be pickled"):
        pickle.dumps(kind)
    assert copy.deepcopy(kind).context == "t.v"
    assert kind.keyring is keyring
    assert kind.python_type is str


def test_options_tell_types_apart_in_the_statement_cache(keyring: Keyring, stranger: Keyring) -> None:
    kinds = [
        Encrypted(sa.String(12), keyring=keyring, context="a"),
        Encrypted(sa.String(13), keyring=keyring, context="a"),
        Encrypted(sa.String(12), keyring=stranger, context="a"),
        Encrypted(sa.String(12), keyring=keyring, context="b"),
        Encrypted(sa.String(12), keyring=keyring, context="a", storage="text"),
        Encrypted(sa.String(12), keyring=keyring, context="a", pad_to=20),
        Encrypted(sa.String(12), keyring=keyring, context="a", migrating=True),
        Encrypted(sa.String(12), keyring=keyring, context="a", on_error="marker"),
    ]
    assert len({kind._static_cache_key for kind in kinds}) == len(kinds)
    twin = Encrypted(sa.String(12), keyring=keyring, context="a")
    assert twin._static_cache_key == kinds[0]._static_cache_key


def test_the_place_follows_the_column(keyring: Keyring) -> None:
    kind = Encrypted(sa.Text, keyring=keyring, context="shared")
    assert kind.place == "shared"
    first = sa.Table("a", sa.MetaData(), sa.Column("x", kind))
    assert kind.place == "a.x"
    copied = first.to_metadata(sa.MetaData(), name="b")
    assert copied.c.x.type.place == "b.x"  # type: ignore[attr-defined]
    assert kind.place == "a.x"
    sa.Table("c", sa.MetaData(), sa.Column("y", kind))
    assert kind.place == "shared"  # one object for two columns is called by what they share


def test_touching_an_object_does_not_encrypt_again(
    session: Session, models: SimpleNamespace, raw: Any
) -> None:
    student = models.Student(iin=FIRST)
    session.add(student)
    session.commit()
    assert student.iin == FIRST
    before = raw(session, "iin")
    student.iin = FIRST
    session.commit()
    assert raw(session, "iin") == before


def test_a_value_of_another_type_says_where_to_look(connection: Any, keyring: Keyring) -> None:
    def enum_of(*members: str) -> sa.Table:
        kind = Encrypted(sa.Enum(*members), keyring=keyring, context="t.v")
        return sa.Table(
            "t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("v", kind)
        )

    before = enum_of("day", "night")
    before.create(connection)
    connection.execute(sa.insert(before), {"id": 1, "v": "night"})
    with pytest.raises(DecryptionError, match="does not open") as caught:
        connection.scalar(sa.select(table_of(keyring, inner=sa.Integer).c.v))
    assert "manifest --check" in caught.value.hint
    with pytest.raises(
        DecryptionError, match="opens, and is nothing that the type of the column reads"
    ) as told:
        connection.scalar(sa.select(enum_of("day").c.v))
    assert "give an Enum its member back" in told.value.hint
    assert "night" not in f"{told.value!r} {told.value.hint}"
