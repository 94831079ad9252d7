"""Providers: built in, or brought by another package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from piiguard.errors import WrappingKeyError
from piiguard.keys import Keyring, recipients
from piiguard.keys.document import Document
from piiguard.keys.wrapping import names, provider

PLUGIN = '''
asked = []
class Reversed:
    """Not a cipher: it shows how a package adds one."""
    def __init__(self, argument): self.argument = argument
    @classmethod
    def from_option(cls, argument, ask): return cls(argument)
    @classmethod
    def from_recipient(cls, entry, ask):
        asked.append({k: v for k, v in entry.items() if k != "wrapped"})
        return cls(entry["name"])
    def parameters(self): return {"name": self.argument}
    def wrap(self, file_key, aad): return file_key[::-1] + aad
    def unwrap(self, wrapped, aad): return wrapped[: -len(aad)][::-1]
'''


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with a package that brings a provider."""
    site = tmp_path / "site"
    (site / "thirdparty-1.0.dist-info").mkdir(parents=True)
    (site / "thirdparty.py").write_text(PLUGIN)
    (site / "thirdparty-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: thirdparty\nVersion: 1.0\n"
    )
    (site / "thirdparty-1.0.dist-info" / "entry_points.txt").write_text(
        "[piiguard.wrapping]\nreversed = thirdparty:Reversed\nfile = thirdparty:Reversed\n"
    )
    return site


def test_a_named_wrapping_key_of_another_package_is_the_only_one_that_is_asked(
    site: Path, tmp_path: Path
) -> None:
    """What the file says of it, beside what it has wrapped, is nothing that the provider sees."""
    code = f"""
import json, pathlib, sys
sys.path.insert(0, {str(site)!r})
import thirdparty
from piiguard.keys import Keyring
path = pathlib.Path({str(tmp_path / "k.json")!r})
Keyring.create(path, ["reversed:x"])
header = json.loads(path.read_text())
header["recipients"][0] |= {{"name": "theirs", "server": "evil.example"}}
path.write_text(json.dumps(header))
del thirdparty.asked[:]
try:
    Keyring.from_file(path, wrapping_key="reversed:mine").open()
except Exception:
    pass
assert thirdparty.asked == [{{"provider": "reversed", "name": "mine"}}], thirdparty.asked
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    assert ran.returncode == 0


def test_another_package_adds_a_provider_as_an_entry_point(site: Path, tmp_path: Path) -> None:
    code = f"""
import sys
sys.path.insert(0, {str(site)!r})
from piiguard.keys import Keyring
from piiguard.keys.wrapping import names, provider
path = {str(tmp_path / "k.json")!r}
assert Keyring.create(path, ["reversed:x"]).open().generation == 1
assert Keyring.from_file(path, providers=["reversed"]).open().generation == 1
assert names()[-1] == "reversed" and names().count("file") == 1
assert provider("file").__module__ == "piiguard.keys.wrapping.key_file"
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    assert ran.returncode == 0


def test_an_unknown_provider_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(WrappingKeyError, match="unknown wrapping key provider 'smartcard'") as caught:
        provider("smartcard")
    for name in ("passphrase", "file", "env", "pkcs11", "aws-kms", "vault"):
        assert name in names()
        assert name in caught.value.hint


def test_a_provider_that_gives_back_something_else_never_gets_into_a_keyring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        @classmethod
        def from_option(cls, *_: Any) -> Broken:
            return cls()

        from_recipient = from_option

        def parameters(self) -> dict[str, Any]:
            return {}

        def wrap(self, file_key: bytes, aad: bytes) -> bytes:
            return b"x"

        def unwrap(self, wrapped: bytes, aad: bytes) -> bytes:
            return bytes(32)

    monkeypatch.setattr(recipients, "provider", lambda name: Broken)
    with pytest.raises(WrappingKeyError, match="broken: does not give back what it wrapped"):
        Keyring.create(tmp_path / "k.json", ["broken"])
    assert not (tmp_path / "k.json").exists()


def test_each_recipient_can_be_tried(tmp_path: Path) -> None:
    wraps = [f"file:{tmp_path / 'a.key'}", "passphrase", f"file:{tmp_path / 'b.key'}"]
    path = Keyring.create(
        tmp_path / "k.json", wraps, passphrase=lambda: "long enough, and of five words"
    ).path
    (tmp_path / "b.key").unlink()
    document = Document.parse(path.read_bytes(), "it")
    found = recipients.check(document, lambda: "not the one")
    assert [name for name, _ in found] == wraps
    assert found[0][1] == ""
    assert found[1][1] == "wrong passphrase"
    assert "cannot be read" in found[2][1]


def test_the_passphrase_is_asked_last(tmp_path: Path) -> None:
    asked = []

    def ask() -> str:
        asked.append(1)
        return "long enough, and of five words"

    path = Keyring.create(
        tmp_path / "k.json", ["passphrase", f"file:{tmp_path / 'a.key'}"], passphrase=ask
    ).path
    asked.clear()
    Keyring.from_file(path, passphrase=ask).open()
    assert asked == []
