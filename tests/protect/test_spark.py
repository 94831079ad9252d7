"""Encrypting and decrypting data frames: the same envelopes, and no key in the plan or the event log."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from piiguard.errors import JobError, ManifestError
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


ODD = "id long, iin string, note string, f double, d decimal(10,2), j string, at timestamp"
MOMENT = datetime.datetime(1905, 3, 12, 5, tzinfo=datetime.UTC)
ODD_ROWS = [
    (1, "050312300015", "үлгі", float("nan"), Decimal("1.10"), '{"a": 1}', MOMENT),
    (2, None, "", -0.0, None, "null", None),
    (3, "040229308993", None, 0.1, Decimal("-0.01"), "[]", MOMENT),
]
ODD_COLUMNS = [
    IIN,
    NOTE,
    ProtectedColumn("students", "f", "students.f", type="float"),
    ProtectedColumn("students", "d", "students.d", type="decimal"),
    ProtectedColumn("students", "j", "students.j", type="json"),
    ProtectedColumn("students", "at", "students.at", type="datetime_tz"),
]


@pytest.fixture
def saved(spark: Any, keyring_path: Path, tmp_path: Path) -> tuple[Any, Any]:
    """A frame, and what was saved of it, read back."""
    from piiguard.protect.spark import encrypt_columns

    frame = spark.createDataFrame(ODD_ROWS, ODD)
    encrypt_columns(frame, ODD_COLUMNS, keyring=keyring_path).write.parquet(f"{tmp_path}/sealed")
    return frame, spark.read.parquet(f"{tmp_path}/sealed")


def test_what_was_saved_is_proved_before_the_source_goes(saved: tuple[Any, Any], keyring_path: Path) -> None:
    from piiguard.protect.spark import prove_columns

    frame, sealed = saved
    assert prove_columns(frame, sealed, ODD_COLUMNS, key="id", keyring=keyring_path) == 3
    assert prove_columns(frame, sealed, ODD_COLUMNS, key=["id"], keyring=keyring_path) == 3
    assert prove_columns(frame.limit(0), sealed.limit(0), [IIN], key="id", keyring=keyring_path) == 0


@pytest.mark.parametrize("zone", ["GMT+05:00", "+05:00", "Asia/Almaty", "UTC"])
def test_moments_are_the_same_in_every_zone_of_a_session(spark: Any, keyring_path: Path, zone: str) -> None:
    from piiguard.protect.spark import decrypt_columns, encrypt_columns, prove_columns

    before = spark.conf.get("spark.sql.session.timeZone")
    spark.conf.set("spark.sql.session.timeZone", zone)
    try:
        frame, entries = spark.createDataFrame(ODD_ROWS, ODD), [ODD_COLUMNS[-1]]
        sealed = encrypt_columns(frame, entries, keyring=keyring_path)
        assert prove_columns(frame, sealed, entries, key="id", keyring=keyring_path) == 3
        opened = decrypt_columns(sealed, entries, keyring=keyring_path)
        moments = "select id, unix_micros(at) moment from {frame} order by id"
        assert spark.sql(moments, frame=opened).collect() == spark.sql(moments, frame=frame).collect()
    finally:
        spark.conf.set("spark.sql.session.timeZone", before)


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ("select * from sealed where id <> 3", "3"),
        (
            "select 7L id, iin, note, f, d, j, at, iin_index from sealed where id = 1 union all select * from sealed",
            "7",
        ),
        ("select id, iin, note, f, d, j, at, null iin_index from sealed", "1, 3"),
        ("select id, iin, note, first(f) over (order by id) f, d, j, at, iin_index from sealed", "2, 3"),
        ("select id, if(id = 1, null, iin) iin, note, f, d, j, at, iin_index from sealed", "1"),
        ("select id, if(id = 1, unhex('F901'), iin) iin, note, f, d, j, at, iin_index from sealed", "1"),
    ],
    ids=["lost", "more", "without an index", "of another row", "empty", "damaged"],
)
def test_a_row_that_is_not_what_it_was_is_named(
    spark: Any, saved: tuple[Any, Any], keyring_path: Path, change: str, rows: str
) -> None:
    from piiguard.protect.spark import prove_columns

    frame, sealed = saved
    sealed.createOrReplaceTempView("sealed")
    with pytest.raises(
        JobError, match=f"is not what the source holds, in {len(rows.split(', '))} rows?: {rows}"
    ) as refused:
        prove_columns(frame, spark.sql(change), ODD_COLUMNS, key="id", keyring=keyring_path)
    assert "050312300015" not in str(refused.value)


def test_a_key_that_does_not_tell_rows_apart_proves_nothing(
    spark: Any, saved: tuple[Any, Any], keyring_path: Path
) -> None:
    from piiguard.protect.spark import prove_columns

    frame, sealed = saved
    with pytest.raises(JobError, match="rows of one key are there twice"):
        prove_columns(frame.union(frame), sealed, ODD_COLUMNS, key="id", keyring=keyring_path)
    with pytest.raises(ManifestError, match="the frame has no column number"):
        prove_columns(frame, sealed, ODD_COLUMNS, key="number", keyring=keyring_path)


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
