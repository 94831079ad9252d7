"""Redacting data frames: the same text as the local redactor gives, and no key in the event log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from piiguard.errors import ManifestError
from piiguard.keys import Keyring
from piiguard.redact import Redactor

ROWS = [(1, "ИИН 050312300015 принят"), (2, None), (3, "келесі сабақ"), (4, "ұялы +7 701 123 45 67, 😀")]


def test_a_frame_is_redacted_as_the_local_redactor_does(spark: Any) -> None:
    from piiguard.redact.spark import redact_columns

    frame = spark.createDataFrame(ROWS, "id long, note string")
    redactor = Redactor("mask")
    expected = [(n, None if t is None else redactor.text(t, ("note",))) for n, t in ROWS]
    clean = redact_columns(frame, ["note"])
    assert sorted((r["id"], r["note"]) for r in clean.collect()) == expected
    assert "050312300015" not in str(expected)
    assert clean.schema == frame.schema


def test_pseudonyms_are_those_of_the_keyring_and_no_key_is_logged(spark: Any, tmp_path: Path) -> None:
    from piiguard.redact.spark import redact_columns

    path = tmp_path / "keyring.json"
    keyring = Keyring.create(path, [f"file:{tmp_path / 'wrapping.key'}"]).open()
    frame = spark.createDataFrame(ROWS, "id long, note string")
    clean = redact_columns(frame, ["note"], operator="pseudonym", keyring=path)
    texts = {r["id"]: r["note"] for r in clean.collect()}
    assert texts[1] == Redactor("pseudonym", keyring=keyring).text(ROWS[0][1] or "", ("note",))
    events = Path(str(spark.sparkContext.getConf().get("spark.eventLog.dir")).removeprefix("file:"))
    written = b"".join(file.read_bytes() for file in events.rglob("*") if file.is_file())
    for secret in [(tmp_path / "wrapping.key").read_bytes().strip(), *keyring.current().roots.values()]:
        assert secret not in written
        assert secret.hex().encode() not in written


@pytest.mark.parametrize("column", ["id", "missing"])
def test_a_column_that_holds_no_text_is_refused(spark: Any, column: str) -> None:
    from piiguard.redact.spark import redact_columns

    frame = spark.createDataFrame(ROWS, "id long, note string")
    with pytest.raises(ManifestError, match=column):
        redact_columns(frame, [column])
