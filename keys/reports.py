"""What a process tells and asks of the places where generations are kept: never where encryption would wait for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from piiguard import clock
from piiguard.errors import KeyringFormatError
from piiguard.keys import freshness
from piiguard.keys.freshness import Pin
from piiguard.keys.heartbeat import BEAT_SECONDS, Beat, FileHeartbeat, Heartbeat, this_instance
from piiguard.keys.state import State

__all__ = ["Reports"]

_log = logging.getLogger("piiguard.keys")
ANSWER_SECONDS = 3.0  # how long opening a keyring waits for a place to say which generation it has seen


class Reports:
    """One process's reports. The file beside the keyring is written at once, every other place by a thread of its own."""

    def __init__(self, places: Sequence[Heartbeat]) -> None:
        self._places = tuple(places)
        self._told = (0, float("-inf"))  # generation and time of the last report
        self._running: dict[int, threading.Thread] = {}
        self._said: set[str] = set()

    def tell(self, path: Path, state: State) -> None:
        """Say which generation is loaded: at once when it is new, else once a minute."""
        now = clock.monotonic()
        if state.generation == self._told[0] and now < self._told[1] + BEAT_SECONDS:
            return
        self._told = state.generation, now
        beat = Beat(this_instance(), state.generation, clock.seconds(), str(state.id))
        self._report(FileHeartbeat(path), beat)
        for number, place in enumerate(self._places):
            self._start(number, lambda place=place: self._exchange(place, beat, state, str(path)))  # type: ignore[misc]

    def ask(self, state: State, place: str) -> None:
        """Refuse to open a keyring that is older than what one of the places has seen, or of another history."""
        pins: list[Pin | None] = []
        asked = [
            self._start(number, lambda at=at: pins.append(_pinned(at, state)))  # type: ignore[misc]
            for number, at in enumerate(self._places)
            if hasattr(at, "pinned")
        ]
        until = clock.monotonic() + ANSWER_SECONDS
        for thread in asked:
            if thread is not None:
                thread.join(max(0.0, until - clock.monotonic()))
        if any(thread is None or thread.is_alive() for thread in asked):
            self.warn(
                "heartbeat: a place does not say which generation it has seen; going on without its word"
            )
        for pin in filter(None, list(pins)):
            freshness.refuse_behind_pin(state, pin, place)

    def wait(self, seconds: float = ANSWER_SECONDS) -> None:
        """Wait until everything was told, but not for ever."""
        until = clock.monotonic() + seconds
        for thread in list(self._running.values()):
            thread.join(max(0.0, until - clock.monotonic()))

    def warn(self, text: str) -> None:
        """Say it once, until something has been settled."""
        if text not in self._said:
            self._said.add(text)
            _log.warning("%s", text)

    def settled(self) -> None:
        """A keyring was loaded: what goes wrong from now on is news."""
        self._said.clear()

    def after_fork(self) -> None:
        """Threads are not in the child, which is an instance of its own."""
        self._running.clear()
        self._told = (0, float("-inf"))

    def _start(self, number: int, work: Callable[[], None]) -> threading.Thread | None:
        """A thread for one place, unless its last one has not come back; then None."""
        before = self._running.get(number)
        if before is not None and before.is_alive():
            self.warn("heartbeat: a place does not answer")
            return None
        thread = threading.Thread(target=self._quietly, args=(work,), name="piiguard-report", daemon=True)
        self._running[number] = thread
        thread.start()
        return thread

    def _quietly(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - a failed report must not stop an application
            self.warn(f"heartbeat: {type(error).__name__}")

    def _report(self, place: Heartbeat, beat: Beat) -> None:
        self._quietly(lambda: place.report(beat))

    def _exchange(self, place: Heartbeat, beat: Beat, state: State, path: str) -> None:
        """Report, and listen: a process that runs goes on with what it has, but says that it is behind."""
        place.report(beat)
        pin = _pinned(place, state)
        if pin is None:
            return
        try:
            freshness.refuse_behind_pin(state, pin, path)
        except KeyringFormatError as error:
            self.warn(f"generation {state.generation} stays in use: {error}")


def _pinned(place: Heartbeat, state: State) -> Pin | None:
    ask = getattr(place, "pinned", None)
    found = ask(str(state.id), state.generation) if ask else None
    return found if isinstance(found, Pin) else None
