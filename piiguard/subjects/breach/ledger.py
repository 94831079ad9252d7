"""What was met so far, as keyed hashes: of different values, of persons, and of what stands where.

The key lives as long as the comparison. Beyond a few megabytes the hashes lie in a file of SQLite's that has no name and
goes with the process; no value is in it, and without the key none can be told from it.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager

from piiguard.keys.derivation import lp

__all__ = ["Ledger"]

_SIZE = 16
_CHUNK = 500
_CACHE_KIB = 32 << 10
_SCHEMA = """
create table value (hash blob primary key, entity text, sure integer, ours integer default 0) without rowid;
create table spot (place integer, hash blob, primary key (place, hash)) without rowid;
create table person (place integer, hash blob, primary key (place, hash)) without rowid;
"""


class Ledger(AbstractContextManager["Ledger"]):
    """Counts what is different; a place is whatever number the caller gives it."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute(f"pragma cache_size = -{_CACHE_KIB:d}")
        self._file.execute("pragma journal_mode = off")
        self._file.executescript(_SCHEMA)

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def add(self, entity: str, values: Mapping[str, bool]) -> list[str]:
        """Values of the file, and whether each is one for certain; those are given back that were not met before."""
        hashes = {self._hash(entity, value): value for value in values}
        known = self._known(hashes)
        rows = [(one, entity, values[value]) for one, value in hashes.items()]
        sql = "insert into value (hash, entity, sure) values (?, ?, ?) on conflict do update set sure = sure or excluded.sure"
        self._file.executemany(sql, rows)
        return [value for one, value in hashes.items() if one not in known]

    def known(self, entity: str, values: Iterable[str]) -> set[str]:
        """Which of these the file holds."""
        hashes = {self._hash(entity, value): value for value in values}
        return {hashes[one] for one in self._known(hashes)}

    def hit(self, place: int, entity: str, values: Collection[str]) -> None:
        """Values of the file that stand in a place of ours."""
        hashes = [(self._hash(entity, value),) for value in values]
        self._file.executemany("update value set ours = 1 where hash = ?", hashes)
        self._file.executemany(
            "insert or ignore into spot values (?, ?)", [(place, one) for (one,) in hashes]
        )

    def persons(self, place: int, names: Iterable[tuple[object, ...]]) -> None:
        """Persons whose rows stand there; each is named by whatever tells him from others."""
        rows = [(place, self._hash(*map(repr, name))) for name in names]
        self._file.executemany("insert or ignore into person values (?, ?)", rows)

    def values_at(self, place: int) -> int:
        """How many different values of the file stand in a place."""
        return self._count("select count(*) from spot where place = ?", place)

    def persons_at(self, *places: int) -> int:
        """How many different persons stand in these places together."""
        marks = ", ".join("?" * len(places))
        return self._count(f"select count(distinct hash) from person where place in ({marks})", *places)  # noqa: S608 - marks

    def held(self) -> Iterator[tuple[str, int, int]]:
        """By entity: how many different values the file holds, and how many of those are ours."""
        query = (
            "select entity, count(*), sum(ours) from value where sure or ours group by entity order by entity"
        )
        yield from self._file.execute(query)

    def _known(self, hashes: Collection[bytes]) -> set[bytes]:
        found, waiting = set[bytes](), list(hashes)
        for at in range(0, len(waiting), _CHUNK):
            part = waiting[at : at + _CHUNK]
            query = f"select hash from value where hash in ({', '.join('?' * len(part))})"  # noqa: S608 - marks
            found |= {one for (one,) in self._file.execute(query, part)}
        return found

    def _count(self, query: str, *given: int) -> int:
        return int(self._file.execute(query, given).fetchone()[0])

    def _hash(self, *parts: str) -> bytes:
        data = b"".join(lp(part.encode("utf-8", "surrogatepass")) for part in parts)
        return hashlib.blake2b(data, key=self._key, digest_size=_SIZE).digest()
