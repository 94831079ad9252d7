"""Nonces that are drawn for many values at once: each is used once, by one thread, in one process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from threading import Thread

import pytest

from piiguard.keys import Keyring, nonces


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    nonces.drop()


def second_halves(keyring: Keyring, count: int) -> set[bytes]:
    encrypt = keyring.column("people.iin", 1).encryptor(str.encode)
    return {encrypt("050312300015")[18:30] for _ in range(count)}


def test_no_nonce_is_used_twice(keyring: Keyring) -> None:
    nonces.draw_ahead(100)
    drawn = set(nonces.stock.nonces)
    used = second_halves(keyring, 150)  # more than were drawn
    assert len(used) == 150
    assert drawn < used
    assert nonces.stock.nonces == []


def test_a_thread_has_its_own(keyring: Keyring) -> None:
    nonces.draw_ahead(50)
    drawn, used = set(nonces.stock.nonces), set[bytes]()
    thread = Thread(target=lambda: used.update(second_halves(keyring, 50)))
    thread.start()
    thread.join()
    assert len(used) == 50
    assert not used & drawn
    assert len(nonces.stock.nonces) == 50


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_inherits_none() -> None:
    nonces.draw_ahead(10)
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writer, bytes([len(nonces.stock.nonces)]))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 1) == b"\0"
    os.close(reader)
    os.close(writer)


def test_a_long_statement_does_not_take_the_memory() -> None:
    nonces.draw_ahead(10**9)
    assert len(nonces.stock.nonces) == nonces.MOST
