"""Makes the engine and the observer of a scan; every process makes its own."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING

from piiguard.entities import ENTITIES
from piiguard.errors import ScanError
from piiguard.scan.options import Options

if TYPE_CHECKING:
    from piiguard.detect import Engine
    from piiguard.scan.observe import Observer

__all__ = ["chosen_engine", "make_engine", "make_observer", "observer_of", "watched"]

_ALL = tuple(row.name for row in ENTITIES)
_LOGGER = "presidio-analyzer"


@lru_cache(maxsize=4)
def make_engine(entities: tuple[str, ...] | None, named: tuple[str, ...] | None = None) -> Engine:
    """The engine for these entities, or for all; the targets of one scan share it. ``named`` are those asked for by name."""
    from piiguard.detect import Engine

    engine = Engine(entities=entities, named=named)
    if missing := sorted(set(entities or ()) - set(engine.entities)):
        raise ScanError(
            f"{missing[0]}: there is no such entity",
            source=missing[0],
            hint="piiguard recognizers lists them",
        )
    return watched(engine)


def make_observer(options: Options) -> Observer:
    """The reader of cells, with an engine of its own."""
    return observer_of(chosen_engine(options), options)


def chosen_engine(options: Options) -> Engine:
    """The engine that a scan needs: what could only be told as low is looked for where low is told."""
    if options.entities is None and options.min_confidence == "low":
        return make_engine(_ALL, ())
    return make_engine(options.entities)


def observer_of(engine: Engine, options: Options) -> Observer:
    """The reader of cells that works with an engine."""
    from piiguard.scan.observe import Observer
    from piiguard.scan.words import BESIDE

    plain = tuple(entity for entity in engine.entities if entity not in BESIDE)
    if plain == engine.entities:
        return Observer(engine, key=options.key)
    return Observer(engine, key=options.key, plain=lambda: make_engine(plain, options.entities or ()))


class _Watch(logging.Filter):
    """Lets every record pass."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], TimeoutError):
            self._engine.timeouts[_LOGGER] += 1
        return True


def watched(engine: Engine) -> Engine:
    """The engine, whose ``timeouts`` now also hold the texts that a recognizer gave up on and that Presidio only logs.

    A recognizer with an ``analyze`` of its own that calls Presidio's leaves a pattern out after 60 seconds with a warning:
    what was not searched must not pass for clean.
    """
    logging.getLogger(_LOGGER).addFilter(_Watch(engine))
    return engine
