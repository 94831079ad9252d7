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

from piiguard.detect.numbers import plain_number
from piiguard.repeated import Repeated, object_of

__all__ = [
    "DECODER",
    "DEEPEST",
    "OF_LINES",
    "as_json",
    "as_text",
    "as_tree",
    "below",
    "leaves",
    "place_of",
    "step",
]

# A key with six digits or an address in it is a value that somebody used as a key.
_VALUE_KEY = re.compile(r"(?:[^0-9]*[0-9]){6}|[^@]+@[^@]+\.|[A-Za-zА-ЯЁӘҒҚҢӨҰҮҺІа-яёәғқңөұүһі]+ [^ ]+ ")
_PLAIN_KEY = re.compile(r"[^\W]+(?:-\w+)*")
_LONGEST_KEY = 100  # characters; what is longer is a text, and would stand in the path of all below it
DEEPEST = 40
"""Steps of a path; what lies deeper is named by the outermost ones and by its own name, which is its label."""


_ROOTS = ("$", "$.", "$[")
"""How a column begins that is a place in a document."""


# numbers keep all their digits, however many
DECODER = json.JSONDecoder(object_pairs_hook=object_of, parse_int=str, parse_float=plain_number, strict=False)
OF_LINES = json.JSONDecoder(object_pairs_hook=object_of, parse_int=str, parse_float=plain_number)
"""No line break stands in a value."""


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
        return _digits(value) if value.is_finite() and value == value.to_integral_value() else str(value)
    if isinstance(value, date):
        return value.isoformat()[:10]
    return _digits(Decimal(value)) if isinstance(value, int) and abs(value) > _PRINTED else str(value)


_PRINTED = 10**4000
_MOST_DIGITS = 1 << 20
"""As of any cell; PostgreSQL keeps 131,072 before the point."""


def _digits(value: Decimal) -> str:
    """All digits of a whole number: Python writes no int of more than 4,300."""
    return f"{value.to_integral_value():f}" if value.adjusted() < _MOST_DIGITS else str(value)


def as_json(cell: str) -> Any:
    """The object or list that a text holds, or None when it is no JSON."""
    if cell[-1] not in "}]" or cell.lstrip()[0] not in "{[":
        return None
    try:
        return json.loads(cell, object_pairs_hook=object_of)
    except (ValueError, RecursionError):
        return None


def as_tree(cell: str) -> Any:
    """The same to be searched: with every value of a name that stands twice, and all digits of numbers.

    >>> as_tree('{"iin": 5.0312300015e10, "iin": "x"}')
    {'iin': ['50312300015', 'x']}
    """
    if cell[-1] not in "}]" or cell.lstrip()[0] not in "{[":
        return None
    try:
        return DECODER.decode(cell)
    except (ValueError, RecursionError):
        return None


def leaves(value: Any, path: str = "$", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every scalar of a JSON value with its path; array positions vary, so they are all ``[*]``."""
    if isinstance(value, dict):
        for key, inner in value.items():
            name = step(key)
            if name == ".*":
                yield f"{path}.*", key
            yield from leaves(inner, path + name, depth + 1) if depth < DEEPEST else _below(inner, path)
    elif isinstance(value, list | tuple):
        place = path if isinstance(value, Repeated) else f"{path}[*]"
        for inner in value:
            yield from leaves(inner, place, depth + 1) if depth < DEEPEST else _below(inner, path)
    elif value is not None and (text := value.strip() if isinstance(value, str) else as_text(value)):
        yield path, text


def _below(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every scalar of a value that lies too deep for a path of its own, however deep it is."""
    rest = [(path, value)]
    while rest:
        place, value = rest.pop()
        if isinstance(value, dict):
            for key, inner in value.items():
                name = below(path, key)
                rest.append((name, inner))
                if name.endswith(".*"):
                    rest.append((name, key))
        elif isinstance(value, list | tuple):
            rest += ((place, inner) for inner in value)
        else:
            yield from leaves(value, place)


def below(path: str, key: str) -> str:
    """The path of what has this name and lies too deep for one of its own.

    >>> below("$.a[*]", "iin"), below("$.a[*]..b", "iin")
    ('$.a[*]..iin', '$.a[*]..iin')
    """
    return f"{path.partition('..')[0]}..{step(key).removeprefix('.')}"


def place_of(table: str, column: str, path: str | None) -> str:
    """How a column in a file is called, or a place in it; the rows of a document are in no column of their own.

    >>> place_of("crm.people", "doc", "$.number"), place_of("", "$[*]", "$.iin")
    ('$.crm.people.doc.number', '$[*].iin')
    """
    above = "$" + "".join(map(step, table.split("."))) if table else "$"
    return (column if column[:2] in _ROOTS else f"{above}.{column}") + (path or "$")[1:]


def step(key: str) -> str:
    if len(key) > _LONGEST_KEY or _VALUE_KEY.match(key):
        return ".*"
    return f".{key}" if _PLAIN_KEY.fullmatch(key) else f"[{json.dumps(key, ensure_ascii=False)}]"
