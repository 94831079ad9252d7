"""Cells of bytes that are no text as a whole: texts inside of them are searched, and what packs them is named."""

from __future__ import annotations

import pickle
import random
import zlib
from collections.abc import Callable

import pytest

from piiguard.scan.judge import judge
from piiguard.scan.observe import Observer
from tests.scan.test_closed_cells import scanned

Pack = Callable[[str, str], bytes]


def message(number: str, name: str) -> bytes:
    """Two fields of a protobuf, each behind its tag and length."""
    return b"".join(
        bytes([tag, len(text)]) + text for tag, text in ((10, number.encode()), (18, name.encode()))
    )


def packed_map(number: str, name: str) -> bytes:
    """A map of MessagePack."""
    return (
        b"\x83\xa1n\xac"
        + number.encode()
        + b"\xa1f\xd9"
        + bytes([len(name.encode())])
        + name.encode()
        + b"\xa1k\xcf"
        + bytes(8)
    )


def document(number: str, name: str) -> bytes:
    """A document of BSON."""
    fields = b"".join(
        b"\x02" + key + b"\0" + len(text + b"\0").to_bytes(4, "little") + text + b"\0"
        for key, text in ((b"n", number.encode()), (b"f", name.encode()))
    )
    return (len(fields) + 5).to_bytes(4, "little") + fields + b"\0"


FORMS: dict[str, Pack] = {
    "pickle": lambda number, name: pickle.dumps({"n": number, "f": name, "k": [1.5, None, 2**70]}),
    "protobuf": message,
    "messagepack": packed_map,
    "bson": document,
    "between noise": lambda number, name: b"\xff\xfe\x80\x01\x07" + number.encode() + b"\x80\xff\x02\xc0" + name.encode() + b"\xf5\x9a",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_texts_inside_of_bytes_are_searched(observer: Observer, iin: Callable[[], str], form: str) -> None:
    cells = [FORMS[form](iin(), "Сынақов Үлгі Мысалұлы") for _ in range(60)]
    found = observer.observe("state", cells)["state", None]
    told = {each.entity: each.confidence for each in judge("state", None, found)}
    assert {"KZ_IIN", "PERSON"} <= told.keys()
    assert found.examined == 60


@pytest.mark.parametrize("ahead", [b"", b"\x30\x01\x00\x00"])
@pytest.mark.parametrize("level", [1, 6, 9])
def test_deflated_data_are_named(sqlite_url: str, ahead: bytes, level: int) -> None:
    text = "ИИН 050312300015, Сынақов Үлгі, 1905".encode() * 5
    report = scanned(sqlite_url, [ahead + zlib.compress(text, level) for _ in range(3)])
    assert [gap.reason for gap in report.unread] == ["values that are not taken apart: packed data (3)"]


def test_random_bytes_hold_no_texts(observer: Observer) -> None:
    dice = random.Random(31)
    cells = [b"\x78\x9c" + dice.randbytes(60) for _ in range(500)] + [dice.randbytes(16) for _ in range(3000)]
    cells += [dice.randbytes(dice.randint(4, 90)) for _ in range(3000)]
    found = observer.observe("body", cells)["body", None]
    assert found.examined == len(cells)
    assert not found.closed
    assert judge("body", None, found) == []
