"""What still holds the old bytes once a column is encrypted, and what can be done about it.

SQLite is cleaned at once, as one file holds it all. A server keeps copies that only its DBA can reach: those
are named, with the statement for each.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from piiguard.database import connect, has_own
from piiguard.protect.state import now
from piiguard.protect.transient import in_words

__all__ = ["Residue", "checklist", "clean", "confirm", "forget", "remember", "residues"]


def clean(engine: sa.Engine) -> list[str]:
    """Do what this process can do; returns words for what is left, see :func:`checklist`."""
    if engine.dialect.name != "sqlite":
        return checklist(engine.dialect.name)
    with connect(engine.execution_options(isolation_level="AUTOCOMMIT")) as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1500")
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
        try:
            connection.exec_driver_sql("VACUUM")
        except SQLAlchemyError:
            return ["vacuum", *checklist("sqlite")]
        return [*([] if _truncated(connection) else ["wal"]), *checklist("sqlite")]


def _truncated(connection: sa.Connection) -> bool:
    """Empty the write-ahead log; a reader of an old snapshot can hold it for a while."""
    for _ in range(3):
        busy, *_rest = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        if not busy:
            return True
        time.sleep(0.1)
    return False


def checklist(dialect: str) -> list[str]:
    """What only a person can clean, in the order to do it; the command line has the sentences."""
    return {
        "postgresql": ["pg-rewrite", "pg-wal", "pg-logs", "replicas", "backups", "exports"],
        "mysql": ["my-rewrite", "my-binlog", "my-undo", "replicas", "backups", "exports"],
        "sqlite": ["backups", "exports"],
    }.get(dialect, ["backups", "exports"])


_residues = sa.Table(
    "piiguard_residues",
    sa.MetaData(),
    sa.Column("place", sa.String(150), primary_key=True),
    sa.Column("what", sa.String(20), primary_key=True),
    sa.Column("since", sa.String(32), nullable=False),
    sa.Column("cleaned", sa.String(32)),
    sa.Column("cleaned_by", sa.String(190)),
)


@dataclass(frozen=True, slots=True)
class Residue:
    """A place outside the column that may hold its plaintext; ``cleaned`` is a person's word, with the date."""

    place: str
    what: str
    since: str
    cleaned: str | None = None
    cleaned_by: str | None = None


def remember(engine: sa.Engine, places: Iterable[str], words: Sequence[str]) -> bool:
    """Note what is left of the plaintext of these columns, for ``status`` to show until somebody has cleaned it.

    False: this account may not make the table, or not write there.
    """
    try:
        with connect(engine) as connection:
            if not has_own(connection, _residues.name):
                _residues.create(connection)
            for place in places:
                connection.execute(_residues.delete().where(_residues.c.place == place[-150:]))
                rows = [{"place": place[-150:], "what": word, "since": now()} for word in words]
                connection.execute(_residues.insert(), rows)
            connection.commit()
    except SQLAlchemyError:
        return False  # the column is encrypted: a missing note is not worth an error
    return True


def forget(engine: sa.Engine, place: str) -> None:
    """The column is plaintext again, on purpose: nothing is left to clean."""
    with connect(engine) as connection, in_words("piiguard_residues"):
        if has_own(connection, _residues.name):
            connection.execute(_residues.delete().where(_residues.c.place == place[-150:]))
            connection.commit()


def residues(engine: sa.Engine, places: Iterable[str] = ()) -> list[Residue]:
    """What is known to be left of these columns, or of all; nothing where this account may not read it."""
    wanted = set(places)
    try:
        with connect(engine) as connection:
            if not has_own(connection, _residues.name):
                return []
            order = _residues.c.place, _residues.c.since
            found = connection.execute(sa.select(_residues).order_by(*order)).all()
    except SQLAlchemyError:
        return []
    return [Residue(*row) for row in found if not wanted or row.place in wanted]


def confirm(engine: sa.Engine, what: str, by: str, places: Iterable[str] = ()) -> int:
    """Take a person's word that this residue is gone; returns for how many columns it was open."""
    wanted = list(places)
    with connect(engine) as connection, in_words("piiguard_residues"):
        if not has_own(connection, _residues.name):
            return 0
        open_ = [_residues.c.what == what, _residues.c.cleaned.is_(None)]
        open_ += [_residues.c.place.in_(wanted)] if wanted else []
        changed = connection.execute(
            _residues.update().where(*open_).values(cleaned=now(), cleaned_by=by[:190])
        )
        connection.commit()
    return changed.rowcount
