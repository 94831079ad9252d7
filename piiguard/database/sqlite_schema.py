"""What the schema of an SQLite file may run when its tables are read: no more than what SQLite itself calls innocuous, and JSON.

With an untrusted schema SQLite refuses a whole database for one column that is computed by ``json_extract``: its JSON functions
are harmless, and not marked so. A schema that calls them, and nothing else that is not innocuous, is trusted for them.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any

__all__ = ["calls_json_alone", "distrust"]

_INNOCUOUS = 0x200000  # SQLITE_INNOCUOUS, https://sqlite.org/c3ref/c_deterministic.html
_JSON = re.compile(r"jsonb?(_[a-z_]+)?|->>?")
_WORD = re.compile(r"\w+|->>?")
# Such a table is read with and without trust; what its columns are called, and its options, count as other words do.
_SEARCH = re.compile(r"\busing\s+(?:fts[345]|rtree(?:_i32)?)\s*\(")


def distrust(raw: Any) -> None:
    """Set what the schema of a connection may run, by what it says."""
    raw.execute(f"PRAGMA trusted_schema = {int(calls_json_alone(raw))}")


def calls_json_alone(raw: Any) -> bool:
    """Whether a schema calls functions of JSON that have to be trusted, and names nothing else that would have to be.

    >>> connection = sqlite3.connect(":memory:")
    >>> _ = connection.execute("create view v as select json_extract(load_extension(j), '$') from t")
    >>> calls_json_alone(connection)
    False
    """
    try:
        texts = raw.execute("SELECT lower(sql) FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        functions = raw.execute(
            "SELECT lower(name), max(flags) FROM pragma_function_list GROUP BY 1"
        ).fetchall()
        modules = raw.execute("SELECT lower(name) FROM pragma_module_list").fetchall()
    except sqlite3.Error:
        return False
    unsafe = {name for name, flags in functions if not flags & _INNOCUOUS} | {name for (name,) in modules}
    named = {word for (text,) in texts for word in _WORD.findall(_words(text))} & unsafe
    return bool(named) and all(map(_JSON.fullmatch, named))


def _words(value: str | bytes) -> str:
    text = value if isinstance(value, str) else value.decode("utf-8", "replace")
    return _SEARCH.sub("", text) if text.startswith("create virtual table") else text
