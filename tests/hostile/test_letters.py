"""A letter of very many parts costs in proportion to them, counted in calls and not in time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from piiguard.scan import Options, scan_log

PART = "--b\r\nContent-Type: text/plain\r\n\r\nhello {}\r\n"
PARTS: dict[str, Callable[[int], str]] = {
    "parts": lambda count: "".join(map(PART.format, range(count))),
    "encoded words": lambda count: f"--b\r\nSubject: {'=?utf-8?q?=D0=B0?= ' * count}\r\n\r\nhello\r\n",
    "fields": lambda count: "--b\r\n" + "".join(map("X-{}: a\r\n".format, range(count))) + "\r\nhello\r\n",
}
FEW, MANY = 200, 1600


def calls(work: Callable[[], object]) -> int:
    """How many functions and generators are entered in this thread."""
    count = 0

    def note(_: FrameType, event: str, __: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("kind", PARTS)
def test_a_letter_costs_in_proportion_to_its_parts(tmp_path: Path, kind: str) -> None:
    spent = {}
    for count in (1, FEW, MANY):
        file = tmp_path / f"{count}.eml"
        head = "From: a@mail.example.kz\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        file.write_text(f"{head}{PARTS[kind](count)}--b--\r\n")
        spent[count] = calls(lambda file=file: scan_log(str(file), Options(entities=("KZ_IIN",))))  # type: ignore[misc]
    many, few = spent[MANY] - spent[1], spent[FEW] - spent[1]
    assert many < 1.5 * MANY / FEW * max(few, 1000)
