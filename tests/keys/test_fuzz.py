"""Any changed byte of any envelope raises an exception of the table, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piiguard.errors import (
    DecryptionError,
    EnvelopeError,
    KeyringFormatError,
    KeyVersionNotFound,
    NotEncrypted,
    WrappingKeyError,
)
from piiguard.keys import Keyring, recipients
from piiguard.keys.document import Document
from piiguard.keys.envelope import from_text, to_text

TABLE = (NotEncrypted, EnvelopeError, KeyVersionNotFound, DecryptionError)
RELAXED = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@RELAXED
@given(st.binary(max_size=60), st.data())
def test_a_changed_byte_is_an_error_of_the_table(
    keyring: Keyring, plaintext: bytes, data: st.DataObject
) -> None:
    column = keyring.column("students.iin", 2)
    sealed = column.encrypt(plaintext)
    assert column.decrypt(sealed) == plaintext
    at = data.draw(st.integers(0, len(sealed) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != sealed[at]))
    with pytest.raises(TABLE) as caught:
        column.decrypt(sealed[:at] + bytes([byte]) + sealed[at + 1 :])
    expected = (
        NotEncrypted
        if at == 0
        else EnvelopeError
        if at == 1
        else KeyVersionNotFound
        if at < 6
        else DecryptionError
    )
    assert type(caught.value) is expected
    assert caught.value.__context__ is None


@RELAXED
@given(st.binary(max_size=60), st.data())
def test_cut_repeated_or_joined_envelopes_are_errors_of_the_table(
    keyring: Keyring, plaintext: bytes, data: st.DataObject
) -> None:
    column = keyring.column("students.iin", 2)
    sealed = column.encrypt(plaintext)
    start = data.draw(st.integers(0, len(sealed)))
    end = data.draw(st.integers(0, len(sealed)))
    changed = sealed[:start] + sealed[end:]
    if changed == sealed:
        return
    with pytest.raises(TABLE):
        column.decrypt(changed)


@RELAXED
@given(st.binary(max_size=120))
def test_any_bytes_are_an_error_of_the_table(keyring: Keyring, value: bytes) -> None:
    for candidate in (value, b"\xf9\x01" + value, keyring.column("a", 1).encrypt(b"")[:6] + value):
        with pytest.raises(TABLE):
            keyring.column("students.iin", 1).decrypt(candidate)


@RELAXED
@given(st.binary(max_size=40), st.data())
def test_a_changed_character_of_the_text_form_is_an_error_of_the_table(
    keyring: Keyring, plaintext: bytes, data: st.DataObject
) -> None:
    column = keyring.column("students.iin", 2)
    text = to_text(column.encrypt(plaintext))
    at = data.draw(st.integers(0, len(text) - 1))
    character = data.draw(st.characters(codec="utf-8").filter(lambda c: c != text[at]))
    with pytest.raises(TABLE):
        column.decrypt(from_text(text[:at] + character + text[at + 1 :]))


@RELAXED
@given(st.data())
def test_a_changed_byte_of_the_keyring_file_opens_nothing_or_the_same(
    keyring: Keyring, data: st.DataObject
) -> None:
    sound = keyring.path.read_bytes()
    at = data.draw(st.integers(0, len(sound) - 1))
    byte = data.draw(st.integers(0, 255))
    changed = sound[:at] + bytes([byte]) + sound[at + 1 :]
    try:
        document = Document.parse(changed, "it")
        contents = document.open(recipients.unwrap(document, "it", None), "it")
    except (KeyringFormatError, WrappingKeyError):
        return
    original = Document.parse(sound, "it")
    assert document == original  # a blank between two members
    assert contents.versions == original.versions


@given(st.binary(max_size=200))
def test_any_bytes_are_no_keyring(data: bytes) -> None:
    with pytest.raises(KeyringFormatError):
        Document.parse(data, "it")
