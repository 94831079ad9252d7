"""Compiled prefilters, kept between runs: compiling three hundred patterns takes seconds, loading them milliseconds.

A file is machine code to the library that loads it; :mod:`piiguard.detect.cache` says which is read.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from piiguard import clock
from piiguard.detect import cache

__all__ = ["kept"]

WORTH = 0.5  # seconds of compiling: what takes less is compiled each time
KIND = "hs"

Compile = Callable[[Mapping[int, bytes]], Any]


def kept(library: Any, patterns: Mapping[int, bytes], compile: Compile) -> Any:
    """Return the database of these patterns: the one kept by an earlier run, or a new one.

    ``library`` is the module hyperscan. Raises: its ``HyperscanError`` where the patterns cannot be compiled.
    """
    key = hashlib.sha256(library.__version__.encode())
    for number, pattern in sorted(patterns.items()):
        key.update(b"%d %d " % (number, len(pattern)) + pattern)
    if (found := cache.read(key, KIND)) is not None:
        with contextlib.suppress(library.HyperscanError):  # of another processor, or damaged
            return library.loadb(found, library.HS_MODE_BLOCK)
    started = clock.monotonic()
    database = compile(patterns)
    if clock.monotonic() - started >= WORTH:
        cache.write(key, KIND, library.dumpb(database))
    return database
