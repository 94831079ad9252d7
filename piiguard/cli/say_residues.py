"""What is said of places outside the columns that may still hold plaintext."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from piiguard import names
from piiguard.cli.discreet import discreet
from piiguard.cli.say import hint, many, say

if TYPE_CHECKING:
    from piiguard.protect.schema.residue import Residue

__all__ = [
    "how_to_clean",
    "noted_clean",
    "residue_lines",
    "residues",
]


_RESIDUES = {
    "vacuum": "VACUUM could not run: other connections are open; run it when they are closed",
    "wal": "the write-ahead log could not be emptied: PRAGMA wal_checkpoint(TRUNCATE) when readers are gone",
    "pg-rewrite": "dead rows and statistics hold it until ANALYZE and VACUUM FULL of the table and of pg_statistic; then CHECKPOINT",
    "pg-wal": "write-ahead log segments and their archive hold it until they are recycled",
    "pg-logs": "server logs and pg_stat_statements may hold statements: rotate them, pg_stat_statements_reset()",
    "my-rewrite": "free pages may hold it: OPTIMIZE TABLE rebuilds the table; mysql.column_stats until"
    " ANALYZE TABLE … PERSISTENT FOR ALL",
    "my-binlog": "the binary log holds it until PURGE BINARY LOGS",
    "my-undo": "undo and redo logs hold it until they are reused",
    "full-text": "a full-text index has a column of this name: look whether it was filled from here, and make it anew",
    "matviews": "materialized views of the table hold it until REFRESH MATERIALIZED VIEW",
    "copies": "triggers, rules or routines that name the column, or take whole rows, may have written it into a log or a history",
    "replicas": "the same there",
    "backups": "those made before now hold it",
    "exports": "these, queues, caches and search indexes may hold copies",
}


def residues(words: Sequence[str], *, noted: bool = True) -> None:
    """What still holds the plaintext elsewhere."""
    if words:
        say("the plaintext may still be found elsewhere:")
        for word in words:
            say(f"  {word}: {_RESIDUES[word]}")
        if noted:
            hint("piiguard status lists these until you note them as clean")


def noted_clean(what: str, columns: int) -> None:
    """Somebody's word that a place is clean."""
    if what not in _RESIDUES:
        raise click.UsageError(f"--cleaned {what}: known places are {', '.join(_RESIDUES)}")
    say(f"{what}: noted as clean for {many(columns, 'column')}")


def how_to_clean(left: Sequence[Residue]) -> None:
    """What to do with the places that are still listed."""
    if any(residue.cleaned is None for residue in left):
        hint("clean these places, then note it: piiguard status … --cleaned WHAT")


def residue_lines(left: Sequence[Residue]) -> list[str]:
    """The places that may still hold plaintext, each once, in the order of what to clean first; then what is cleaned."""
    order = list(_RESIDUES)
    groups: dict[tuple[bool, int, str, str], list[Residue]] = {}
    for residue in left:
        known = order.index(residue.what) if residue.what in order else len(order)
        note = (
            f", noted {residue.cleaned[:10]} by {residue.cleaned_by}" if residue.cleaned is not None else ""
        )
        groups.setdefault((residue.cleaned is not None, known, residue.what, note), []).append(residue)
    lines: list[str] = []
    for (cleaned, _, what, note), group in sorted(groups.items()):
        columns = ", ".join(discreet(place) for place in sorted({residue.place for residue in group}))
        if cleaned:
            lines.append(names.message(f"clean: {what}: {columns}{note}"))
            continue
        since = min(residue.since for residue in group)[:10]
        lines.append(names.message(f"plaintext may be left: {what}: {columns}, since {since}"))
        lines.append(names.message(f"  {_RESIDUES.get(what, '')}".rstrip()))
    return lines
