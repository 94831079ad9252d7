"""How far to read, and as what."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EXCLUDED", "NO_TABLE", "Limits", "ReadOptions"]

EXCLUDED = "left out by --exclude"
"""What is said of a place that a glob of ``exclude`` matches."""
NO_TABLE = "no table matches"
"""What is said of a glob of ``tables`` that matches none: a misspelt one would make a database look clean."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that a statement may run and that it may wait for a lock; 0 is no limit."""

    statement: float = 60.0
    lock: float = 5.0


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """``entities`` are what is looked for, None: all that there are.

    ``sample`` is rows per table, None reads everything; ``tables`` and ``exclude`` are globs.

    ``views`` are roles whose views and foreign tables are read, beside the account's own views.

    ``raw`` reads binary files too, as bytes with no meaning.

    ``ocr`` reads pictures, where tesseract is installed.

    ``form`` is what files are read as (``log``, ``csv``, ``tsv``, ``json``, ``sql``); their names say it where it is
    empty.

    ``history`` reads what a Git repository holds beside its work tree.
    """

    entities: tuple[str, ...] | None = None
    sample: int | None = 10_000
    tables: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    encoding: str = "auto"
    views: tuple[str, ...] = ()
    raw: bool = False
    ocr: bool = False
    form: str = ""
    history: bool = False
    limits: Limits = Limits()
