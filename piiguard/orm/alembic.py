"""Alembic: migrations that need neither piiguard's keys nor its types, and the move to encryption.

In ``env.py``::

    import piiguard.orm.alembic as encrypted

    context.configure(..., render_item=encrypted.render_item, compare_type=encrypted.compare_type,
                      include_name=encrypted.include_name)

``include_name`` is for those who want it said: without it, too, nothing is proposed about what jobs have made.

In migrations, with ``import piiguard.orm.alembic`` at their top: ``op.expand_encrypted("students", "iin",
index="iin_index")``, then ``piiguard encrypt --keep-plaintext`` fills the twin beside the running
application, then ``op.contract_encrypted("students", "iin")`` in the next release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa
from alembic.operations import MigrateOperation, Operations

from piiguard.errors import JobError
from piiguard.keys.index import SIZE
from piiguard.orm.migrations.autogenerate import include_name, is_converted
from piiguard.orm.search.index import BlindIndex
from piiguard.orm.types.encrypted import Encrypted

if TYPE_CHECKING:
    from piiguard.keys import Keyring

__all__ = ["compare_type", "include_name", "render_item"]

_TWIN = "{}_enc"  # as piiguard encrypt calls it


def render_item(kind: str, item: Any, context: Any) -> str | Literal[False]:
    """Write the storage type into a migration; False leaves everything else to Alembic."""
    if kind != "type":
        return False
    if isinstance(item, BlindIndex):
        return f"sa.LargeBinary(length={SIZE}).with_variant(sa.VARBINARY({SIZE}), 'mysql', 'mariadb')"
    if isinstance(item, Encrypted):
        return "sa.Text()" if item.storage == "text" else "sa.LargeBinary()"
    return False


def compare_type(context: Any, inspected: Any, column: Any, found: Any, declared: Any) -> bool | None:
    """Whether the database's type differs from what is stored; None leaves other columns to Alembic."""
    if isinstance(declared, Encrypted) and declared.storage == "text":
        return not isinstance(found, sa.String)
    if isinstance(declared, Encrypted) and is_converted(context.connection, column.table.name, column.name):
        return False
    if isinstance(declared, Encrypted | BlindIndex):
        return not isinstance(found, sa.types._Binary)
    return None


class _Move(MigrateOperation):
    def __init__(self, table: str, column: str, schema: str | None = None) -> None:
        self.table, self.column, self.schema = table, column, schema

    @property
    def twin(self) -> str:
        return _TWIN.format(self.column)

    @property
    def place(self) -> str:
        """The table with its schema."""
        return f"{self.schema}.{self.table}" if self.schema else self.table


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

    keyring: Keyring | None = None

    @classmethod
    def contract_encrypted(
        cls,
        operations: Operations,
        table: str,
        column: str,
        *,
        keyring: Keyring | None = None,
        schema: str | None = None,
    ) -> None:
        """Prove every row under a lock, then drop, rename, guard; RuntimeError while that is not possible.

        The keyring, or the one that PIIGUARD_KEYRING names, opens every value. Without one, no row may have
        changed since ``piiguard encrypt --keep-plaintext`` opened them.
        """
        move = cls(table, column, schema)
        move.keyring = keyring
        operations.invoke(move)

    def reverse(self) -> MigrateOperation:
        raise NotImplementedError("plaintext that was dropped comes back with piiguard decrypt only")


# As the type of the models: UNIQUE over a BLOB of MariaDB serves no search.
_INDEX = sa.LargeBinary(SIZE).with_variant(sa.VARBINARY(SIZE), "mysql", "mariadb")


@Operations.implementation_for(ExpandEncrypted)
def _expand(operations: Operations, move: ExpandEncrypted) -> None:
    operations.add_column(move.table, sa.Column(move.twin, sa.LargeBinary()), schema=move.schema)
    if move.index is not None:
        operations.add_column(move.table, sa.Column(move.index, _INDEX), schema=move.schema)
        operations.create_index(
            _index_name(move), move.table, [move.index], unique=move.unique, schema=move.schema
        )


@Operations.implementation_for(CollapseEncrypted)
def _collapse(operations: Operations, move: CollapseEncrypted) -> None:
    from piiguard.protect.proof.migration import collapse

    connection = _online(operations, move)
    if move.index is not None:
        operations.drop_index(_index_name(move), move.table, schema=move.schema)
    try:
        collapse(connection, move.place, move.column, move.twin, move.index)
    except JobError as error:
        raise RuntimeError(f"{error}: {error.hint}") from None


@Operations.implementation_for(ContractEncrypted)
def _contract(operations: Operations, move: ContractEncrypted) -> None:
    from piiguard.protect.proof.migration import contract

    connection = _online(operations, move)
    table = sa.table(move.table, sa.column(move.column), sa.column(move.twin), schema=move.schema)
    plain, twin = table.c[move.column], table.c[move.twin]
    left = sa.select(sa.func.count()).select_from(table).where(plain.is_not(None), twin.is_(None))
    if rows := connection.scalar(left):
        raise RuntimeError(f"{move.table}.{move.column}: {rows} rows are not encrypted yet: piiguard encrypt")
    try:
        contract(connection, move.place, move.column, move.twin, move.keyring)
    except JobError as error:
        raise RuntimeError(f"{error}: {error.hint}") from None


def _online(operations: Operations, move: _Move) -> sa.Connection:
    """A script of SQL can look at no row."""
    if operations.get_context().as_sql:
        raise RuntimeError(f"{move.place}.{move.column}: run this migration on the database, not with --sql")
    return operations.get_bind()


def _index_name(move: ExpandEncrypted) -> str:
    return f"ix_{move.table}_{move.index}"
