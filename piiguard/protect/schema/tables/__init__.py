"""A table as its database describes it: its columns, its keys, and the values of a key.

Jobs know a column as the database shows it: no models are needed, and none are imported.
"""

from __future__ import annotations

from piiguard.protect.schema.tables.keys import Key, compared, key_of
from piiguard.protect.schema.tables.stored import dump_key, load_key
from piiguard.protect.schema.tables.tables import (
    as_value,
    column_of,
    home_of,
    quoted,
    reflect,
    split,
    unmoved,
)
from piiguard.protect.schema.tables.unique import unique_groups

__all__ = [
    "Key",
    "as_value",
    "column_of",
    "compared",
    "dump_key",
    "home_of",
    "key_of",
    "load_key",
    "quoted",
    "reflect",
    "split",
    "unique_groups",
    "unmoved",
]
