"""Encrypting and decrypting data frames: the same envelopes, and no key in the plan or the event log."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from piiguard.errors import ManifestError
from piiguard.keys import Keyring
from piiguard.keys.codec import codec_for
from piiguard.keys.envelope import looks_encrypted
from piiguard.manifest import ProtectedColumn

IIN = ProtectedColumn("students", "iin", "students.iin", index="iin_index", normalizer="digits")
NOTE = ProtectedColumn("students", "note", "students.note", storage="text")
COLUMNS = "id long, iin string, note string"
ROWS = [(1, "050312300015", "үлгі"), (2, None, ""), (3, "040229308993", None)]


@pytest.fixture
def keyring_path(tmp_path: Path) -> Path:
    path = tmp_path / "keyring.json"
    Keyring.create(path, [f"file:{tmp_path / 'wrapping.key'}"])
    return path


def test_a_frame_comes_back_as_it_was(spark: Any, keyring_path: Path) -> None:
    from piiguard.protect.spark import decrypt_columns, encrypt_columns

    frame = spark.createDataFrame(ROWS, COLUMNS)
    sealed = encrypt_columns(frame, [IIN, NOTE], keyring=keyring_path)
    opened = decrypt_columns(sealed, [IIN, NOTE], keyring=keyring_path)
    assert sorted((r["id"], r["iin"], r["note"]) for r in opened.collect()) == ROWS


def test_envelopes_and_indexes_are_those_of_the_orm_layer(spark: Any, keyring_path: Path) -> None:
    from piiguard.protect.spark import encrypt_columns

    frame = spark.createDataFrame(ROWS, COLUMNS)
    sealed = {r["id"]: r for r in encrypt_columns(frame, [IIN, NOTE], keyring=keyring_path).collect()}
    keyring = Keyring.from_file(keyring_path)
    column = keyring.column("students.iin", codec_for("string").code)
    assert column.decrypt(bytes(sealed[1]["iin"])) == b"050312300015"
    assert bytes(sealed[1]["iin_index"]) == keyring.index("students.iin", "iin_index", "digits").compute(
        "050312300015"
    )
    assert looks_encrypted(sealed[1]["note"])
    assert sealed[1]["note"].startswith("pg1.")
    assert sealed[2]["iin"] is None
    assert sealed[2]["iin_index"] is None


@pytest.mark.parametrize(
    ("name", "spark_type", "value", "expected"),
    [
        ("integer", "long", 42, 42),
        ("boolean", "boolean", True, True),
        ("float", "double", 0.5, 0.5),
        ("bytes", "binary", b"\xf9\x00", b"\xf9\x00"),
        ("date", "date", datetime.date(1905, 3, 12), datetime.date(1905, 3, 12)),
        ("decimal", "decimal(10,2)", Decimal("1.10"), "1.10"),
    ],
)
def test_each_type_survives(
    spark: Any, keyring_path: Path, name: str, spark_type: str, value: object, expected: object
) -> None:
    from piiguard.protect.spark import decrypt_columns, encrypt_columns

    entry = ProtectedColumn("t", "c", "t.c", type=name)
    frame = spark.createDataFrame([(value,)], f"c {spark_type}")
    (row,) = decrypt_columns(
        encrypt_columns(frame, [entry], keyring=keyring_path), [entry], keyring=keyring_path
    ).collect()
    assert row["c"] == expected


def test_a_column_that_is_not_there_is_refused_before_any_work(spark: Any, keyring_path: Path) -> None:
    from piiguard.protect.spark import encrypt_columns

    frame = spark.createDataFrame(ROWS, COLUMNS)
    with pytest.raises(ManifestError, match="the frame has no column phone"):
        encrypt_columns(frame, [ProtectedColumn("students", "phone", "students.phone")], keyring=keyring_path)


def test_no_key_stands_in_the_plan_or_in_the_event_log(spark: Any, keyring_path: Path) -> None:
    from piiguard.protect.spark import encrypt_columns

    sealed = encrypt_columns(spark.createDataFrame(ROWS, COLUMNS), [IIN], keyring=keyring_path)
    assert sealed.count() == len(ROWS)
    keyring = Keyring.from_file(keyring_path).open()
    secrets = [keyring_path.with_name("wrapping.key").read_bytes().strip(), *keyring.current().roots.values()]
    forbidden = {form for secret in secrets for form in (secret, secret.hex().encode())}
    plan = sealed._jdf.queryExecution().toString().encode()
    logs = Path(spark.sparkContext.getConf().get("spark.eventLog.dir").removeprefix("file:")).rglob("*")
    written = b"".join(file.read_bytes() for file in logs if file.is_file())
    assert len(written) > 1000
    for secret in forbidden:
        assert secret not in plan
        assert secret not in written
