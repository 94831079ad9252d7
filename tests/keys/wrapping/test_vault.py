"""The wrapping key in Vault's transit engine: the real client against a stub of the server."""

from __future__ import annotations

import base64
import json
import os
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from piiguard.errors import MissingExtra, WrappingKeyError
from piiguard.keys import Keyring

pytest.importorskip("hvac", reason="NO hvac: pip install 'piiguard[vault]'")
TOKEN = "s.token-for-tests"


class Transit(BaseHTTPRequestHandler):
    """Encrypt and decrypt of the transit engine: one key, associated data, the errors Vault gives."""

    key = AESGCM(bytes(range(32)))
    oldest = 1

    def do_GET(self) -> None:
        known = self.path.startswith("/v1/") and self.path.endswith("transit/keys/piiguard")
        allowed = self.headers.get("X-Vault-Token") == TOKEN
        self.answer(200 if known and allowed else 404 if allowed else 403, {"data": {}, "errors": []})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        *_, operation, _name = self.path.split("/")
        if self.headers.get("X-Vault-Token") != TOKEN:
            self.answer(403, {"errors": ["permission denied"]})
        elif operation == "encrypt":
            self.answer(200, {"data": {"ciphertext": self.encrypt(body)}})
        else:
            self.decrypt(body)

    do_PUT = do_POST

    def encrypt(self, body: dict[str, str]) -> str:
        nonce = os.urandom(12)
        sealed = self.key.encrypt(
            nonce, base64.b64decode(body["plaintext"]), base64.b64decode(body["associated_data"])
        )
        return "vault:v1:" + base64.b64encode(nonce + sealed).decode()

    def decrypt(self, body: dict[str, str]) -> None:
        _, version, blob = body["ciphertext"].split(":")
        raw = base64.b64decode(blob)
        if int(version[1:]) < self.oldest:
            return self.answer(
                400, {"errors": ["ciphertext or signature version is disallowed by policy (too old)"]}
            )
        try:
            plain = self.key.decrypt(raw[:12], raw[12:], base64.b64decode(body["associated_data"]))
        except InvalidTag:
            return self.answer(400, {"errors": ["cipher: message authentication failed"]})
        return self.answer(200, {"data": {"plaintext": base64.b64encode(plain).decode()}})

    def answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        return


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Transit)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("VAULT_ADDR", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def made(vault: str, tmp_path: Path) -> Keyring:
    return Keyring.create(tmp_path / "keyring.json", ["vault:piiguard"])


def test_the_service_opens_the_keyring(made: Keyring) -> None:
    assert made.open().generation == 1
    entry = json.loads(made.path.read_text())["recipients"][0]
    assert (entry["provider"], entry["key"]) == ("vault", "transit/piiguard")


def test_another_mount_is_asked_for_by_its_path(vault: str, tmp_path: Path) -> None:
    Keyring.create(tmp_path / "k.json", ["vault:kz/transit/piiguard"]).open()
    entry = json.loads((tmp_path / "k.json").read_text())["recipients"][0]
    assert entry["key"] == "kz/transit/piiguard"


def test_another_keyring_s_wrapped_key_does_not_open_it(made: Keyring, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    Keyring.create(other, ["vault:piiguard"])
    document = json.loads(other.read_text())
    document["recipients"] = json.loads(made.path.read_text())["recipients"]
    other.write_text(json.dumps(document))
    with pytest.raises(WrappingKeyError, match="vault:transit/piiguard: this key does not open the keyring"):
        Keyring.from_file(other).open()


def test_a_version_that_vault_refuses_is_said(made: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Transit, "oldest", 2)
    with pytest.raises(WrappingKeyError) as caught:
        Keyring.from_file(made.path).open()
    assert "min_decryption_version" in caught.value.hint


def test_a_wrong_token_is_said_and_not_shown(made: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_TOKEN", "s.other-token")
    with pytest.raises(WrappingKeyError, match="the token is not allowed") as caught:
        Keyring.from_file(made.path).open()
    assert "s.other-token" not in str(caught.value) + caught.value.hint


def test_an_unknown_key_and_an_absent_server_are_said(
    vault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WrappingKeyError, match="there is no such key"):
        Keyring.create(tmp_path / "k.json", ["vault:other"])
    with pytest.raises(WrappingKeyError, match="needs the name of a transit key"):
        Keyring.create(tmp_path / "k.json", ["vault:"])
    monkeypatch.setenv("VAULT_ADDR", "http://127.0.0.1:1")
    with pytest.raises(WrappingKeyError, match="Vault cannot be asked"):
        Keyring.create(tmp_path / "k.json", ["vault:piiguard"])


@pytest.mark.parametrize(
    ("name", "address"), [("VAULT_ADDR", ""), ("VAULT_TOKEN", "https://vault.invalid:8200")]
)
def test_a_setting_that_is_missing_is_named_before_anybody_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, address: str
) -> None:
    for variable in ("VAULT_ADDR", "VAULT_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))  # where a login leaves its token
    if address:
        monkeypatch.setenv("VAULT_ADDR", address)
    monkeypatch.setattr("socket.create_connection", None)
    with pytest.raises(WrappingKeyError, match=f"{name} is not set") as caught:
        Keyring.create(tmp_path / "k.json", ["vault:piiguard"])
    assert name in caught.value.hint


def test_a_key_that_vault_does_not_know_is_not_made_by_a_slip_of_the_pen(
    vault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def encrypt(self: Transit, body: dict[str, str]) -> str:
        asked.append("encrypt")
        return "vault:v1:"

    monkeypatch.setattr(Transit, "encrypt", encrypt)
    with pytest.raises(WrappingKeyError, match="there is no such key"):
        Keyring.create(tmp_path / "k.json", ["vault:piigaurd"])
    assert asked == []


def test_a_server_that_ignores_associated_data_is_refused(
    vault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Deaf:
        """What a server does that has never heard of associated data."""

        real = Transit.key

        def encrypt(self, nonce: bytes, plain: bytes, _: bytes) -> bytes:
            return self.real.encrypt(nonce, plain, b"")

        def decrypt(self, nonce: bytes, sealed: bytes, _: bytes) -> bytes:
            return self.real.decrypt(nonce, sealed, b"")

    monkeypatch.setattr(Transit, "key", Deaf())
    with pytest.raises(WrappingKeyError, match="ignores associated data"):
        Keyring.create(tmp_path / "k.json", ["vault:piiguard"])
    assert not (tmp_path / "k.json").exists()


def test_a_plain_http_address_is_refused_but_for_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_TOKEN", TOKEN)
    for address in ("http://vault.example:8200", "http://10.0.0.7:8200", "http://127.0.0.1.example"):
        monkeypatch.setenv("VAULT_ADDR", address)
        with pytest.raises(WrappingKeyError, match="not https") as caught:
            Keyring.create(tmp_path / "k.json", ["vault:piiguard"])
        assert TOKEN not in str(caught.value)


def test_the_namespace_of_the_environment_is_sent(
    vault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[str | None] = set()
    answer = Transit.answer

    def noting(self: Transit, status: int, body: dict[str, Any]) -> None:
        seen.add(self.headers.get("X-Vault-Namespace"))
        answer(self, status, body)

    monkeypatch.setattr(Transit, "answer", noting)
    monkeypatch.setenv("VAULT_NAMESPACE", "kz/almaty")
    Keyring.create(tmp_path / "k.json", ["vault:piiguard"])
    assert {name.strip("/") for name in seen if name} == {"kz/almaty"}
    assert None not in seen


def test_an_answer_that_makes_no_sense_is_said(made: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Transit, "decrypt", lambda self, body: self.answer(200, {"data": {"plaintext": "%"}}))
    with pytest.raises(WrappingKeyError, match="the answer is not understood"):
        Keyring.from_file(made.path).open()


def test_without_the_library_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hvac", None)
    with pytest.raises(MissingExtra) as caught:
        Keyring.create(tmp_path / "k.json", ["vault:piiguard"])
    assert caught.value.hint == "pip install 'piiguard[vault]'"


def test_the_service_is_waited_for_seconds_and_not_for_ever(
    made: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hvac

    given, real = [], hvac.Client

    def client(**options: Any) -> Any:
        given.append(options["timeout"])
        return real(**options)

    monkeypatch.setattr(hvac, "Client", client)
    Keyring.from_file(made.path).open()
    assert given == [5]
