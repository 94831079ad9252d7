"""The encoding of a PostgreSQL connection: ours, whatever the environment and the database say.

``PGCLIENTENCODING`` and a database in SQL_ASCII would have the driver hand out texts as bytes, the server's own version
among them. So every connection speaks UTF-8. In a SQL_ASCII database texts may be of any encoding, and the server
refuses to send as UTF-8 what is none. A job leaves it at that: it would write back what it had guessed. Who only reads
takes every text as it lies there, with surrogates for what is no UTF-8.
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import sqlalchemy as sa

from piiguard.repeated import object_of

__all__ = ["names_no_encoding", "speak_utf8", "whole_json"]

_TEXTS = ("bpchar", "name", "text", "varchar", '"char"', 0)
_ANY = "piiguard_any_encoding"


def speak_utf8(engine: sa.Engine, *, reading: bool) -> None:
    """Have all connections of the engine send and take UTF-8; those that read take what is none, too."""
    driver = engine.dialect.driver
    if engine.dialect.name != "postgresql" or driver not in ("psycopg", "psycopg2"):
        return
    sa.event.listen(engine, "do_connect", _ask_for_utf8)
    if reading and driver == "psycopg":
        sa.event.listen(engine, "connect", _take_any_text)
        sa.event.listen(engine, "before_cursor_execute", _as_bytes, retval=True)


def whole_json(engine: sa.Engine) -> None:
    """Have connections give every value of a name that stands twice in a `json`: the driver would drop all but the last."""
    if engine.dialect.name == "postgresql" and engine.dialect.driver == "psycopg":
        sa.event.listen(engine, "connect", _take_whole_json)


def _take_whole_json(connection: Any, _record: Any) -> None:
    from psycopg.types.json import set_json_loads

    set_json_loads(partial(json.loads, object_pairs_hook=object_of), connection)


def names_no_encoding(connection: sa.Connection) -> bool:
    """Whether texts of this connection may be of any encoding: what is no UTF-8 has surrogates."""
    return _ANY in connection.info


def _ask_for_utf8(_dialect: object, _record: object, _given: object, named: dict[str, Any]) -> None:
    named["client_encoding"] = "utf8"


def _take_any_text(connection: Any, record: Any) -> None:
    if connection.info.parameter_status("server_encoding") != "SQL_ASCII":
        return
    import psycopg

    class Text(psycopg.adapt.Loader):
        def load(self, data: Any) -> str:
            return bytes(data).decode("utf-8", "surrogateescape")

    for kind in _TEXTS:
        connection.adapters.register_loader(kind, Text)
    connection.execute("set client_encoding = 'SQL_ASCII'")
    connection.commit()
    record.info[_ANY] = True


def _as_bytes(
    connection: sa.Connection, _cursor: Any, statement: Any, parameters: Any, _context: Any, _many: bool
) -> tuple[Any, Any]:
    """The driver takes SQL_ASCII by its name, and would send no other letters in a statement."""
    if names_no_encoding(connection) and isinstance(statement, str):
        statement = statement.encode("utf-8", "surrogateescape")
    return statement, parameters
