"""What the bytes say without a key."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiguard.errors import EnvelopeError, NotEncrypted
from piiguard.keys.envelope import (
    OVERHEAD,
    Envelope,
    from_text,
    header,
    key_id_of,
    looks_encrypted,
    to_text,
)

SOUND = header(0x0A0B0C0D) + bytes(range(24)) + bytes(16)


def test_the_parts_of_an_envelope() -> None:
    parsed = Envelope.parse(SOUND + b"more")
    assert (parsed.suite, parsed.key_id) == (1, 0x0A0B0C0D)
    assert parsed.nonce == bytes(range(24))
    assert parsed.ciphertext == bytes(16) + b"more"


@given(st.text())
def test_no_text_looks_encrypted_in_a_binary_column(text: str) -> None:
    data = text.encode("utf-8", "replace")
    assert not looks_encrypted(data)
    with pytest.raises(NotEncrypted):
        Envelope.parse(data)


@given(st.text())
def test_text_without_the_prefix_is_plaintext(text: str) -> None:
    if not text.startswith("pg1."):
        assert not looks_encrypted(text)
        with pytest.raises(NotEncrypted):
            from_text(text)


@given(st.binary(min_size=46, max_size=80), st.integers(1, 2**32 - 1))
def test_text_and_binary_forms_are_two_spellings_of_one_thing(rest: bytes, key_id: int) -> None:
    envelope = header(key_id) + rest
    text = to_text(envelope)
    assert from_text(text) == envelope
    assert key_id_of(text) == key_id_of(envelope) == key_id
    assert looks_encrypted(text)
    assert text.startswith("pg1.-Q")


@given(st.binary(max_size=80))
def test_any_text_form_has_one_spelling(data: bytes) -> None:
    text = to_text(data)
    assert from_text(text) == data
    for other in (text + "=", text + "\n", " " + text, text.replace("-", "+") + "!"):
        with pytest.raises((EnvelopeError, NotEncrypted)):
            from_text(other)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\xf9",
        SOUND[:-1],
        SOUND[:1] + b"\x02" + SOUND[2:],
        header(1)[:2] + bytes(44),
        "",
        "pg1.",
        "pg1.-QEK",
        to_text(SOUND)[:-1],
        to_text(SOUND) + "B",
        "pg1." + "é" * 80,
        to_text(header(1)[:2] + bytes(44)),
    ],
)
def test_what_only_begins_like_an_envelope_is_none(value: bytes | str) -> None:
    assert key_id_of(value) is None
    assert not looks_encrypted(value)


def test_the_overhead_is_what_the_parts_add_up_to() -> None:
    assert OVERHEAD == 46 == len(SOUND)
    assert looks_encrypted(memoryview(SOUND))  # type: ignore[arg-type]


def test_it_costs_no_cryptography() -> None:
    code = "import sys, piiguard.keys.envelope; sys.exit('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
