"""What to look for and how far to read: the choices that a scan is made of."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from piiguard.confidence import Confidence
from piiguard.read.options import Limits, ReadOptions

__all__ = ["Limits", "Options"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(ReadOptions):
    """``key`` hashes values while they are counted; it is drawn for each scan and never written anywhere.

    ``thorough`` searches every row for names and addresses, and settles no column by a sample of its rows.
    """

    min_confidence: Confidence = "medium"
    jobs: int = 1
    thorough: bool = False
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False, compare=False)
