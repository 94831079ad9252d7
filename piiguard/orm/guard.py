"""A CHECK constraint that lets the database itself refuse plaintext, whoever writes it."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import CheckConstraint, Column, ColumnElement, column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import Boolean

from piiguard.orm.types.encrypted import Encrypted

__all__ = ["ciphertext_only"]


class _IsEnvelope(ColumnElement[bool]):
    """Whether the column begins as an envelope does; each database spells it its own way."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, name: str, storage: str) -> None:
        self.column: ColumnElement[Any] = column(name)
        self.storage = storage


# SQLite's substr of an empty blob is NULL, and a CHECK lets NULL pass: hence the length.
_FORMS = {
    ("sqlite", "binary"): (
        "{0} IS NULL OR (typeof({0}) = 'blob' AND length({0}) >= 46 AND substr({0}, 1, 1) = x'F9')"
    ),
    ("postgresql", "binary"): "substring({0} from 1 for 1) = '\\xf9'::bytea",
    ("mysql", "binary"): "LEFT({0}, 1) = x'F9'",
    ("sqlite", "text"): "{0} IS NULL OR substr({0}, 1, 6) = 'pg1.-Q'",
    ("postgresql", "text"): "left({0}, 6) = 'pg1.-Q'",
    ("mysql", "text"): "BINARY LEFT({0}, 6) = 'pg1.-Q'",
}


@compiles(_IsEnvelope)
def _render(element: _IsEnvelope, compiler: Any, **kw: Any) -> str:
    name = {"mariadb": "mysql"}.get(compiler.dialect.name, compiler.dialect.name)
    form = _FORMS.get((name, element.storage))
    if form is None:  # a guard that is not there must not look as if it were
        raise NotImplementedError(f"ciphertext_only is not written for {name}")
    return form.format(compiler.process(element.column, **kw))


def ciphertext_only(
    source: str | Column[Any], *, storage: Literal["binary", "text"] = "binary", name: str | None = None
) -> CheckConstraint:
    """A constraint for ``__table_args__`` or ``Table``: the column holds NULL or an envelope.

    Add it when no plaintext is left; until then the database would refuse the rows that still are.
    """
    if isinstance(source, Column):
        kind = source.type
        storage = kind.storage if isinstance(kind, Encrypted) else storage
        source = source.name
    return CheckConstraint(_IsEnvelope(source, storage), name=name or f"{source}_is_ciphertext")
