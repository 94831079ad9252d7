"""What is said of a job that writes to a database: before it, and of what it did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from piiguard.cli.job_report import note
from piiguard.cli.say import hint, many, say

if TYPE_CHECKING:
    from pathlib import Path

    from piiguard.protect.census.ahead import Ahead
    from piiguard.protect.outcome import Outcome

__all__ = [
    "drop_ciphertext",
    "drop_plaintext",
    "entry_is_stale",
    "entry_removed",
    "entry_shrunk",
    "entry_written",
    "outcome",
    "plain_already",
    "will_take",
    "would_decrypt",
    "would_encrypt",
    "would_rotate",
]


def drop_plaintext(places: Sequence[str]) -> str:
    """The question before plaintext is dropped."""
    return f"the plaintext of {', '.join(places)} will be replaced; go on"


def drop_ciphertext(place: str) -> str:
    """The question before a column becomes readable again."""
    return f"{place} will hold plaintext again; go on"


def would_decrypt(place: str, rows: int) -> None:
    """What ``decrypt --dry-run`` found."""
    say(f"{place}: {many(rows, 'row')} to decrypt; nothing was changed")


def plain_already(place: str) -> None:
    """A column in no entry, in which nothing is encrypted."""
    say(f"{place}: holds no ciphertext, and the manifest does not name it: nothing to do")


def entry_is_stale(place: str) -> None:
    """The manifest still names a column that is plain now."""
    hint(f"take {place} out of the manifest, and Encrypted out of the models")


def entry_removed(path: Path | None, place: str) -> None:
    """The manifest has one entry less."""
    say(f"{path}: removed {place}")
    hint("take Encrypted out of the models")


def entry_shrunk(path: Path | None, place: str, normalizer: str) -> None:
    """An entry lists one normalizer in place of several."""
    say(f"{path}: {place} has the normalizer {normalizer} alone")
    hint(f'now the models may name it alone: BlindIndex(…, normalizer="{normalizer}")')


def entry_written(path: Path, place: str) -> None:
    """The manifest has one more entry."""
    say(f"{path}: added {place}")


def would_encrypt(place: str, rows: int) -> None:
    """What ``encrypt --dry-run`` found."""
    say(f"{place}: {many(rows, 'row')} to encrypt; nothing was changed")


def will_take(rows: int, what: Ahead, dialect: str) -> None:
    """Disk and time of an encryption, and when it stands in the way of others."""
    disk = f"about {_megabytes(what.added)} more on disk for ciphertext and index"
    if what.rewritten is not None:
        disk += f", and for a while {_megabytes(what.rewritten)} for {_WHILE[dialect]}"
    least, most = what.minutes(rows)
    span = "less than a minute" if most < 1 else f"{max(1, round(least))} to {max(2, round(most))} minutes"
    say(f"  {disk}")
    say(
        f"  {span} to fill, and as long again to verify; others are held up only while the columns are exchanged: --plan"
    )


_WHILE = {
    "postgresql": "old versions of rows, until VACUUM",
    "sqlite": "the copy that VACUUM makes of the file",
}


def _megabytes(size: int) -> str:
    """A size for people.

    >>> _megabytes(420_000), _megabytes(3_300_000), _megabytes(12_300_000_000)
    ('0.4 MB', '3 MB', '12,300 MB')
    """
    return f"{size / 1e6:,.{int(size < 1e6)}f} MB"


def would_rotate(found: Outcome) -> None:
    """What ``rotate --dry-run`` found."""
    say(f"{_columns(found)}: {many(found.left, 'value')} to {_VERBS[found.kind][0]}; nothing was changed")


_VERBS = {
    "encrypt": ("encrypt", "encrypted"),
    "decrypt": ("decrypt", "decrypted"),
    "rotate": ("rotate", "rotated"),
    "index": ("index anew", "indexed anew"),
    "ready": ("index", "indexed"),
    "both": ("index", "indexed"),
    "reindex": ("index right", "indexed right"),
    "edition": ("index under the newest normalizer", "indexed under the newest normalizer"),
    "prepared": ("prepare", "prepared for the staged index key"),
}


_READY = {
    "ready": 'deploy models with storage="text" and migrating=True, then run the same command again: it fills the index'
    " of rows that are written until then",
    "both": 'deploy models with migrating="indexed", then run the same command without --keep-plaintext',
}


def _columns(found: Outcome) -> str:
    return f"{found.table}.{','.join(found.columns)}"


def outcome(found: Outcome) -> None:
    """What a job did to one table."""
    note(found)
    place = _columns(found)
    if found.kind == "nothing":
        say(f"{place}: nothing to do")
        return
    if found.kind == "kept":
        say(
            f"{place}: {many(found.tally.changed, 'row')} in the twin column, verified; the plaintext is kept"
        )
        hint("when applications write both columns, run the same command without --keep-plaintext")
        return
    if found.kind in _READY and not found.paused:
        filled = (
            f"the index of {many(found.tally.changed, 'row')} filled" if found.tally.changed else "prepared"
        )
        say(f"{place}: {filled}; the plaintext is kept")
        hint(_READY[found.kind])
        return
    missed = f", {found.tally.missed:,} met another writer and were taken again" if found.tally.missed else ""
    resumed = ", gone on from an earlier run" if found.resumed else ""
    say(f"{place}: {many(found.tally.changed, 'row')} {_VERBS[found.kind][1]}{missed}{resumed}")
    if found.paused:
        rest = f"with {found.left:,} to go" if found.left else "before the columns are exchanged"
        say(f"{place}: stopped {rest}")
        hint("run the same command again: it goes on there")
    elif found.kind == "prepared":
        hint("promote the index key, then run the same command again")
    elif found.left:
        say(f"{place}: {found.left:,} values could not be opened and stay as they are")
        hint("piiguard verify names the rows")
