"""The table ``piiguard_restricted``: what was moved away of restricted rows, each sealed under the key that the keyring has for that.

A row is named by an HMAC of its table and key, and its seal is bound to both; without the keyring nothing can be told of it
but the table.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import SQLAlchemyError

from piiguard import database
from piiguard.errors import PiiguardError, SubjectError
from piiguard.names import json_text
from piiguard.read.relation import Relation
from piiguard.subjects.live import Row, Table
from piiguard.subjects.restricted.values import key_bytes, packed, unpacked

if TYPE_CHECKING:
    from piiguard.keys import Keyring
    from piiguard.keys.restriction import Restriction

__all__ = ["CLOSED", "NO_KEYRING", "PLACE", "RestrictedRow", "RestrictedRows", "ensure"]

PLACE = "piiguard_restricted"
NO_KEYRING = "restricted rows, and no keyring opens them"
CLOSED = "restricted rows do not open: they were changed, or sealed under another keyring"
How = Literal["seal", "flag"]
_MANY = 200
_metadata = sa.MetaData()
_table = sa.Table(
    PLACE,
    _metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("table_name", sa.String(190), nullable=False, index=True),
    sa.Column("sealed", sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb"), nullable=False),
)


@dataclass(frozen=True, slots=True, repr=False)
class RestrictedRow:
    """What was moved away of one row, since ``since``.

    ``values`` are those of before by column, ``left`` what was put in their places. Of an encrypted value ``plain`` has the bytes that it opens to:
    its key may be gone when it comes back. ``types`` are those of the columns then.
    """

    table: Table
    row: Row
    how: How
    since: str
    values: Mapping[str, Any]
    left: Mapping[str, Any]
    plain: Mapping[str, bytes] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> bytes:
        """As it is sealed. Raises :class:`SubjectError` for a key or a value that JSON cannot hold."""
        try:
            key = [packed(value) for value in self.row]
            values = {name: packed(value) for name, value in self.values.items()}
            left = {name: packed(value) for name, value in self.left.items()}
        except TypeError as error:
            raise SubjectError(
                f"{self.table.place}: a value of the type {error} cannot be sealed",
                hint="a flag column stops the use of such rows",
            ) from None
        plain = {name: base64.b64encode(value).decode() for name, value in self.plain.items()}
        made = {"key": key, "how": self.how, "since": self.since, "values": values, "left": left}
        return json_text({**made, "plain": plain, "types": dict(self.types)}).encode()

    @classmethod
    def of(cls, table: Table, text: bytes) -> RestrictedRow:
        """Undo :meth:`to_json`."""
        found = json.loads(text)
        return cls(
            table,
            tuple(map(unpacked, found["key"])),
            found["how"],
            found["since"],
            {name: unpacked(value) for name, value in found["values"].items()},
            {name: unpacked(value) for name, value in found["left"].items()},
            {name: base64.b64decode(value) for name, value in found["plain"].items()},
            found["types"],
        )


class RestrictedRows:
    """The restricted rows of one database, opened with a keyring."""

    def __init__(self, connection: sa.Connection, keyring: Keyring | None) -> None:
        self._connection, self._keyring = connection, keyring

    @cached_property
    def places(self) -> frozenset[str]:
        """The tables of which rows are restricted."""
        # MariaDB denies to describe a table that is not there to an account that may not read it if it were
        if PLACE not in database.inspect(self._connection).get_table_names():
            return frozenset()
        database.refuse_strange(self._connection, PLACE)
        return frozenset(map(str, self._connection.scalars(sa.select(_table.c.table_name).distinct())))

    @property
    def closed(self) -> bool:
        """Whether there are some, and no keyring opens them."""
        return bool(self.places) and self._keyring is None

    @cached_property
    def own(self) -> Table:
        """The table itself, for statements."""
        relation = Relation(None, PLACE, "table", -1, home=database.home(self._connection))
        return Table(relation, PLACE, ("name",), {column.name: column.type for column in _table.columns})

    def all(self, table: Table) -> Iterator[RestrictedRow]:
        """Every restricted row of a table, a page at a time. Raises :class:`DecryptionError` for one that does not open."""
        if table.place not in self.places or self.closed:
            return
        own = _table.c
        listed = sa.select(own.name, own.table_name).where(own.table_name == table.place)
        # some databases do not tell A from a
        names = [name for name, place in self._connection.execute(listed).all() if place == table.place]
        for at in range(0, len(names), _MANY):
            part = names[at : at + _MANY]
            query = sa.select(own.name, own.sealed).where(own.name.in_(part))
            sealed = {str(found.name): found.sealed for found in self._connection.execute(query).all()}
            for name in part:  # one that is no name of ours is not found again, and does not open
                yield self._opened(table, str(name), sealed.get(str(name)))

    def of(self, table: Table, rows: Iterable[Row]) -> dict[Row, RestrictedRow]:
        """Those of these rows that are restricted."""
        if table.place not in self.places or self.closed or not table.key:
            return {}
        names = {self.name(table, row): row for row in rows}
        listed, opened = list(names), dict[Row, RestrictedRow]()
        for at in range(0, len(listed), _MANY):
            query = sa.select(_table).where(_table.c.name.in_(listed[at : at + _MANY]))
            for found in self._connection.execute(query).all():
                if found.name in names:
                    opened[names[found.name]] = self._opened(table, found.name, found.sealed)
        return opened

    def name(self, table: Table, row: Row) -> str:
        """What a row is called here."""
        return self._restriction.name(table.place, key_bytes(row))

    def bound(self, one: RestrictedRow) -> dict[str, Any]:
        """What stands in the table of one row."""
        name = self.name(one.table, one.row)
        sealed = self._restriction.seal(f"{one.table.place} {name}", one.to_json())
        return {"name": name, "table_name": one.table.place, "sealed": sealed}

    def _opened(self, table: Table, name: str, sealed: Any) -> RestrictedRow:
        data = bytes(sealed) if isinstance(sealed, bytes | memoryview | bytearray) else b""
        return RestrictedRow.of(table, self._restriction.open(f"{table.place} {name}", data))

    @cached_property
    def _restriction(self) -> Restriction:
        if self._keyring is None:
            raise PiiguardError("no keyring opens the restricted rows")
        return self._keyring.restriction()


def ensure(connection: sa.Connection) -> None:
    """Make the table where it is missing; on some databases that is a transaction of its own. Raises :class:`SubjectError`."""
    if database.has_own(connection, PLACE):
        return
    try:
        _metadata.create_all(connection, checkfirst=False)
        connection.commit()
    except SQLAlchemyError:
        connection.rollback()
        if database.has_own(connection, PLACE):  # another was faster
            return
        raise SubjectError(
            f"the table {PLACE} is missing and cannot be made here",
            hint="docs/rights.md has the statement, for an account that may create tables",
        ) from None
