"""What to look for and how far to read: the choices that a scan is made of."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from piiguard.confidence import Confidence

__all__ = ["Limits", "Options"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that a statement may run and that it may wait for a lock; 0 is no limit."""

    statement: float = 60.0
    lock: float = 5.0


@dataclass(frozen=True, slots=True)
class Options:
    """``sample`` is rows per table, None reads everything; ``tables`` and ``exclude`` are globs.

    ``views`` are roles whose views and foreign tables are read, beside the account's own views.

    ``raw`` reads binary files too, as bytes with no meaning.

    ``form`` is what files are read as (``log``, ``csv``, ``tsv``, ``json``, ``sql``); their names say it where it is
    empty.

    ``key`` hashes values while they are counted; it is drawn for each scan and never written anywhere.
    """

    entities: tuple[str, ...] | None = None
    sample: int | None = 10_000
    tables: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    min_confidence: Confidence = "medium"
    encoding: str = "auto"
    views: tuple[str, ...] = ()
    raw: bool = False
    form: str = ""
    limits: Limits = Limits()
    jobs: int = 1
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False, compare=False)
