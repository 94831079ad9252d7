"""Alembic: migrations that need neither piiguard's keys nor its types, and the move to encryption.

In ``env.py``::

    import piiguard.orm.alembic as encrypted

    context.configure(..., render_item=encrypted.render_item, compare_type=encrypted.compare_type)

In migrations, with ``import piiguard.orm.alembic`` at their top: ``op.expand_encrypted("students", "iin",
index="iin_index")``, then ``piiguard encrypt --keep-plaintext`` fills the twin beside the running
application, then ``op.contract_encrypted("students", "iin")`` in the next release.
"""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic.operations import MigrateOperation, Operations

from piiguard.keys.index import SIZE
from piiguard.orm.guard import ciphertext_only
from piiguard.orm.search.index import BlindIndex
from piiguard.orm.types.encrypted import Encrypted

__all__ = ["compare_type", "render_item"]

_TWIN = "{}_enc"  # as piiguard encrypt calls it


def render_item(kind: str, item: Any, context: Any) -> str | Literal[False]:
    """Write the storage type into a migration; False leaves everything else to Alembic."""
    if kind != "type":
        return False
    if isinstance(item, BlindIndex):
        return f"sa.LargeBinary(length={SIZE})"
    if isinstance(item, Encrypted):
        return "sa.Text()" if item.storage == "text" else "sa.LargeBinary()"
    return False


def compare_type(context: Any, inspected: Any, column: Any, found: Any, declared: Any) -> bool | None:
    """Whether the database's type differs from what is stored; None leaves other columns to Alembic."""
    if isinstance(declared, Encrypted) and declared.storage == "text":
        return not isinstance(found, sa.String)
    if isinstance(declared, Encrypted | BlindIndex):
        return not isinstance(found, sa.types._Binary)
    return None


class _Move(MigrateOperation):
    def __init__(self, table: str, column: str, schema: str | None = None) -> None:
        self.table, self.column, self.schema = table, column, schema

    @property
    def twin(self) -> str:
        return _TWIN.format(self.column)


@Operations.register_operation("expand_encrypted")
class ExpandEncrypted(_Move):
    """Add the twin column for ciphertext, and the blind index; both nullable, so the table is not rewritten."""

    index: str | None = None
    unique = False

    @classmethod
    def expand_encrypted(
        cls,
        operations: Operations,
        table: str,
        column: str,
        *,
        index: str | None = None,
        unique: bool = False,
        schema: str | None = None,
    ) -> None:
        """Add ``column_enc`` and the blind index; ``piiguard encrypt`` fills them."""
        move = cls(table, column, schema)
        move.index, move.unique = index, unique
        operations.invoke(move)

    def reverse(self) -> CollapseEncrypted:
        move = CollapseEncrypted(self.table, self.column, self.schema)
        move.index, move.unique = self.index, self.unique
        return move


@Operations.register_operation("collapse_encrypted")
class CollapseEncrypted(ExpandEncrypted):
    """Undo an expansion, while the plaintext column is still there."""

    @classmethod
    def collapse_encrypted(
        cls,
        operations: Operations,
        table: str,
        column: str,
        *,
        index: str | None = None,
        schema: str | None = None,
    ) -> None:
        """Drop ``column_enc`` and the blind index."""
        move = cls(table, column, schema)
        move.index = index
        operations.invoke(move)


@Operations.register_operation("contract_encrypted")
class ContractEncrypted(_Move):
    """Drop the plaintext and let the twin take its name; there is no way back but ``piiguard decrypt``."""

    @classmethod
    def contract_encrypted(
        cls, operations: Operations, table: str, column: str, *, schema: str | None = None
    ) -> None:
        """Refuse while a row's plaintext has no ciphertext beside it; then drop, rename, guard."""
        operations.invoke(cls(table, column, schema))

    def reverse(self) -> MigrateOperation:
        raise NotImplementedError("plaintext that was dropped comes back with piiguard decrypt only")


@Operations.implementation_for(ExpandEncrypted)
def _expand(operations: Operations, move: ExpandEncrypted) -> None:
    operations.add_column(move.table, sa.Column(move.twin, sa.LargeBinary()), schema=move.schema)
    if move.index is not None:
        operations.add_column(move.table, sa.Column(move.index, sa.LargeBinary(SIZE)), schema=move.schema)
        operations.create_index(
            _index_name(move), move.table, [move.index], unique=move.unique, schema=move.schema
        )


@Operations.implementation_for(CollapseEncrypted)
def _collapse(operations: Operations, move: CollapseEncrypted) -> None:
    if move.index is not None:
        operations.drop_index(_index_name(move), move.table, schema=move.schema)
        operations.drop_column(move.table, move.index, schema=move.schema)
    operations.drop_column(move.table, move.twin, schema=move.schema)


@Operations.implementation_for(ContractEncrypted)
def _contract(operations: Operations, move: ContractEncrypted) -> None:
    connection = operations.get_bind()
    table = sa.table(move.table, sa.column(move.column), sa.column(move.twin), schema=move.schema)
    plain, twin = table.c[move.column], table.c[move.twin]
    left = sa.select(sa.func.count()).select_from(table).where(plain.is_not(None), twin.is_(None))
    if not operations.get_context().as_sql and (rows := connection.scalar(left)):
        raise RuntimeError(f"{move.table}.{move.column}: {rows} rows are not encrypted yet: piiguard encrypt")
    operations.drop_column(move.table, move.column, schema=move.schema)
    operations.alter_column(
        move.table,
        move.twin,
        new_column_name=move.column,
        existing_type=sa.LargeBinary(),
        existing_nullable=True,
        schema=move.schema,
    )
    if connection.dialect.name != "sqlite":  # it adds no constraint to a table that is there
        guard = ciphertext_only(move.column, name=f"{move.table}_{move.column}_is_ciphertext")
        text = str(guard.sqltext.compile(dialect=connection.dialect)).replace("%%", "%")
        operations.create_check_constraint(str(guard.name), move.table, sa.text(text), schema=move.schema)


def _index_name(move: ExpandEncrypted) -> str:
    return f"ix_{move.table}_{move.index}"
