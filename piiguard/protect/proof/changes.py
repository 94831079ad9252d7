"""Which rows may have changed since a moment.

PostgreSQL stamps every version of a row with the number of its transaction, ``xmin``, whoever wrote it and whatever
triggers ran. The other databases keep no such stamp: there every row may have changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

__all__ = ["Moment", "now"]

_HALF = 2**31  # xmin is 32 bits of 64: it tells before from after within half of its circle


@dataclass(frozen=True, slots=True)
class Moment:
    """The oldest transaction that was open then; None: it cannot be told."""

    oldest: int | None = None

    def later(self, connection: sa.Connection) -> sa.ColumnElement[bool]:
        """Rows that may have changed since; some that have not may be among them."""
        if self.oldest is None or _next(connection) - self.oldest >= _HALF:
            return sa.true()
        # A frozen row keeps its stamp; one from long before may look later and is looked at once more.
        stamp = sa.cast(sa.cast(sa.literal_column("xmin"), sa.Text), sa.BigInteger)
        distance = (stamp - self.oldest % 2**32).op("&")(sa.literal(2**32 - 1, sa.BigInteger))
        return distance < sa.literal(_HALF, sa.BigInteger)


def now(connection: sa.Connection, table: sa.Table) -> Moment:
    """This moment; what is committed is seen by every statement that begins after it."""
    if connection.dialect.name != "postgresql":
        return Moment()
    try:
        with connection.begin_nested():
            connection.execute(sa.select(sa.literal_column("xmin")).select_from(table).limit(1)).all()
    except SQLAlchemyError:
        return Moment()  # a foreign table, a view, a storage of another kind
    found = connection.scalar(
        sa.text("select cast(cast(txid_snapshot_xmin(txid_current_snapshot()) as text) as bigint)")
    )
    return Moment(int(str(found)))


def _next(connection: sa.Connection) -> int:
    found = connection.scalar(sa.text("select cast(txid_snapshot_xmax(txid_current_snapshot()) as bigint)"))
    return int(str(found))
