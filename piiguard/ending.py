"""Whoever ends the process (systemd, a container, a terminal that is closed) ends it as Ctrl-C does."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["stoppable"]

_WAYS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM and SIGHUP raise :class:`KeyboardInterrupt` in the block, so that what is half written goes.

    A signal that is ignored (``nohup``), or that the application handles, stays so. Other threads get no signals.

    >>> with stoppable():
    ...     pass
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours = [way for way in _WAYS if signal.getsignal(way) is signal.SIG_DFL]
    try:
        for way in ours:
            signal.signal(way, _stop)
        yield
    finally:
        for way in ours:
            signal.signal(way, signal.SIG_DFL)


def _stop(*_: object) -> None:
    raise KeyboardInterrupt
