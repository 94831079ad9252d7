"""Pseudonyms: reversible with the key and only with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piiguard.errors import DecryptionError, KeyVersionNotFound
from piiguard.keys import Keyring
from piiguard.redact.choices import SCOPES, Scope
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


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_run_knows_its_own_values_and_those_of_no_other(keyring: Keyring, values: list[str]) -> None:
    runs = [Pseudonyms(keyring, scope="run") for _ in range(2)] + [Pseudonyms(keyring)]
    made = [[run.make("PERSON", value) for value in values] for run in runs]
    assert made == [[run.make("PERSON", value) for value in values] for run in runs]
    assert len(set().union(*made)) == sum(len(set(each)) for each in made)
    assert (
        len(
            {
                tuple(told[value] for value in values)
                for told in (dict(zip(values, each, strict=True)) for each in made)
            }
        )
        == 3
    )
    for run in runs:
        for each in made:
            assert [run.reveal(told) for told in each] == [" ".join(value.split()) for value in values]


@pytest.mark.parametrize("scope", SCOPES)
def test_any_change_is_refused(keyring: Keyring, scope: Scope) -> None:
    pseudonyms = Pseudonyms(keyring, scope)
    told = pseudonyms.make("KZ_IIN", IIN)
    body = told.index(".") + 1
    for place in range(body, len(told) - 2):
        if told[place] == ".":
            continue
        changed = told[:place] + ("a" if told[place] != "a" else "b") + told[place + 1 :]
        with pytest.raises(DecryptionError):
            pseudonyms.reveal(changed)
    run = told[body:].rpartition(".")[0]
    for other in (
        told.replace("KZ_IIN", "KZ_BIN"),
        told.replace(f"{run}.", "") if run else told.replace(":1.", ":1.qqqqqqqqq."),
    ):
        with pytest.raises(DecryptionError):
            pseudonyms.reveal(other)


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


@pytest.mark.parametrize("scope", SCOPES)
def test_stream_puts_back_what_it_can(keyring: Keyring, scope: Scope) -> None:
    known = Pseudonyms(keyring, scope).make("PERSON", "Үлгі")
    foreign = known[:-3] + ("aa>" if known[-3:-1] != "aa" else "bb>")
    data = f"a {known}\nb {foreign}\nc <KZ_IIN>\xff".encode()
    for size in (1, 5, 1000):
        stream = StreamRevealer(keyring)
        out = b"".join(stream.feed(data[i : i + size]) for i in range(0, len(data), size)) + stream.finish()
        assert out == data.replace(known.encode(), "Үлгі".encode())
        assert (stream.revealed, stream.failed) == (1, 1)
