"""What commands write to standard output: tables for people, JSON for programs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from piiguard.cli import say_residues
from piiguard.cli.discreet import discreet, discreet_data
from piiguard.names import json_text, message, shown

if TYPE_CHECKING:
    from piiguard.keys.document import Document
    from piiguard.protect.batches.checkpoint import Unfinished
    from piiguard.protect.jobs.status import ColumnStatus
    from piiguard.protect.jobs.verify import Verified
    from piiguard.protect.schema.residue import Residue

__all__ = ["keys_json", "keys_table", "status_json", "status_table", "verified_json"]


def keys_table(document: Document) -> str:
    """One line per key version."""
    rows = [("KIND", "VERSION", "STATE", "ID", "SINCE")]
    rows += [
        (v.kind, str(v.version), v.state, f"{v.id:08x}", v.changed or v.created) for v in document.versions
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def keys_json(document: Document) -> str:
    """The header of a keyring that may be shown: no recipient's wrapped key."""
    from piiguard.keys import recipients

    return json_text(
        {
            "id": str(document.id),
            "generation": document.generation,
            "keys": [dataclasses.asdict(version) for version in document.versions],
            "recipients": [recipients.describe(entry) for entry in document.recipients],
        },
        indent=1,
    )


def status_table(
    columns: Sequence[ColumnStatus], jobs: Sequence[Unfinished], left: Sequence[Residue] = ()
) -> str:
    """One line per column and key version."""
    rows = [("COLUMN", "KEY", "STATE", "ROWS")]
    for column in columns:
        rows += _status_rows(column)
    widths = [max(len(row[n]) for row in rows) for n in range(4)]
    lines = ["  ".join((*map(str.ljust, row[:3], widths), row[3].rjust(widths[3]))).rstrip() for row in rows]
    return "\n".join([*lines, *map(_job_line, jobs), *say_residues.residue_lines(left)])


def _status_rows(column: ColumnStatus) -> list[tuple[str, str, str, str]]:
    place = shown(discreet(f"{column.table}.{column.column}"))
    if column.error:
        return [(place, "-", "error", "-")]
    rows = [
        (place, "?" if v.version is None else str(v.version), v.state, f"{v.rows:,}") for v in column.versions
    ]
    rows += [(place, "-", state, f"{count:,}") for state, count in _others(column) if count]
    if column.index:
        rows += [
            (
                shown(discreet(f"{column.table}.{column.index}")),
                str(version) if version else "-",
                "index" if version else "no index",
                f"{count:,}",
            )
            for version, count in sorted(column.index_rows.items())
        ]
    return rows or [(place, "-", "empty", "0")]


def _others(column: ColumnStatus) -> tuple[tuple[str, int], ...]:
    return ("plaintext", column.plain), ("damaged", column.damaged), ("null", column.null)


def _job_line(job: Unfinished) -> str:
    return message(
        discreet(
            f"unfinished: {job.kind} {job.table}.{job.columns}, {job.changed:,} rows so far,"
            f" last seen {job.updated} ({job.host})"
        )
    )


def status_json(
    url: str,
    keyring: Document,
    columns: Sequence[ColumnStatus],
    jobs: Sequence[Unfinished],
    left: Sequence[Residue] = (),
) -> str:
    """The same as data."""
    from piiguard.database import shown

    return json_text(
        {
            "schema": "piiguard.status/1",
            "target": discreet(shown(url)),
            "keyring": {"id": str(keyring.id), "generation": keyring.generation},
            "columns": discreet_data([dataclasses.asdict(column) for column in columns]),
            "jobs": discreet_data([dataclasses.asdict(job) for job in jobs]),
            "residues": discreet_data([dataclasses.asdict(residue) for residue in left]),
        },
        indent=1,
    )


def verified_json(found: Sequence[Verified]) -> str:
    """The same as data."""
    return json_text(
        {
            "schema": "piiguard.verify/1",
            "columns": [
                {
                    "table": discreet(one.item.table),
                    "column": discreet(one.item.column),
                    "opened": one.opened,
                    "null": one.null,
                    "restricted": one.restricted,
                    "plain": dataclasses.asdict(one.plain),
                    "unreadable": dataclasses.asdict(one.unreadable),
                    "misplaced": {
                        discreet(owner): dataclasses.asdict(p) for owner, p in one.misplaced.items()
                    },
                    "stale_index": dataclasses.asdict(one.stale),
                }
                for one in found
            ],
        },
        indent=1,
    )
