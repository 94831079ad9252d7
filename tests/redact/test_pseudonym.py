"""Pseudonyms: reversible with the key and only with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiguard.errors import DecryptionError, KeyVersionNotFound
from piiguard.keys import Keyring
from piiguard.redact.pseudonym import PSEUDONYM, Pseudonyms, StreamRevealer

IIN = "050312300015"


@pytest.fixture
def pseudonyms(keyring: Keyring) -> Pseudonyms:
    return Pseudonyms(keyring)


def test_value_comes_back_normalized(pseudonyms: Pseudonyms) -> None:
    told = pseudonyms.make("KZ_IIN", "050312 300015")
    assert PSEUDONYM.fullmatch(told)
    assert pseudonyms.reveal(told) == IIN


def test_any_text_comes_back(keyring: Keyring) -> None:
    pseudonyms = Pseudonyms(keyring)

    @given(st.text(min_size=1, max_size=300))
    def comes_back(value: str) -> None:
        told = pseudonyms.make("PERSON", value)
        assert pseudonyms.reveal(told) == " ".join(value.split())
        assert told.isascii()

    comes_back()


def test_any_change_is_refused(pseudonyms: Pseudonyms) -> None:
    told = pseudonyms.make("KZ_IIN", IIN)
    body = told.index(".") + 1
    for place in range(body, len(told) - 2):
        changed = told[:place] + ("a" if told[place] != "a" else "b") + told[place + 1 :]
        with pytest.raises(DecryptionError):
            pseudonyms.reveal(changed)
    with pytest.raises(DecryptionError):
        pseudonyms.reveal(told.replace("KZ_IIN", "KZ_BIN"))


def test_no_message_holds_the_value(pseudonyms: Pseudonyms) -> None:
    with pytest.raises(DecryptionError) as caught:
        pseudonyms.reveal("050312300015")
    assert IIN not in str(caught.value)


def test_unknown_key_version_is_told(pseudonyms: Pseudonyms) -> None:
    told = pseudonyms.make("KZ_IIN", IIN).replace(":1.", ":7.")
    with pytest.raises(KeyVersionNotFound, match="index key version 7 is not live") as caught:
        pseudonyms.reveal(told)
    assert caught.value.version == 7


def test_another_keyring_reveals_nothing(pseudonyms: Pseudonyms, tmp_path: Path) -> None:
    other = Keyring.create(
        tmp_path / "other.json", ["passphrase"], passphrase=lambda: "quite another phrase, of six words"
    )
    with pytest.raises(DecryptionError):
        Pseudonyms(other).reveal(pseudonyms.make("KZ_IIN", IIN))


def test_stream_puts_back_what_it_can(keyring: Keyring, pseudonyms: Pseudonyms) -> None:
    known = pseudonyms.make("PERSON", "Үлгі")
    foreign = known[:-3] + ("aa>" if known[-3:-1] != "aa" else "bb>")
    data = f"a {known}\nb {foreign}\nc <KZ_IIN>\xff".encode()
    for size in (1, 5, 1000):
        stream = StreamRevealer(keyring)
        out = b"".join(stream.feed(data[i : i + size]) for i in range(0, len(data), size)) + stream.finish()
        assert out == data.replace(known.encode(), "Үлгі".encode())
        assert (stream.revealed, stream.failed) == (1, 1)
