"""Following a keyring file: lazy, reloaded when it changes, safe across threads and forks.

Two locks. ``lock`` is the one that encryption takes: it is held for a few assignments, never while a file is read, a
key service is asked or a heartbeat is written. ``_loading`` is held by the one thread that looks at the file; others go
on with what is loaded.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Sequence

from piiguard import clock
from piiguard.errors import KeyringError, PiiguardError
from piiguard.keys import store
from piiguard.keys.heartbeat import ALIVE_SECONDS, Heartbeat
from piiguard.keys.loading import KeyringFile, Opened, Sealed
from piiguard.keys.reports import Reports
from piiguard.keys.state import State

__all__ = ["PATIENCE", "RETRY_SECONDS", "Followed"]

RETRY_SECONDS = 30.0  # after how long a file that could not be loaded is tried again
PATIENCE = 10.0  # seconds that a thread which cannot go on without the newest file waits for it


class Followed:
    """A keyring file and what this process has loaded of it."""

    def __init__(self, file: KeyringFile | None, heartbeats: Sequence[Heartbeat]) -> None:
        self._file = file
        self._reports = Reports(heartbeats)
        self._opened: Opened | None = None
        self._stamp: store.Stamp | None = None
        self._looked = float("-inf")
        self._retry = float("inf")  # when a file that could not be loaded is tried again
        self._searched = float("-inf")  # when an unknown key id last made us read the file
        self._missed = False  # whether the file changed while a wrapping key was being asked for
        self._unwrapping: tuple[threading.Thread, float] | None = None  # and until when it is waited for
        self.lock = threading.RLock()
        self._loading = threading.RLock()
        self.due = float("-inf")  # when the file is looked at next
        _followed.add(self)

    def current(self) -> State:
        """The state to work with now; looks for a new file at most once a second."""
        if clock.monotonic() >= self.due:
            self.poll()
        return (self._opened or self._first()).state

    def holds(self, state: State) -> bool:
        """Whether this state is still the one in use; asked under ``lock`` before what was derived from it is kept."""
        return self._opened is not None and self._opened.state is state

    def poll(self) -> None:
        """Look at the file. Threads that come while another one looks go on with what is loaded.

        Only a process that has been idle waits for him: what it has loaded may be of last month.
        """
        if self._opened is None:
            self._first()
            return
        idle = clock.monotonic() > self._looked + ALIVE_SECONDS
        if not self._loading.acquire(timeout=PATIENCE if idle else 0):
            return
        try:
            if clock.monotonic() >= self.due:
                self._look()
        finally:
            self._loading.release()

    def _search(self) -> None:
        """Look for a key that others write with already: whoever needs it cannot go on with what is loaded."""
        if self._loading.acquire(timeout=PATIENCE):
            try:
                if clock.monotonic() >= self._searched + self._interval():
                    # A stamp may be late on network file systems; but unknown ids may come in floods.
                    self._searched = clock.monotonic()
                    self._stamp = None
                self._look()
            finally:
                self._loading.release()
        if self._unwrapping is not None:
            thread, until = self._unwrapping
            thread.join(max(0.0, until - clock.monotonic()))

    def _first(self) -> Opened:
        """Open it: the one time at which every thread has to wait."""
        with self._loading:
            return self._opened or self._load(wait=True)

    def _look(self) -> None:
        """Load the file if it has changed; when that fails, keep what is loaded and warn."""
        assert self._file is not None  # noqa: S101 - one in memory is never due
        opened = self._first()
        self._looked = clock.monotonic()
        self.due = self._looked + self._interval()
        stamp = self._file.stamp()
        if stamp != self._stamp or self._looked >= self._retry:
            self._stamp = stamp
            try:
                opened = self._load(wait=False)
            except PiiguardError as error:
                self._keep(error)
        self._reports.tell(self._file.path, opened.state)

    def _load(self, *, wait: bool) -> Opened:
        """Read the file and open it; a wrapping key is waited for only by who asked for that."""
        file, before = self._file, self._opened
        assert file is not None  # noqa: S101 - one in memory is never loaded
        stamp = file.stamp()
        sealed = file.read(before)
        opened = sealed.open()
        if opened is None:
            if not wait:
                self._unwrap_aside(sealed)
                return before or self._load(wait=True)
            opened = sealed.unwrap()
        if before is None:
            self._reports.ask(opened.state, str(file.path))
        opened = self._adopt(opened)
        self._stamp, self._looked, self._retry = stamp, clock.monotonic(), float("inf")
        self._reports.tell(file.path, opened.state)
        return opened

    def _unwrap_aside(self, sealed: Sealed) -> None:
        """Ask for the wrapping key in a thread of its own: a slow service must stop nobody."""
        if self._unwrapping is not None and self._unwrapping[0].is_alive():
            self._missed = True  # a newer file came while the service was still being asked about this one
            return
        self._missed = False
        self._retry = clock.monotonic() + RETRY_SECONDS

        def ask() -> None:
            try:
                self._adopt(sealed.unwrap())
            except PiiguardError as error:
                self._keep(error)
            except Exception as error:  # noqa: BLE001 - a provider's own, which may hold anything
                self._keep(KeyringError(f"{sealed.place}: the provider failed ({type(error).__name__})"))
            else:
                self.due = float("-inf")  # to report it
            if self._missed:
                self._stamp, self.due = None, float("-inf")

        thread = threading.Thread(target=ask, name="piiguard-unwrap", daemon=True)
        self._unwrapping = thread, clock.monotonic() + PATIENCE
        thread.start()

    def _adopt(self, opened: Opened) -> Opened:
        """Work with what was opened from now on, unless something newer has been opened meanwhile."""
        with self.lock:
            before = self._opened
            if before is not None and opened.state.generation < before.state.generation:
                return before
            if before is not None and opened.state.generation == before.state.generation:
                opened = opened.with_state(before.state)
            self._opened = opened
            if before is None or opened.state is not before.state:
                self._forget()
        self._reports.settled()
        return opened

    def _keep(self, error: PiiguardError) -> None:
        """Go on with what is loaded, and say so once."""
        self._retry = clock.monotonic() + RETRY_SECONDS
        if self._opened is not None:
            self._reports.warn(f"generation {self._opened.state.generation} stays in use: {error}")

    def _interval(self) -> float:
        """After how many seconds the file is looked at again."""
        raise NotImplementedError

    def _forget(self) -> None:
        """Drop what was derived from another generation."""

    def after_fork(self) -> None:
        """Locks may have been held by a thread that is not in the child."""
        self.lock = threading.RLock()
        self._loading = threading.RLock()
        self._unwrapping = None
        self._reports.after_fork()


_followed: weakref.WeakSet[Followed] = weakref.WeakSet()


def _after_fork() -> None:
    for keyring in list(_followed):
        keyring.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
