"""No thread waits for a key service, a heartbeat or a file system under the lock that encryption takes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from piiguard.errors import KeyringFormatError, WrappingKeyError
from piiguard.keys import Keyring, change, envelope, store, wrapping
from piiguard.keys.document import Contents
from piiguard.keys.freshness import Pin
from piiguard.keys.heartbeat import Beat
from tests.conftest import PATIENCE

Operate = Callable[..., Contents]
THREADS = 20


class Service:
    """A key service that answers when it is told to; it notes who asks, and whether encryption was locked out."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.answer = threading.Event()
        self.away = False
        self.calls = 0
        self.key = b""
        self.locked: list[bool] = []
        self.keyring: Keyring | None = None

    def from_option(self, argument: str, ask: object) -> Service:
        return self

    from_recipient = from_option

    def parameters(self) -> dict[str, Any]:
        return {"name": "slow"}

    def wrap(self, file_key: bytes, aad: bytes) -> bytes:
        self.key = file_key
        return b"wrapped"

    def unwrap(self, wrapped: bytes, aad: bytes) -> bytes:
        if self.keyring is None:  # still being wrapped
            return self.key
        self.calls += 1
        self.locked.append(locked(self.keyring))
        self.asked.set()
        assert self.answer.wait(PATIENCE)
        if self.away:
            raise WrappingKeyError("slow: the service cannot be asked")
        return self.key


def locked(keyring: Keyring) -> bool:
    """Whether another thread could not encrypt now."""
    found = []

    def take() -> None:
        if free := keyring.lock.acquire(blocking=False):
            keyring.lock.release()
        found.append(not free)

    thread = threading.Thread(target=take)
    thread.start()
    thread.join()
    return found[0]


def all_encrypt(keyring: Keyring) -> None:
    """Twenty threads write and read at once; each comes back, or this fails."""
    done = []

    def work(number: int) -> None:
        column = keyring.column(f"table.column{number}", 1)  # nothing is derived yet
        assert column.decrypt(column.encrypt(b"value")) == b"value"
        assert keyring.index("a.b", f"index{number}", "digits").compute("1")
        done.append(number)

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(done) == list(range(THREADS))


def joined(keyring: Keyring) -> None:
    """The service has answered, and what it said has been taken in."""
    assert keyring._unwrapping is not None
    keyring._unwrapping[0].join(PATIENCE)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    made, real = Service(), wrapping.provider
    monkeypatch.setattr(
        "piiguard.keys.recipients.provider", lambda name: made if name == "vault" else real(name)
    )
    monkeypatch.setenv("PIIGUARD_PROVIDERS", "file,vault")
    yield made
    made.answer.set()


@pytest.fixture
def rewrapped(service: Service, keyring: Keyring, operate: Operate) -> Keyring:
    """An application whose keyring has been rewrapped to the service, and promoted since."""
    change.rewrap(keyring.path, None, ["vault:slow"], None)
    operate("add")
    operate("promote", 2)
    service.keyring = keyring
    return keyring


@pytest.mark.usefixtures("eager")
def test_nobody_waits_for_a_slow_key_service(rewrapped: Keyring, service: Service) -> None:
    all_encrypt(rewrapped)
    assert service.asked.wait(PATIENCE)
    all_encrypt(rewrapped)  # while it is being asked
    assert (rewrapped.generation, service.calls, service.locked) == (1, 1, [False])
    service.answer.set()
    joined(rewrapped)
    all_encrypt(rewrapped)
    assert rewrapped.generation == 4


@pytest.mark.usefixtures("eager")
def test_a_service_that_is_away_is_said_once_and_asked_again_later(
    rewrapped: Keyring, service: Service, caplog: pytest.LogCaptureFixture, clock: list[float]
) -> None:
    rewrapped.due = float("-inf")
    service.away = True
    service.answer.set()
    with caplog.at_level(logging.WARNING, "piiguard.keys"):
        for _ in range(3):
            all_encrypt(rewrapped)
            assert rewrapped._unwrapping is not None
            joined(rewrapped)
        assert service.calls == 1
        clock[0] += 31
        all_encrypt(rewrapped)
        joined(rewrapped)
        assert service.calls == 2
    assert [record.message for record in caplog.records if "stays in use" in record.message] == [
        f"generation 1 stays in use: {rewrapped.path}: no wrapping key opens it: slow: the service cannot be asked"
    ]
    service.away = False
    clock[0] += 31
    all_encrypt(rewrapped)
    joined(rewrapped)
    assert rewrapped.generation == 4


def test_who_needs_a_key_that_is_being_fetched_waits_for_it_and_nobody_else(
    rewrapped: Keyring, service: Service, keyring_file: Path
) -> None:
    service.answer.set()
    sealed = Keyring.from_file(keyring_file).column("a", 1).encrypt(b"newer")
    service.answer.clear()
    service.asked.clear()
    read: list[bytes] = []
    needs = threading.Thread(
        target=lambda: read.append(rewrapped.column("a", 1).decrypt(sealed)), daemon=True
    )
    needs.start()
    assert service.asked.wait(PATIENCE)
    all_encrypt(rewrapped)
    assert read == []
    service.answer.set()
    needs.join(PATIENCE)
    assert read == [b"newer"]


def test_the_key_id_that_nobody_knows_does_not_wait_for_a_service_that_hangs(
    rewrapped: Keyring, service: Service, clock: list[float]
) -> None:
    from piiguard.errors import KeyVersionNotFound

    rewrapped._search()
    clock[0] += 60  # patience is over, and the service has still said nothing
    with pytest.raises(KeyVersionNotFound):
        rewrapped.version_of(envelope.header(1) + bytes(40))


@pytest.mark.usefixtures("eager")
def test_nobody_waits_for_a_file_system_but_the_thread_that_looks(
    keyring: Keyring, operate: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, go_on, real = threading.Event(), threading.Event(), store.read

    def slow(path: Path) -> bytes:
        assert not locked(keyring)
        reading.set()
        assert go_on.wait(PATIENCE)
        return real(path)

    operate("add")
    monkeypatch.setattr(store, "read", slow)
    looks = threading.Thread(target=lambda: keyring.column("a", 1).encrypt(b"value"), daemon=True)
    looks.start()
    assert reading.wait(PATIENCE)
    all_encrypt(keyring)
    assert keyring.generation == 1
    go_on.set()
    looks.join(PATIENCE)
    assert keyring.generation == 2


class Place:
    """A database that answers when it is told to."""

    def __init__(self, pin: Pin | None = None) -> None:
        self.told: list[Beat] = []
        self.reported = threading.Event()
        self.answer = threading.Event()
        self.pin = pin
        self.keyring: Keyring | None = None
        self.locked: list[bool] = []

    def report(self, beat: Beat) -> None:
        if self.keyring:
            self.locked.append(locked(self.keyring))
        self.reported.set()
        assert self.answer.wait(PATIENCE)
        self.told.append(beat)

    def pinned(self, keyring: str, generation: int) -> Pin | None:
        return self.pin

    def beats(self) -> list[Beat]:
        return self.told


def test_nobody_waits_for_a_heartbeat(keyring_file: Path, operate: Operate, clock: list[float]) -> None:
    place = Place()
    keyring = Keyring.from_file(keyring_file, heartbeats=[place])
    place.keyring = keyring
    all_encrypt(keyring)
    assert place.reported.wait(PATIENCE)
    for _ in range(3):
        clock[0] += 61
        all_encrypt(keyring)
    assert place.locked == [False]  # one that has not come back is not asked again
    assert place.told == []
    place.answer.set()
    keyring._reports.wait(PATIENCE)
    clock[0] += 61
    all_encrypt(keyring)
    keyring._reports.wait(PATIENCE)
    assert [beat.generation for beat in place.told] == [1, 1]


def test_a_newer_generation_or_another_history_in_the_database_is_refused_at_start(keyring: Keyring) -> None:
    mine = str(keyring.id)
    for pin, message in (
        (Pin(mine, 2), "generation 1, but generation 2 was used on its database"),
        (Pin(mine, 1, "other"), "generation 1 of another history than the one pinned in its database"),
        (Pin("theirs", 1), f"its database belongs to the keyring theirs, not to {mine}"),
    ):
        with pytest.raises(KeyringFormatError, match=message):
            Keyring.from_file(keyring.path, heartbeats=[Place(pin)]).column("a", 1).encrypt(b"x")
    for same in (None, Pin(mine, 1), Pin(mine, 1, keyring.history)):
        place = Place(same)
        place.answer.set()
        assert Keyring.from_file(keyring.path, heartbeats=[place]).generation == 1


def test_a_running_application_that_is_behind_its_database_goes_on_and_says_so_once(
    keyring_file: Path, clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    place = Place()
    place.answer.set()
    keyring = Keyring.from_file(keyring_file, heartbeats=[place]).open()
    place.pin = Pin(str(keyring.id), 3)
    for _ in range(3):
        clock[0] += 61
        all_encrypt(keyring)
        keyring._reports.wait(PATIENCE)
    assert [record.message for record in caplog.records] == [
        f"generation 1 stays in use: {keyring.path}: generation 1, but generation 3 was used on its database"
    ]
