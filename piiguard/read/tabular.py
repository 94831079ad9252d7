"""Whether text begins like a table, whatever its name: an export called .txt is judged by column too.

A log is not taken for one: the first row has to name columns, one of them after personal data, and be no row of values.
"""

from __future__ import annotations

from collections import Counter

from piiguard.detect import encodings
from piiguard.detect.headers import hints
from piiguard.read.dialect import Dialect, dialect_of, rows
from piiguard.read.header import names_columns

__all__ = ["is_tabular"]

_ABOVE = 5
"""Rows that may stand above that of the names: a title, a date."""
_LEAST = {",": 3}
"""Columns of a table by its delimiter: a sentence has a comma too."""
_OFTEN = 0.95


def is_tabular(head: bytes, encoding: str = "auto") -> bool:
    r"""Whether a file that begins with these bytes is a table of delimited text under names.

    >>> is_tabular(b"id\tiin\tphone\n1\t050312300017\t87011234567\n"), is_tabular(b"GET /a;b\nphone;1\n")
    (True, False)
    """
    if not any(each in head for each in (b"\t", b";", b"|", b",")):
        return False
    text = head.decode(encodings.detect(head) if encoding == "auto" else encoding, "replace")
    lines = text.lstrip("\ufeff").splitlines(keepends=True)
    if len(lines) > 2 and not lines[-1].endswith(("\r", "\n")):
        lines.pop()  # it may be cut off
    dialect = dialect_of(lines)
    return (
        dialect is not None
        and dialect.width >= _LEAST.get(dialect.delimiter, 2)
        and _is_under_names(lines, dialect)
    )


def _is_under_names(lines: list[str], dialect: Dialect) -> bool:
    table = [row for _, row in rows(iter(lines[dialect.said :]), dialect)]
    for place, row in enumerate(table[:_ABOVE]):
        below = table[place + 1 :]
        if len(row) == dialect.width and any(hints(cell) for cell in row):
            widths = Counter(len(each) for each in below)
            return bool(below) and widths[dialect.width] >= _OFTEN * len(below) and names_columns(row, below)
    return False
