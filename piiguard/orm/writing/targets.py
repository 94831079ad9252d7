"""Which table an INSERT or UPDATE writes, and which column each of its keys means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Alias, Column
from sqlalchemy.orm import Mapper, bulk_persistence

from piiguard.orm.search.comparator import base_column
from piiguard.orm.tables import BlindKind, EncryptedKind, Protected

__all__ = ["key_of", "keys_of", "mapper_of", "pairs_of", "table_of"]

_KINDS = (EncryptedKind, BlindKind)
# How a session itself reads the keys of values(): attributes, synonyms, composites, hybrids. Renamed in 2.1.
_ORM_STATE: Any = getattr(bulk_persistence, "_ORMDMLState", None) or getattr(
    bulk_persistence, "ORMDMLState", None
)


def table_of(statement: Any) -> Any:
    """The table that the database will be told to write.

    A mapper with several tables makes one statement for each, and says in an annotation which it is.
    """
    notes = statement._annotations
    if notes:
        table = notes.get("_emit_insert_table")
        table = notes.get("_emit_update_table") if table is None else table
        if table is not None:
            return table
    table = statement.table
    return table.element if isinstance(table, Alias) else table


def mapper_of(statement: Any) -> Mapper[Any] | None:
    """The mapper whose attributes may be named in ``values()``."""
    attributes = statement._propagate_attrs
    subject = attributes.get("plugin_subject") if attributes.get("compile_state_plugin") == "orm" else None
    found = getattr(subject, "mapper", None)
    return found if isinstance(found, Mapper) else None


def pairs_of(statement: Any, written: Any) -> list[tuple[Any, Any]]:
    """Columns and values of a mapping or a list of pairs, with attributes resolved as the session does."""
    pairs = list(written.items() if isinstance(written, Mapping) else written)
    mapper = mapper_of(statement)
    if mapper is None:
        return pairs
    columns = mapper.columns
    resolved = []
    for key, value in pairs:
        name = key if isinstance(key, str) else key._annotations.get("proxy_key", key.key)
        column = columns.get(name)
        if column is None:  # a synonym, a composite, a hybrid
            return list(_ORM_STATE._get_orm_crud_kv_pairs(mapper, statement, pairs, False))
        resolved.append((column if isinstance(column.type, _KINDS) else key, value))
    return resolved


def key_of(column: Any, found: Protected) -> str | None:
    """The key of an encrypted column or a blind index; None of any other column, or another table's."""
    key = column if isinstance(column, str) else column.key
    own = found.written.get(key)
    if isinstance(column, str) or own is column:
        return None if own is None else str(key)
    base = base_column(column) if own is not None or not isinstance(column, Column) else None
    return next((name for name, one in found.written.items() if one is base), None)


def keys_of(columns: Iterable[Any], found: Protected) -> Iterator[Column[Any]]:
    """The encrypted columns and blind indexes among these."""
    for column in columns:
        if (key := key_of(column, found)) is not None:
            yield found.written[key]
