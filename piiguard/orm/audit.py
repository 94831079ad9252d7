"""Who reads what: counts of decrypted values per context, handed over in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from sqlalchemy import Engine, event

if TYPE_CHECKING:
    from sqlalchemy import Dialect
    from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = ["after_decrypt", "counted"]

_audited: WeakSet[Dialect] = WeakSet()
# Per thread and per asyncio task, so that a listener knows whose batch it gets.
_tally: ContextVar[Counter[str] | None] = ContextVar("piiguard_tally", default=None)


def after_decrypt(engine: Engine | AsyncEngine, listener: Callable[[Mapping[str, int]], None]) -> None:
    """Call the listener with ``{context: values decrypted}`` at the end of every transaction.

    It runs in the thread or task that read, when that commits, rolls back or gives its connection back; ask
    there who the user is. It gets counts, never values. Engines without a listener count nothing.
    """
    target = engine if isinstance(engine, Engine) else engine.sync_engine

    def flush(*_: Any) -> None:
        tally = _tally.get()
        if tally:
            counts = dict(tally)
            tally.clear()
            listener(counts)

    _audited.add(target.dialect)
    target.dialect.__dict__.pop("_type_memos", None)  # types made for this engine do not count yet
    target.clear_compiled_cache()
    event.listen(target, "checkout", _begin)
    for end in ("commit", "rollback", "checkin"):
        event.listen(target, end, flush)


def _begin(*_: Any) -> None:
    """Start a tally that belongs to this task alone: a copied context would share its parent's."""
    _tally.set(Counter())


def counted(decrypt: Callable[[Any], Any], context: str, dialect: Dialect) -> Callable[[Any], Any]:
    """The same reader, counting, when the engine of the dialect has a listener."""
    if dialect not in _audited:
        return decrypt

    def read(value: Any) -> Any:
        if value is not None and (tally := _tally.get()) is not None:
            tally[context] += 1
        return decrypt(value)

    return read
