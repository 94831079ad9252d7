"""The keyring in a process: lazy, following its file, telling causes apart, safe across threads and forks."""

from __future__ import annotations

import copy
import logging
import multiprocessing
import os
import pickle
import shutil
import threading
import uuid
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast

import pytest

from piiguard.errors import (
    DecryptionError,
    EnvelopeError,
    KeyringError,
    KeyringFormatError,
    KeyVersionDestroyed,
    KeyVersionNotFound,
    KeyVersionRetired,
    NotEncrypted,
    PiiguardError,
    WrappingKeyError,
)
from piiguard.keys import Keyring, envelope, store
from piiguard.keys.document import Contents

Operate = Callable[..., Contents]
VALUE = b"050312300017"
STRING = 0x01


def test_nothing_is_read_before_the_first_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = Keyring.from_file(tmp_path / "absent.json")
    column = keyring.column("students.iin", STRING)
    keyring.index("students.iin", "iin_index", "digits")
    assert repr(keyring) == "<Keyring, not opened>"
    with pytest.raises(KeyringError, match=r"absent\.json: no keyring there"):
        column.encrypt(VALUE)


def test_the_environment_is_read_on_first_use(keyring_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIIGUARD_KEYRING", raising=False)
    keyring = Keyring.from_env()
    with pytest.raises(KeyringError, match="PIIGUARD_KEYRING is not set"):
        keyring.open()
    monkeypatch.setenv("PIIGUARD_KEYRING", str(keyring_file))
    assert keyring.open().path == keyring_file


def test_it_tells_its_id_generation_and_versions_but_no_key(keyring: Keyring) -> None:
    assert isinstance(keyring.id, uuid.UUID)
    assert keyring.generation == 1
    assert [(v.version, v.kind, v.state) for v in keyring.versions] == [
        (1, "data", "primary"),
        (1, "index", "primary"),
    ]
    assert keyring.primary("index").kind == "index"
    assert repr(keyring) == f"<Keyring {keyring.id} generation 1>"
    shown = repr(keyring) + repr(keyring.versions) + repr(keyring.current()) + repr(vars(keyring).keys())
    for secret in keyring.current().roots.values():
        assert secret.hex() not in shown
        assert repr(secret) not in shown


def test_a_column_is_one_object_however_often_it_is_asked_for(keyring: Keyring) -> None:
    assert keyring.column("a", STRING) is keyring.column("a", STRING)
    assert keyring.column("a", STRING) is not keyring.column("a", 0x02)
    assert keyring.index("a", "b", "digits") is keyring.index("a", "b", "digits/1")


@pytest.mark.usefixtures("eager")
def test_a_promotion_is_followed_without_a_restart(keyring: Keyring, operate: Operate) -> None:
    column = keyring.column("students.iin", STRING)
    first = column.encrypt(VALUE)
    operate("add")
    assert keyring.version_of(column.encrypt(VALUE)).version == 1
    operate("promote", 2)
    second = column.encrypt(VALUE)
    assert keyring.version_of(second).version == 2
    assert keyring.needs_rotation(first)
    assert not keyring.needs_rotation(second)
    assert column.decrypt_many([first, second]) == [VALUE, VALUE]


def test_the_file_is_looked_at_once_a_second_at_most(
    clock: list[float], keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    column = keyring.column("students.iin", STRING)
    column.encrypt(VALUE)
    looked, stamp, opened = [], store.stamp(keyring.path), clock[0]

    def look(path: Path) -> store.Stamp | None:
        looked.append(path)
        return stamp

    monkeypatch.setattr(store, "stamp", look)
    for passed in (0.0, 0.99, 0.01, 0.5):
        clock[0] += passed
        for _ in range(100):
            column.encrypt(VALUE)
        assert len(looked) == (clock[0] >= opened + 1)


def test_reload_says_whether_there_was_something_new(keyring: Keyring, operate: Operate) -> None:
    assert keyring.reload() is False
    operate("add")
    assert keyring.reload() is True
    assert keyring.generation == 2
    assert Keyring.from_file(keyring.path).reload() is True


def test_an_unknown_key_id_makes_it_look_once(
    clock: list[float], keyring: Keyring, operate: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring.due = float("inf")  # this process has not noticed anything yet
    operate("add")
    operate("promote", 2)
    ahead = Keyring.from_file(keyring.path).column("students.iin", STRING).encrypt(VALUE)
    assert keyring.column("students.iin", STRING).decrypt(ahead) == VALUE
    read = []
    monkeypatch.setattr(store, "read", lambda path: read.append(path))
    clock[0] += 0.99
    for key_id in range(1, 50):
        with pytest.raises(KeyVersionNotFound):
            keyring.version_of(envelope.header(key_id) + bytes(40))
    assert read == []


def test_two_promotions_within_a_second_are_both_followed(
    clock: list[float], keyring: Keyring, operate: Operate
) -> None:
    """The first unknown key id makes it read the file; the next one must not be refused for being soon after."""
    keyring.open()
    keyring.due = float("inf")
    for number in (2, 3):
        operate("add")
        operate("promote", number)
        ahead = Keyring.from_file(keyring.path).column("students.iin", STRING).encrypt(VALUE)
        assert keyring.column("students.iin", STRING).decrypt(ahead) == VALUE


def test_a_reload_that_fails_keeps_what_is_loaded_and_warns(
    keyring: Keyring, eager: None, caplog: pytest.LogCaptureFixture
) -> None:
    column = keyring.column("students.iin", STRING)
    sealed = column.encrypt(VALUE)
    keyring.path.write_text("{")
    with caplog.at_level(logging.WARNING, "piiguard.keys"):
        assert column.decrypt(sealed) == VALUE
        assert column.decrypt(column.encrypt(VALUE)) == VALUE
    assert len(caplog.records) == 1
    assert "generation 1 stays in use" in caplog.text
    with pytest.raises(KeyringFormatError):
        keyring.reload()
    keyring.path.unlink()
    assert column.decrypt(sealed) == VALUE


def test_an_older_generation_is_refused_by_a_process_that_saw_a_newer_one(
    keyring: Keyring, operate: Operate
) -> None:
    operate("add")
    keyring.reload()
    shutil.copy(store.backup_path(keyring.path, 1), keyring.path)
    with pytest.raises(KeyringFormatError, match="generation 1 is older than 2"):
        keyring.reload()
    assert keyring.generation == 2


def test_the_keyring_of_another_environment_is_refused(keyring: Keyring, other_keyring: Keyring) -> None:
    shutil.copy(other_keyring.path, keyring.path)
    with pytest.raises(KeyringFormatError, match=f"another keyring \\({other_keyring.id}\\)"):
        keyring.reload()


@pytest.mark.usefixtures("eager")
def test_retired_and_destroyed_keys_are_told_apart_from_tampering(keyring: Keyring, operate: Operate) -> None:
    column = keyring.column("students.iin", STRING)
    sealed = column.encrypt(VALUE)
    operate("add")
    operate("promote", 2)
    operate("retire", 1)
    with pytest.raises(KeyVersionRetired, match=r"students\.iin: key version 1 is retired") as retired:
        column.decrypt(sealed)
    assert retired.value.version == 1
    assert "--undo 1" in retired.value.hint
    operate("unretire", 1)
    assert column.decrypt(sealed) == VALUE
    operate("retire", 1)
    operate("destroy", 1)
    with pytest.raises(KeyVersionDestroyed, match="key version 1 was destroyed") as destroyed:
        column.decrypt(sealed)
    assert destroyed.value.version == 1
    assert keyring.version_of(sealed).state == "destroyed"


def test_the_id_of_an_index_key_is_no_data_key(keyring: Keyring) -> None:
    forged = envelope.header(keyring.primary("index").id) + bytes(40)
    with pytest.raises(KeyringError, match="names index key version 1"):
        keyring.column("students.iin", STRING).decrypt(forged)


def test_an_unknown_key_id_names_what_is_known(keyring: Keyring) -> None:
    absent = keyring.primary().id ^ 1
    with pytest.raises(KeyVersionNotFound) as caught:
        keyring.column("students.iin", STRING).decrypt(envelope.header(absent) + bytes(40))
    assert caught.value.key_id == absent
    assert caught.value.known == (1,)
    assert f"students.iin: key id {absent:08x} is not in the keyring" in str(caught.value)


def test_every_cause_of_a_failed_tag_has_one_message(keyring: Keyring) -> None:
    column = keyring.column("students.iin", STRING)
    sealed = column.encrypt(VALUE)
    wrong = [
        (column, keyring.column("staff.iin", STRING).encrypt(VALUE)),
        (column, keyring.column("students.iin", 0x02).encrypt(VALUE)),
        (column, sealed[:-1]),
        (column, sealed + b"\0"),
        (column, sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (column, sealed[:10] + bytes([sealed[10] ^ 1]) + sealed[11:]),
    ]
    messages = set()
    for cipher, value in wrong:
        with pytest.raises(DecryptionError) as caught:
            cipher.decrypt(value)
        messages.add(str(caught.value))
        assert (caught.value.context, caught.value.version) == ("students.iin", 1)
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None
        assert "piiguard verify" in caught.value.hint
    assert messages == {"students.iin: the value does not open with key version 1"}


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (b"", NotEncrypted),
        (b"050312300017", NotEncrypted),
        ("050312300017", NotEncrypted),
        ("Сынақов".encode(), NotEncrypted),
        (b"\xf9", EnvelopeError),
        (b"\xf9\x01" + bytes(43), EnvelopeError),
        (b"\xf9\x02" + bytes(44), EnvelopeError),
        (b"\xf9\x00" + bytes(44), EnvelopeError),
    ],
)
def test_what_is_no_envelope_is_named_with_its_column(
    keyring: Keyring, value: bytes, error: type[PiiguardError]
) -> None:
    with pytest.raises(error, match=r"^students\.iin: "):
        keyring.column("students.iin", STRING).decrypt(value)


def test_truncation_after_a_good_value_is_still_an_envelope_error(keyring: Keyring) -> None:
    column = keyring.column("students.iin", STRING)
    sealed = column.encrypt(VALUE)
    assert column.decrypt(sealed) == VALUE  # the subkey is in the cache now
    for length in (18, 29, 30, 45):
        with pytest.raises(EnvelopeError, match=f"truncated: {length} of at least 46"):
            column.decrypt(sealed[:length])
    with pytest.raises(DecryptionError):
        column.decrypt(sealed[:46])


def test_buffers_are_read_like_bytes(keyring: Keyring) -> None:
    column = keyring.column("students.iin", STRING)
    sealed = column.encrypt(VALUE)
    for buffer in (memoryview(sealed), bytearray(sealed)):
        assert column.decrypt(cast(bytes, buffer)) == VALUE


def test_fused_closures_pass_nothing_on_but_none(keyring: Keyring) -> None:
    column = keyring.column("students.iin", STRING)
    write, read = column.encryptor(str.encode), column.decryptor(bytes.decode)
    assert read(write("Сынақов")) == "Сынақов"
    assert write(None) is None
    assert read(None) is None


def test_a_codec_that_fails_after_the_tag_is_a_decryption_error_without_the_plaintext(
    keyring: Keyring,
) -> None:
    column = keyring.column("students.iin", STRING)
    sealed = column.encrypt(b"\xff secret")
    with pytest.raises(DecryptionError) as caught:
        column.decryptor(bytes.decode)(sealed)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("error", [KeyError, IndexError, OverflowError, TypeError])
def test_however_a_codec_fails_the_plaintext_is_not_told(keyring: Keyring, error: type[Exception]) -> None:
    column = keyring.column("students.iin", STRING)

    def decode(data: bytes) -> None:
        raise error(data)

    with pytest.raises(DecryptionError) as caught:
        column.decryptor(decode)(column.encrypt(VALUE))
    assert caught.value.__context__ is None


def test_the_first_half_of_the_nonce_is_drawn_again_when_its_budget_is_spent(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("piiguard.keys.column.BUDGET", 3)
    column = keyring.column("students.iin", STRING)
    sealed = [column.encrypt(VALUE) for _ in range(4)] + column.encrypt_many([VALUE] * 4)
    selectors = [value[6:18] for value in sealed if value]
    assert [selectors.count(selector) for selector in dict.fromkeys(selectors)] == [3, 3, 2]
    assert len({value[18:30] for value in sealed if value}) == 8


def test_the_cache_of_subkeys_is_bounded_and_a_miss_still_reads(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("piiguard.keys.column.BUDGET", 1)
    keyring._cache._size = 4
    column = keyring.column("students.iin", STRING)
    sealed = [column.encrypt(VALUE) for _ in range(10)]
    assert [column.decrypt(value) for value in sealed] == [VALUE] * 10
    assert len(column._readers) == len(keyring._cache._order) == 4
    assert [column.decrypt(value) for value in sealed] == [VALUE] * 10


@pytest.mark.usefixtures("eager")
def test_index_values_follow_a_promotion_and_queries_ask_for_every_live_version(
    keyring: Keyring, operate: Operate
) -> None:
    index = keyring.index("students.iin", "iin_index", "digits")
    old = index.compute("050312300017")
    operate("add", kind="index")
    assert index.compute("050312300017") == old
    assert index.candidates("050312300017")[0] == old
    assert len(index.candidates("050312300017")) == 2  # another process may have been told of a promotion
    operate("promote", 2, kind="index")
    new = index.compute("0503-1230-0017")
    assert new is not None
    assert (new[:2], len(new)) == (b"\0\2", 16)
    assert index.candidates("050312300017") == [new, old]
    operate("retire", 1, kind="index")
    assert index.candidates("050312300017") == [new]


def test_queries_ask_for_the_primary_first_and_then_for_the_newest(
    keyring: Keyring, operate: Operate
) -> None:
    for _ in range(3):
        operate("add", kind="index")
    operate("promote", 3, kind="index")
    keyring.reload()
    found = keyring.index("students.iin", "iin_index", "digits").candidates("1")
    assert [value[:2] for value in found] == [b"\0\3", b"\0\4", b"\0\2", b"\0\1"]


def test_an_index_differs_by_context_name_and_normalizer(keyring: Keyring) -> None:
    value = "050312300017"
    found = {
        keyring.index(context, name, normalizer).compute(value)
        for context in ("a", "b")
        for name in ("x", "y")
        for normalizer in ("digits", "exact")
    }
    assert len(found) == 8


def test_nothing_has_no_index(keyring: Keyring) -> None:
    index = keyring.index("students.iin", "iin_index", "digits")
    for nothing in (None, "", "---"):
        assert index.compute(nothing) is None
        assert index.candidates(nothing) == []
    assert keyring.index("a", "b", "exact").compute("\ud800") is not None


def test_keyrings_and_ciphers_can_be_neither_pickled_nor_copied(keyring: Keyring) -> None:
    for thing in (keyring, keyring.column("a", 1), keyring.index("a", "b", "exact")):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(thing)
        with pytest.raises(TypeError, match="cannot be pickled"):
            copy.deepcopy(thing)
        assert "0x" not in repr(thing)


def test_a_wrong_key_file_opens_nothing(keyring: Keyring, other_keyring: Keyring) -> None:
    shutil.copy(other_keyring.path.with_name("other.key"), keyring.path.with_name("wrapping.key"))
    with pytest.raises(WrappingKeyError, match="no wrapping key opens it"):
        Keyring.from_file(keyring.path).open()


@pytest.mark.usefixtures("eager")
def test_threads_write_and_read_while_the_keyring_changes(keyring: Keyring, operate: Operate) -> None:
    column, failures = keyring.column("students.iin", STRING), []
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            try:
                assert column.decrypt(column.encrypt(VALUE)) == VALUE
            except Exception as error:  # noqa: BLE001 - reported below
                failures.append(error)
                return

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for version in (2, 3, 4):
        operate("add")
        operate("promote", version)
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert keyring.version_of(column.encrypt(VALUE)).version == 4


def _child(keyring: Keyring, pipe: Connection) -> None:
    column = keyring.column("students.iin", STRING)
    pipe.send((column.encrypt(VALUE), keyring.index("a", "b", "digits").compute("1")))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_shares_no_nonce_and_waits_for_no_lock(keyring: Keyring) -> None:
    column = keyring.column("students.iin", STRING)
    before = column.encrypt(VALUE)
    here, there = multiprocessing.Pipe()
    with keyring.lock:  # as if another thread held it while forking
        child = multiprocessing.get_context("fork").Process(target=_child, args=(keyring, there))
        child.start()
    assert here.poll(120)
    sealed, index = here.recv()
    child.join()
    assert column.decrypt(sealed) == VALUE
    assert sealed[6:18] != before[6:18]
    assert column.encrypt(VALUE)[6:18] == before[6:18]
    assert index == keyring.index("a", "b", "digits").compute("1")


def test_a_keyring_in_memory_is_whole_and_never_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    keyring = Keyring.in_memory()
    column = keyring.column("students.iin", STRING)
    assert column.decrypt(column.encrypt(VALUE)) == VALUE
    assert keyring.index("students.iin", "iin_index", "digits").compute("050312300017")
    assert repr(keyring) == f"<Keyring {keyring.id} generation 1, in memory, never written>"
    assert keyring.open() is keyring
    assert keyring.reload() is False
    keyring.record("job", rows=1)
    with pytest.raises(KeyVersionNotFound):
        Keyring.in_memory().column("students.iin", STRING).decrypt(column.encrypt(VALUE))
    with pytest.raises(KeyringError, match="in memory and has no file"):
        keyring.path  # noqa: B018
    assert list(tmp_path.iterdir()) == []
