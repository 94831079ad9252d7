"""Configuration decides and the file proposes: whoever can write a keyring makes nothing of it run, read or wait."""

from __future__ import annotations

import json
import os
import shutil
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from piiguard.errors import EnvelopeError, KeyringError, KeyringFormatError, WrappingKeyError
from piiguard.keys import Keyring, change, wrapping
from piiguard.keys.document import Contents, Document, b64

Operate = Callable[..., Contents]
VALUE = b"value"
CONFIGURATION = [
    "KEYRING_ID",
    "MIN_GENERATION",
    "PROVIDERS",
    "PKCS11_MODULE",
    "WRAPPING_KEY",
    "MAX_ARGON2_MIB",
    "MAX_RECIPIENTS",
    "ALLOWED_SUITES",
]


@pytest.fixture(autouse=True)
def unconfigured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CONFIGURATION:
        monkeypatch.delenv(f"PIIGUARD_{name}", raising=False)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was handed to any provider: the entries of recipients that were acted on."""
    seen: list[dict[str, Any]] = []
    real = wrapping.provider

    def watch(name: str) -> Any:
        maker = real(name)

        class Watched:
            from_option = maker.from_option

            @staticmethod
            def from_recipient(entry: Any, ask: Any) -> Any:
                seen.append(dict(entry))
                return maker.from_recipient(entry, ask)

        return Watched

    monkeypatch.setattr("piiguard.keys.recipients.provider", watch)
    return seen


def propose(path: Path, *recipients: dict[str, Any], **members: Any) -> None:
    """What somebody does who can write the file but opens nothing: other recipients first, then the old ones."""
    header = json.loads(path.read_text())
    header |= {"recipients": [*recipients, *header["recipients"]], **members}
    path.write_text(json.dumps(header))


EVIL = [
    {"provider": "pkcs11", "uri": "token=a;object=b?module-path=/evil.so", "wrapped": "AAAA"},
    {"provider": "pkcs11", "uri": "token=a;object=b;module-path=/evil.so", "wrapped": "AAAA"},
    {"provider": "pkcs11", "uri": "token=a;object=b;MODULE%2Dpath=/evil.so", "wrapped": "AAAA"},
    {"provider": "pkcs11", "uri": "token=a;object=b", "module": "/evil.so", "wrapped": "AAAA"},
    {"provider": "aws-kms", "arn": "arn:aws:kms:eu-west-1:666666666666:key/x", "wrapped": "AAAA"},
    {"provider": "vault", "key": "transit/theirs", "wrapped": "AAAA"},
    {"provider": "somebody-s-plugin", "name": "x", "wrapped": "AAAA"},
]


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which PKCS#11 libraries were loaded; loading one is running its code."""
    libraries: list[str] = []
    module: Any = types.ModuleType("pkcs11")
    module.exceptions = types.SimpleNamespace(PKCS11Error=type("PKCS11Error", (Exception,), {}))

    def lib(path: str) -> Any:
        libraries.append(path)
        raise RuntimeError(path)

    module.lib = lib
    monkeypatch.setitem(sys.modules, "pkcs11", module)
    monkeypatch.setenv("PIIGUARD_PKCS11_PIN", "1234")
    return libraries


@pytest.mark.parametrize("entry", EVIL, ids=lambda entry: str(entry["provider"]))
def test_a_recipient_that_the_file_proposes_is_not_asked_at_start(
    keyring_file: Path, asked: list[dict[str, Any]], loaded: list[str], entry: dict[str, Any]
) -> None:
    propose(keyring_file, entry)
    with pytest.raises(KeyringError):
        Keyring.from_file(keyring_file).open()
    assert [one["provider"] for one in asked] == ["file"]
    assert loaded == []


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize(
    "entry",
    [
        *EVIL,
        {"provider": "file", "path": "/proc/self/environ", "wrapped": "AAAA"},
        {"provider": "env", "name": "PATH", "wrapped": "AAAA"},
        {"provider": "passphrase", "wrapped": "AAAA", "kdf": "argon2id", "salt": b64(bytes(16)), "check": ""},
    ],
    ids=lambda entry: str(entry["provider"]),
)
def test_a_running_application_acts_on_no_recipient_that_is_not_proved(
    keyring: Keyring, asked: list[dict[str, Any]], loaded: list[str], entry: dict[str, Any]
) -> None:
    known = json.loads(keyring.path.read_text())["recipients"][0]
    propose(keyring.path, entry, generation=2)
    column = keyring.column("a", 1)
    assert column.decrypt(column.encrypt(VALUE)) == VALUE
    with pytest.raises(KeyringError):
        keyring.reload()
    assert [one for one in asked if one["provider"] != "file" or one["path"] != known["path"]] == []
    assert loaded == []
    assert keyring.generation == 1


def test_the_library_is_what_configuration_names_and_never_what_the_file_names(
    keyring_file: Path, loaded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for entry in EVIL[:4]:
        propose(keyring_file, entry)
    monkeypatch.setenv("PIIGUARD_PKCS11_MODULE", "/usr/lib/ours.so")
    with pytest.raises(KeyringError):
        Keyring.from_file(keyring_file).open()
    assert set(loaded) == {"/usr/lib/ours.so"}


def test_a_pin_is_not_read_from_where_the_file_says(
    keyring_file: Path, loaded: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    os.mkfifo(secret)  # reading it would wait for ever
    uri = f"token=a;object=b;pin-source=file:{secret}?pin-source=file:{secret}&Pin-Source=file:{secret}"
    propose(keyring_file, {"provider": "pkcs11", "uri": uri, "wrapped": "AAAA"})
    with pytest.raises(KeyringError):
        Keyring.from_file(keyring_file, pkcs11_module="/usr/lib/ours.so").open()


def test_what_was_typed_at_wrap_is_used_then_and_not_stored(tmp_path: Path, loaded: list[str]) -> None:
    with pytest.raises(WrappingKeyError, match=r"/typed\.so: the PKCS#11 library does not load"):
        Keyring.create(tmp_path / "k.json", ["pkcs11:token=a;object=b?module-path=/typed.so"])
    assert loaded == ["/typed.so"]


def test_only_the_named_keyring_is_accepted(
    keyring_file: Path, other_keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = Keyring.from_file(keyring_file).id
    shutil.copy(other_keyring.path, keyring_file)
    with pytest.raises(KeyringFormatError, match=f"keyring {other_keyring.id}, but .* accepts {mine}"):
        Keyring.from_file(keyring_file, id=mine).open()
    monkeypatch.setenv("PIIGUARD_KEYRING_ID", str(mine))
    with pytest.raises(KeyringFormatError, match="PIIGUARD_KEYRING_ID"):
        Keyring.from_file(keyring_file).open()


def test_a_generation_below_the_least_is_refused_at_start(
    keyring_file: Path, operate: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(KeyringFormatError, match="generation 1 is older than 2"):
        Keyring.from_file(keyring_file, min_generation=2).open()
    monkeypatch.setenv("PIIGUARD_MIN_GENERATION", "2")
    with pytest.raises(KeyringFormatError, match="generation 1 is older than 2"):
        Keyring.from_file(keyring_file).open()
    with pytest.raises(KeyringFormatError, match="generation 1 is older than 2"):
        operate("add")
    monkeypatch.setenv("PIIGUARD_MIN_GENERATION", "1")
    operate("add")
    monkeypatch.setenv("PIIGUARD_MIN_GENERATION", "2")
    assert Keyring.from_file(keyring_file).open().generation == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KEYRING_ID", "mine"),
        ("MIN_GENERATION", "-1"),
        ("MIN_GENERATION", "two"),
        ("PROVIDERS", "file,smartcard"),
        ("MAX_ARGON2_MIB", "lots"),
        ("MAX_RECIPIENTS", "0"),
        ("ALLOWED_SUITES", "1,300"),
        ("WRAPPING_KEY", "smartcard:1"),
        ("WRAPPING_KEY", "050312300015"),
    ],
)
def test_configuration_that_says_nothing_clear_is_refused_by_name_and_never_shown(
    keyring_file: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"PIIGUARD_{name}", value)
    with pytest.raises(KeyringError, match=f"^PIIGUARD_{name}: ") as caught:
        Keyring.from_file(keyring_file).open()
    assert "050312300015" not in f"{caught.value} {caught.value.hint}"
    assert caught.value.hint


def test_only_the_named_providers_are_asked(keyring_file: Path, asked: list[dict[str, Any]]) -> None:
    with pytest.raises(WrappingKeyError, match=r"file:.*: this provider is not accepted here"):
        Keyring.from_file(keyring_file, providers=["aws-kms"]).open()
    assert asked == []
    assert Keyring.from_file(keyring_file, providers=["file"]).open().generation == 1


def test_a_hint_says_how_a_provider_is_accepted(keyring_file: Path) -> None:
    header = json.loads(keyring_file.read_text())
    header["recipients"] = [EVIL[4]]
    keyring_file.write_text(json.dumps(header))
    with pytest.raises(WrappingKeyError, match="not accepted here") as caught:
        Keyring.from_file(keyring_file).open()
    assert "PIIGUARD_WRAPPING_KEY" in caught.value.hint


@pytest.mark.parametrize("spelling", ["file:{0}", "{0}", "env:ELSEWHERE", "itself"])
def test_a_wrapping_key_that_has_moved_is_named_where_it_is_used(
    keyring_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spelling: str
) -> None:
    key = keyring_file.with_name("wrapping.key").rename(tmp_path / "moved.key")
    monkeypatch.setenv("ELSEWHERE", key.read_text())
    value = key.read_text().strip() if spelling == "itself" else spelling.format(key)
    with pytest.raises(WrappingKeyError, match="cannot be read") as caught:
        Keyring.from_file(keyring_file).open()
    assert "PIIGUARD_WRAPPING_KEY" in caught.value.hint
    monkeypatch.setenv("PIIGUARD_WRAPPING_KEY", value)
    assert Keyring.from_file(keyring_file).open().generation == 1
    if spelling != "itself":
        monkeypatch.delenv("PIIGUARD_WRAPPING_KEY")
        assert Keyring.from_file(keyring_file, wrapping_key=value).open().generation == 1


def test_a_named_wrapping_key_is_the_only_one_that_is_asked(
    keyring_file: Path, asked: list[dict[str, Any]], tmp_path: Path
) -> None:
    propose(keyring_file, *EVIL[3:], {"provider": "file", "path": "/etc/hostname", "wrapped": "AAAA"})
    key = f"file:{keyring_file.with_name('wrapping.key')}"
    with pytest.raises(KeyringError):
        Keyring.from_file(keyring_file, wrapping_key=key).open()
    assert {(one["provider"], one["path"]) for one in asked} == {("file", key.removeprefix("file:"))}


def test_a_keyring_of_a_stranger_is_not_opened_when_the_wrapping_key_is_named(
    keyring_file: Path, other_keyring: Keyring
) -> None:
    """The stranger's file names a key that he has, too; without configuration that would open it."""
    key = f"file:{keyring_file.with_name('wrapping.key')}"
    header = json.loads(other_keyring.path.read_text())
    header["id"] = str(Keyring.from_file(keyring_file).id)
    keyring_file.write_text(json.dumps(header))
    with pytest.raises(KeyringError):
        Keyring.from_file(keyring_file, wrapping_key=key).open()


def test_too_many_recipients_are_refused_before_any_is_asked(
    keyring_file: Path, asked: list[dict[str, Any]]
) -> None:
    entry = json.loads(keyring_file.read_text())["recipients"][0]
    propose(keyring_file, *[entry] * 8)
    with pytest.raises(KeyringFormatError, match="recipients: 9, but at most 8 are accepted here") as caught:
        Keyring.from_file(keyring_file).open()
    assert "PIIGUARD_MAX_RECIPIENTS" in caught.value.hint
    assert asked == []


@pytest.mark.parametrize(("t", "m_kib"), [(3, 1025 * 1024), (3, 4 << 20), (16, 2 << 20)])
def test_a_passphrase_that_costs_too_much_memory_is_not_derived(
    tmp_path: Path, asked: list[dict[str, Any]], t: int, m_kib: int
) -> None:
    path = Keyring.create(tmp_path / "k.json", ["passphrase"], passphrase=lambda: "six random words").path
    asked.clear()
    header = json.loads(path.read_text())
    header["recipients"][0] |= {"m_kib": m_kib, "t": t}
    path.write_text(json.dumps(header))
    with pytest.raises(KeyringError, match=r"m_kib is out of bounds.*at most 1024 MiB") as caught:
        Keyring.from_file(path, passphrase=lambda: "six random words").open()
    assert "PIIGUARD_MAX_ARGON2_MIB" in caught.value.hint
    assert asked == []


@pytest.mark.usefixtures("eager")
def test_a_rewrap_is_followed_since_it_is_proved_by_the_key_before(
    keyring: Keyring, tmp_path: Path, operate: Operate
) -> None:
    change.rewrap(keyring.path, None, [f"file:{tmp_path / 'new.key'}"], None)
    operate("add")
    assert keyring.reload() is True
    assert keyring.generation == 3


def test_recipients_put_into_a_proved_list_prove_nothing(
    keyring: Keyring, tmp_path: Path, asked: list[dict[str, Any]]
) -> None:
    change.rewrap(keyring.path, None, [f"file:{tmp_path / 'new.key'}"], None)
    propose(keyring.path, {"provider": "file", "path": "/etc/hostname", "wrapped": "AAAA"})
    asked.clear()
    with pytest.raises(WrappingKeyError) as caught:
        keyring.reload()
    assert asked == []
    assert "restart" in caught.value.hint


def test_a_reload_asks_the_wrapping_key_that_configuration_names(keyring_file: Path, tmp_path: Path) -> None:
    """Two rewraps at once: the proof of the first is gone, so the file alone says where the key is."""
    key = keyring_file.with_name("wrapping.key")
    plain = Keyring.from_file(keyring_file).open()
    named = Keyring.from_file(keyring_file, wrapping_key=f"file:{tmp_path / 'new.key'}")
    shutil.copy(key, tmp_path / "new.key")
    named.open()
    for name in ("first.key", "new.key"):
        change.rewrap(keyring_file, None, [f"file:{tmp_path / name}"], None)
    with pytest.raises(WrappingKeyError):
        plain.reload()
    assert named.reload() is True


def test_the_environment_configures_the_keyring_of_the_environment(
    keyring_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIIGUARD_KEYRING", str(keyring_file))
    monkeypatch.setenv("PIIGUARD_MIN_GENERATION", "2")
    with pytest.raises(KeyringFormatError, match="older than 2"):
        Keyring.from_env().open()
    assert Keyring.from_env(min_generation=1).open().generation == 1


def test_a_document_of_any_size_of_header_still_opens_its_own_body(keyring_file: Path) -> None:
    document = Document.parse(keyring_file.read_bytes(), "it")
    assert "vouched" not in document.header


def test_reserved_suites_are_refused_by_name(keyring: Keyring) -> None:
    column = keyring.column("students.iin", 1)
    sealed = bytearray(column.encrypt(VALUE))
    for suite, words in ((0x02, "own key of a person"), (0x40, "other packages"), (0x7F, "other packages")):
        sealed[1] = suite
        with pytest.raises(EnvelopeError, match=f"suite {suite:02x} is reserved for .*{words}"):
            column.decrypt(bytes(sealed))
    sealed[1] = 0x80
    with pytest.raises(EnvelopeError, match="unknown suite 80"):
        column.decrypt(bytes(sealed))


def test_a_suite_that_configuration_does_not_allow_is_neither_written_nor_read(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = keyring.column("students.iin", 1).encrypt(VALUE)
    strict = Keyring.from_file(keyring.path, allowed_suites=[0x40]).column("students.iin", 1)
    with pytest.raises(EnvelopeError, match="suite 01 is not allowed here"):
        strict.decrypt(sealed)
    with pytest.raises(EnvelopeError, match="suite 01 is not allowed here"):
        strict.encrypt(VALUE)
    monkeypatch.setenv("PIIGUARD_ALLOWED_SUITES", "01,40")
    assert Keyring.from_file(keyring.path).column("students.iin", 1).decrypt(sealed) == VALUE


def test_a_restored_keyring_is_of_a_generation_that_is_accepted(
    keyring_file: Path, operate: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    operate("add")
    keyring_file.unlink()
    monkeypatch.setenv("PIIGUARD_MIN_GENERATION", "7")
    change.restore(keyring_file, keyring_file.with_name("keyring.json.1.bak"), None)
    assert Keyring.from_file(keyring_file).open().generation == 7
