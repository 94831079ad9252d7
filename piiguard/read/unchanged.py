"""A word that is another one as soon as a row of a table is: what the database proves of it now, and nothing that it remembers.

PostgreSQL writes into each row which transaction made it. Where the newest of them is older than every transaction that
still runs, whatever is committed later has a higher number: a row that is added or changed raises the newest, one that is
deleted lowers the count. Counters of statistics are written late, and can be reset; these two are as the rows are.
SQLite has a file, which shows that it was written to. MariaDB has the second in which a table's last change began; TRUNCATE
leaves it as it was, and so the rows are counted too. See docs/decisions/0240-which-table-has-not-changed.md.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from piiguard.database.sqlite import quiet_mark
from piiguard.database.transactions import list_is_new
from piiguard.read.relation import Relation
from piiguard.read.sampling import MOST_PASSED

__all__ = ["QUIET", "is_postgresql", "later", "proof"]

QUIET = 10
"""Seconds for which MariaDB must not have written to a table: its clock has seconds, and several changes may fall into one."""


def proof(connection: sa.Connection, relation: Relation, sample: int | None = None) -> str:
    """The word, to be asked for before the rows are read; nothing where the database has none.

    Views and foreign tables are computed when they are read, from whatever lies elsewhere. A sample of a very large table
    is read sooner than its rows are counted.
    """
    own = _OWN.get(connection.dialect.name)
    if not own or relation.expanded or relation.unread or relation.told:
        return ""
    if own is not _sqlite and sample is not None and relation.rows > MOST_PASSED:
        return ""
    found = own(connection, relation)
    # what is read of it, and what the source says of its columns; the estimate of its rows is no fact
    return _digest(replace(relation, rows=0), found) if found else ""


def _digest(*facts: object) -> str:
    """Nobody can tell from it what a table or a column is called, or how many rows there are."""
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).hexdigest()


def _sqlite(connection: sa.Connection, relation: Relation) -> object:
    return quiet_mark(connection.engine.url)


_POSTGRESQL = re.compile(
    r"PostgreSQL [\d.]+ (\((Debian|Ubuntu|Homebrew|Postgres\.app)[^)]*\) )?on (?!.*Redshift)"
)
_SERVER = """
select version(), extract(epoch from pg_postmaster_start_time())::text,
       extract(epoch from pg_stat_get_bgwriter_stat_reset_time())::text,
       (select oid::text from pg_database where datname = current_database()),
       exists (select from pg_extension where extname in ('citus', 'timescaledb')),
       txid_snapshot_xmin(txid_current_snapshot())
"""
"""The second moment is new after a crash, which may take commits back and give their numbers out again."""
_LEAVES = """
with recursive leaf (oid) as (
    select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = :schema and c.relname = :name
    union all select i.inhrelid from leaf join pg_class p on p.oid = leaf.oid and p.relkind = 'p'
                     join pg_inherits i on i.inhparent = leaf.oid),
held as (select a.* from leaf join pg_attribute a on a.attrelid = leaf.oid and a.attnum > 0 and not a.attisdropped)
"""
_STORED = f"""{_LEAVES}
select c.oid::text, c.relfilenode::text, c.relkind::text, coalesce(m.amname::text, ''), a.attnum, a.attname::text,
       a.atttypid::text, a.atttypmod, coalesce(a.attgenerated::text, '')
  from leaf join pg_class c on c.oid = leaf.oid left join pg_am m on m.oid = c.relam left join held a on a.attrelid = c.oid
 order by c.oid, a.attnum
"""  # noqa: S608 - of constants
# A domain is what lies below it, an array its elements; the labels of an enumeration can be renamed.
_TYPES = f"""{_LEAVES},
used (oid) as (
    select atttypid from held
    union select case t.typtype when 'd' then t.typbasetype else t.typelem end
            from used join pg_type t on t.oid = used.oid where t.typtype = 'd' or t.typcategory = 'A')
select t.oid::text, t.typname::text, t.typtype::text, n.nspname = 'pg_catalog', e.enumlabel::text
  from used join pg_type t on t.oid = used.oid join pg_namespace n on n.oid = t.typnamespace
  left join pg_enum e on e.enumtypid = t.oid
 order by t.oid, e.enumsortorder
"""  # noqa: S608 - of constants
_ROUND = 1 << 32
"""Numbers of transactions that a row can hold; what is more than half of them away counts as later, and so as not proved."""


def is_postgresql(version: str) -> bool:
    """Whether it is the server itself: others speak its protocol, and keep rows elsewhere or number transactions in another way."""
    return bool(_POSTGRESQL.match(version))


def _postgresql(connection: sa.Connection, relation: Relation) -> object:
    version, *server, spread, oldest = connection.execute(sa.text(_SERVER)).one()
    if not is_postgresql(version) or spread:
        return None
    place = {"schema": relation.schema or relation.home, "name": relation.name}
    stored, types = ([*map(tuple, connection.execute(sa.text(asked), place))] for asked in (_STORED, _TYPES))
    if not all(map(_holds_rows, stored)) or not all(map(_says_itself, types)):
        return None
    written: sa.ColumnElement[Any] = sa.literal_column(later(oldest))
    rows, newest = connection.execute(relation.select([sa.func.count(), sa.func.max(written)])).one()
    if rows and newest >= 0:
        return None  # the transaction that wrote it may have a neighbour that is not done
    return server, stored, types, rows, rows and oldest + newest


def later(oldest: int) -> str:
    """By how many transactions a row is younger than the oldest that still runs; negative: than none.

    Numbers below 3 are of no transaction: https://www.postgresql.org/docs/current/routine-vacuuming.html
    """
    half = _ROUND >> 1
    apart = f"((xmin::text::bigint - {oldest % _ROUND} + {half}) & {_ROUND - 1}) - {half}"
    return f"case when xmin::text::bigint < 3 then -{half} else {apart} end"


def _holds_rows(row: Sequence[Any]) -> bool:
    """Whether rows lie in it as PostgreSQL itself keeps them, and none of its columns is computed when it is read."""
    _, _, kind, method, *_, generated = row
    return kind in "rpm" and method == ("" if kind == "p" else "heap") and generated != "v"


def _says_itself(row: Sequence[Any]) -> bool:
    """Whether values of a type are read as what stands in the row: no name of something else, no function of somebody's."""
    _, name, kind, own, _ = row
    if own and (name.lstrip("_").startswith("reg") or name.lstrip("_") == "aclitem"):
        return False
    return kind in ("b", "e", "d") or (own and kind in ("r", "m"))


_TOLD = """
set statement time_zone = '+00:00' for
select @@hostname, @@port, @@server_id, cast(create_time as char), timestampdiff(second, '1970-01-01', update_time)
  from information_schema.tables
 where table_schema = coalesce(:schema, database()) and table_name = :name and table_type = 'BASE TABLE'
   and engine = 'InnoDB' and create_options not like '%partitioned%'
   and greatest(create_time, update_time) < now() - interval :quiet second
"""
# A list in the time of the machine, whatever the session's is.
_OLDER = """
set statement time_zone = 'SYSTEM' for
select count(*) from information_schema.innodb_trx where trx_started <= from_unixtime(:written)
"""


def _mariadb(connection: sa.Connection, relation: Relation) -> object:
    """After a start of the server it knows of no change, and MySQL may tell what was a day ago.

    The second is that in which a transaction began, not its end: one as old as the last may still be open, and its
    changes would come under the same second. To see that takes the right PROCESS.
    """
    if not getattr(connection.dialect, "is_mariadb", False):
        return None
    place = {"schema": relation.schema, "name": relation.name, "quiet": QUIET}
    told = connection.execute(sa.text(_TOLD), place).one_or_none()
    if told is None or not list_is_new(connection):
        return None
    if connection.scalar(sa.text(_OLDER), {"written": told[-1]}):
        return None
    return tuple(told), connection.scalar(relation.select([sa.func.count()]))


_OWN = {"sqlite": _sqlite, "postgresql": _postgresql, "mysql": _mariadb, "mariadb": _mariadb}
