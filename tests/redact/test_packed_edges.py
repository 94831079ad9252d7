"""A line that is longer than what is read at once is cut between what is packed in it, never inside."""

from __future__ import annotations

import base64
import io
import json
from urllib.parse import quote

import pytest

from piiguard.detect import BlockReader
from piiguard.detect.escapes import Shown
from piiguard.redact import stream
from piiguard.redact.redactor import Redactor
from piiguard.redact.stream import StreamRedactor
from tests import corpora

SIZE = 1 << 14
FIRST = next(iter(BlockReader(io.BytesIO(bytes(b"a" * 3 * SIZE)), size=SIZE)))
EDGES = {"redact": SIZE - stream.LONG_AFTER, "scan": FIRST.until}
IIN = corpora.values("KZ_IIN", 1)[0]
NAME = "Сынаков Асан Мысалович"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


RUNS: dict[str, str] = {
    "Basic": f"Authorization: Basic {b64(f'{IIN}:secret')}",
    "data URI": f"src='data:text/plain;base64,{b64(f'ИИН {IIN}, принят')}'",
    "JSON": f"s={b64(json.dumps({'iin': IIN, 'note': 'ok'}))}",
    "JSON, longer than what is looked at": f"s={b64(json.dumps({'note': ['ok'] * 300, 'iin': IIN}))}",
    "JWT": f"token={b64(json.dumps({'alg': 'HS256'})).rstrip('=')}.{b64(json.dumps({'iin': IIN})).rstrip('=')}.c2ln",
    "word of mail": f"Subject: =?utf-8?B?{b64(f'ИИН {IIN}')}?=",
    "one-byte Cyrillic": f"/s?fio={quote(NAME, encoding='cp1251')}",
    "percent": "iin=" + "".join(f"%{ord(sign):02X}" for sign in IIN),
    "references": "iin=" + "".join(f"&#{ord(sign)};" for sign in IIN),
    "escapes": "iin=" + "".join(f"\\u{ord(sign):04x}" for sign in IIN),
}  # fmt: skip
FILLERS: dict[str, tuple[str, str]] = {"blanks": ("ab, ", " "), "JSON without blanks": ('{"a":[1,2]},', '"')}


def lines(run: str, filler: str, edge: int) -> list[bytes]:
    """Long lines in which the edge falls on each part of the run."""
    unit, around = FILLERS[filler]
    heads = {edge - at for at in range(-9, len(run) + 9, 3 + len(run) // 8)}
    return [
        (
            (unit * (head // len(unit) + 1))[: head - 1]
            + around
            + run
            + around
            + unit * (4 * SIZE // len(unit))
        ).encode()
        for head in heads
    ]


def found(data: bytes) -> set[str]:
    reader, entities = BlockReader(io.BytesIO(data), size=SIZE), set()
    for block in reader:
        shown = Shown.of(block.data, block.seen, block.until)
        for _, _, matches in ENGINE.engine.lines(shown.data, shown.seen, shown.until):
            entities |= {match.entity for match in matches}
    return entities


ENGINE = Redactor("tag", entities=["KZ_IIN", "PERSON"])


@pytest.mark.parametrize("filler", FILLERS)
@pytest.mark.parametrize("run", RUNS)
def test_what_is_packed_is_found_wherever_a_long_line_is_cut(run: str, filler: str) -> None:
    for data in lines(RUNS[run], filler, EDGES["scan"]):
        assert found(data) in ({"KZ_IIN"}, {"PERSON"})


@pytest.mark.parametrize("filler", FILLERS)
@pytest.mark.parametrize("run", RUNS)
def test_what_is_packed_is_removed_wherever_a_long_line_is_cut(
    monkeypatch: pytest.MonkeyPatch, run: str, filler: str
) -> None:
    monkeypatch.setattr(stream, "LONGEST", SIZE)
    for data in lines(RUNS[run], filler, EDGES["redact"]):
        redacting = StreamRedactor(ENGINE)
        pieces = [data[at : at + 4096] for at in range(0, len(data), 4096)]
        clean = b"".join(map(redacting.feed, pieces)) + redacting.finish()
        assert b"<KZ_IIN>" in clean or b"<PERSON>" in clean
        assert not found(clean)
        assert clean[:9000] == data[:9000]
        assert clean[-9000:] == data[-9000:]
