"""Memory that reading one file may take: a few bytes of a compressed, repeated cell may stand for gigabytes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["MOST", "TOO_MUCH", "bounded"]

MOST = 160 << 20
"""Bytes beyond what the process has when it begins; address space, which is more than what is used of it."""
TOO_MUCH = "not read: it takes more memory than one file is given"


@contextmanager
def bounded(most: int = MOST) -> Iterator[None]:
    """Inside, what asks for more gets a :class:`MemoryError`. Linux alone tells and limits; elsewhere nothing is done."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError):
        yield
        return
    before, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = pages * os.sysconf("SC_PAGE_SIZE") + most
    unlimited = resource.RLIM_INFINITY
    if before == unlimited or wanted < before:
        resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == unlimited else min(wanted, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, hard))
