"""Turns what a database gives for a cell into texts, each with its JSON path.

>>> dict(leaves({"client": {"docs": [{"number": 12}, {"number": "A"}]}}))
{'$.client.docs[*].number': 'A'}
>>> [path for path, _ in leaves({"050312300015": {"phone": "x"}})]
['$.*', '$.*.phone']
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

__all__ = ["as_json", "as_text", "bytes_as_text", "leaves", "step"]

# A key with six digits or an address in it is a value that somebody used as a key.
_VALUE_KEY = re.compile(r"(?:[^0-9]*[0-9]){6}|[^@]+@[^@]+\.|[A-Za-zА-ЯЁӘҒҚҢӨҰҮҺІа-яёәғқңөұүһі]+ [^ ]+ ")
_PLAIN_KEY = re.compile(r"[^\W]+(?:-\w+)*")
_LONGEST_KEY = 100  # characters; what is longer is a text, and would stand in the path of all below it
_DEEPEST = 40


def as_text(value: object) -> str:
    """The text of a number, a date or anything else that is no string.

    >>> as_text(50312300015), as_text(50312300015.0), as_text(Decimal("50312300015.00")), as_text(0.5)
    ('50312300015', '50312300015', '50312300015', '0.5')
    """
    if isinstance(value, bool):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e19 else str(value)
    if isinstance(value, Decimal):
        return str(int(value)) if value.is_finite() and value == value.to_integral_value() else str(value)
    if isinstance(value, date):
        return value.isoformat()[:10]
    return str(value)


def bytes_as_text(value: bytes) -> str | None:
    """The text that these bytes hold, or None when they hold no text."""
    if b"\x00" in value:
        return _wide(value)
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(value) - 4 and error.reason == "unexpected end of data" and error.start > 0:
            return value[: error.start].decode("utf-8")
    printable = sum(byte >= 0xC0 or 32 <= byte < 127 or byte in (9, 10, 13) for byte in value)
    plain = sum(32 <= byte < 127 for byte in value)
    # Cyrillic in one byte: nearly all of it letters or printable, and more than chance would leave so.
    return (
        value.decode("cp1251", "replace")
        if printable > 0.95 * len(value) and plain > len(value) / 4
        else None
    )


def _wide(value: bytes) -> str | None:
    for name, zeros in (("utf-16-le", value[1::2]), ("utf-16-be", value[0::2])):
        if zeros.count(0) > 0.6 * len(zeros) and len(value) % 2 == 0:
            return value.decode(name, "replace").lstrip("\ufeff")
    return None


def as_json(cell: str) -> Any:
    """The object or list that a text holds, or None when it is no JSON."""
    if cell[-1] not in "}]" or cell.lstrip()[0] not in "{[":
        return None
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return None


def leaves(value: Any, path: str = "$", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every scalar of a JSON value with its path; array positions vary, so they are all ``[*]``."""
    if isinstance(value, dict):
        for key, inner in value.items():
            name = step(key)
            if name == ".*":
                yield f"{path}.*", key
            if depth < _DEEPEST:
                yield from leaves(inner, path + name, depth + 1)
    elif isinstance(value, list | tuple):
        place = f"{path}[*]"
        for inner in value if depth < _DEEPEST else ():
            yield from leaves(inner, place, depth + 1)
    elif value is not None and (text := value.strip() if isinstance(value, str) else as_text(value)):
        yield path, text


def step(key: str) -> str:
    if len(key) > _LONGEST_KEY or _VALUE_KEY.match(key):
        return ".*"
    return f".{key}" if _PLAIN_KEY.fullmatch(key) else f"[{json.dumps(key, ensure_ascii=False)}]"
