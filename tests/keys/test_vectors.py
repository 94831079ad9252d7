"""Frozen vectors: whatever this version writes or reads, format version 1 stays readable."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import shutil
import uuid
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes

from piiguard import errors
from piiguard.errors import NotIndexable, PiiguardError
from piiguard.keys import Keyring, cipher
from piiguard.keys.codec import codec_for, names
from piiguard.keys.document import Contents
from piiguard.keys.envelope import from_text, looks_encrypted
from piiguard.keys.indexable import indexable

FOLDER = Path(__file__).parent / "vectors"
V1 = FOLDER / "v1"
ENVELOPES = json.loads((V1 / "envelopes.json").read_text(encoding="utf-8"))
V2 = FOLDER / "v2"
SECOND = json.loads((V2 / "indexes.json").read_text(encoding="utf-8"))
INDEXES = json.loads((V1 / "indexes.json").read_text(encoding="utf-8"))


@pytest.fixture
def frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keyring:
    """The keyring of the vectors, from its file; Git does not keep the mode."""
    path = Path(shutil.copy(V1 / "keyring.json", tmp_path / "keyring.json"))
    path.chmod(0o600)
    monkeypatch.setenv("PIIGUARD_VECTOR_KEY", base64.b64encode(bytes(range(0x60, 0x80))).decode())
    return Keyring.from_file(path)


def test_the_keyring_file_of_version_1_opens(frozen: Keyring) -> None:
    assert str(frozen.id) == "00112233-4455-6677-8899-aabbccddeeff"
    assert frozen.generation == 7
    assert [(v.kind, v.version, v.id, v.state) for v in frozen.versions] == [
        ("data", 1, 0x0A0B0C0D, "primary"),
        ("index", 1, 0x01020304, "primary"),
        ("data", 2, 0x11111111, "staged"),
        ("data", 3, 0x22222222, "decrypt-only"),
        ("data", 4, 0x33333333, "retired"),
        ("data", 5, 0x44444444, "destroyed"),
        ("index", 2, 0x05060708, "decrypt-only"),
    ]


@pytest.mark.parametrize("vector", ENVELOPES, ids=[vector["name"] for vector in ENVELOPES])
def test_an_envelope_of_version_1(frozen: Keyring, vector: dict[str, Any]) -> None:
    column = frozen.column(vector["context"], vector["type"])

    def read() -> bytes:
        return column.decrypt(
            from_text(vector["text"]) if "text" in vector else bytes.fromhex(vector["envelope"])
        )

    if vector["expect"] == "value":
        assert read() == bytes.fromhex(vector["plaintext"])
        assert read() == bytes.fromhex(vector["plaintext"])  # again, with the subkey from the cache
        assert looks_encrypted(vector.get("text") or bytes.fromhex(vector["envelope"]))
        return
    with pytest.raises(PiiguardError) as caught:
        read()
    assert type(caught.value) is getattr(errors, vector["expect"])
    if "text" not in vector and len(vector["context"]) < 100:
        assert str(caught.value).startswith(vector["context"])


@pytest.mark.parametrize("vector", INDEXES, ids=[vector["normalizer"] for vector in INDEXES])
def test_a_blind_index_of_version_1(frozen: Keyring, vector: dict[str, Any]) -> None:
    index = frozen.index("students.iin", "iin_index", vector["normalizer"])
    assert [found.hex() for found in index.candidates(vector["value"])] == vector["candidates"]
    computed = index.compute(vector["value"])
    assert computed is not None
    assert computed.hex() == vector["candidates"][0]


def value_of(vector: dict[str, Any]) -> Any:
    """The value in Python, from what JSON can spell."""
    codec, value = codec_for(vector["type"]), vector["value"]
    if codec.name in ("string", "integer", "float", "boolean", "json", "enum"):
        return value
    if codec.name == "uuid":
        return uuid.UUID(value)
    return codec.decode(value.encode())


@pytest.mark.parametrize(
    "vector", SECOND, ids=[f"{one['normalizer']} {one['type']} {n}" for n, one in enumerate(SECOND)]
)
def test_what_is_indexed_of_a_value_of_each_type(frozen: Keyring, vector: dict[str, Any]) -> None:
    index = frozen.index("t.v", "v_index", vector["normalizer"])

    def compute() -> str | None:
        found = index.compute(indexable(vector["type"], value_of(vector)))
        return None if found is None else found.hex()

    if vector["index"] == "refused":
        with pytest.raises(NotIndexable):
            compute()
    else:
        assert compute() == vector["index"]


def test_every_type_has_a_vector() -> None:
    assert {one["type"] for one in SECOND} >= set(names()) - {"bytes", "interval"}


def test_every_flipped_bit_of_an_envelope_is_noticed(frozen: Keyring) -> None:
    column = frozen.column("students.iin", 1)
    sound = bytes.fromhex(ENVELOPES[0]["envelope"])
    found: dict[str, int] = {}
    for bit in range(len(sound) * 8):
        flipped = bytearray(sound)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(PiiguardError) as caught:
            column.decrypt(bytes(flipped))
        found[type(caught.value).__name__] = found.get(type(caught.value).__name__, 0) + 1
    assert found == {
        "NotEncrypted": 8,
        "EnvelopeError": 8,
        "KeyVersionNotFound": 32,
        "DecryptionError": (len(sound) - 6) * 8,
    }


def test_the_files_are_what_the_second_implementation_writes(tmp_path: Path) -> None:
    _second_implementation().main(tmp_path)
    written = sorted(tmp_path.rglob("*.json"))
    frozen = {*V1.iterdir(), *V2.iterdir()} - {V1 / "hpke.json"}  # that is read from its own source
    assert {FOLDER / file.relative_to(tmp_path) for file in written} == frozen
    for file in written:
        assert file.read_bytes() == (FOLDER / file.relative_to(tmp_path)).read_bytes(), file.name


def test_the_second_implementation_opens_what_a_keyring_seals(keyring: Keyring) -> None:
    generate = _second_implementation()
    state = keyring.current()
    sealed = keyring.column("students.iin", 1).encrypt(b"050312300017")
    header, nonce = sealed[:6], sealed[6:30]
    key = generate.derive(
        state.roots["data/1"], b"piiguard/1 data", b"\1", b"students.iin", keyring=keyring.id.bytes
    )
    aad = header + generate.lp(keyring.id.bytes) + generate.lp(b"students.iin") + generate.lp(b"\1")
    assert header + nonce + generate.xaes(key, nonce, b"050312300017", aad) == sealed


def _second_implementation() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", FOLDER / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_keyring_never_prints_its_secrets(frozen: Keyring) -> None:
    contents = Contents(
        {"id": str(frozen.id), "generation": 7, "keys": [], "recipients": []}, {"data/1": b"\x01" * 32}
    )
    assert r"\x01" not in repr(contents)
    assert r"\x01" not in repr(frozen.open().current())


class Stream:
    """SHAKE128 read a piece at a time."""

    def __init__(self, total: int) -> None:
        self._bytes, self._at = hashlib.shake_128().digest(total), 0

    def read(self, count: int) -> bytes:
        self._at += count
        return self._bytes[self._at - count : self._at]


class Squeezed:
    """The same without keeping the whole stream."""

    def __init__(self) -> None:
        self.read = hashes.XOFHash(hashes.SHAKE128(digest_size=2**62)).squeeze


def accumulated(source: Stream | Squeezed, iterations: int) -> str:
    """The accumulated test of C2SP: random keys, nonces, texts and data, one digest over all results."""
    digest = hashlib.shake_128()
    for _ in range(iterations):
        key, nonce = source.read(32), source.read(24)
        plaintext = source.read(source.read(1)[0])
        aad = source.read(source.read(1)[0])
        digest.update(cipher.subcipher(key, nonce[:12]).encrypt(nonce[12:], plaintext, aad))
    return digest.hexdigest(32)


def test_the_accumulated_vector_of_c2sp_over_ten_thousand() -> None:
    expected = "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939"
    assert accumulated(Stream(10_000 * 600), 10_000) == expected


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(hashes, "XOFHash"), reason="this cryptography cannot squeeze SHAKE128")
def test_the_accumulated_vector_of_c2sp_over_a_million() -> None:
    expected = "2163ae1445985a30b60585ee67daa55674df06901b890593e824b8a7c885ab15"
    assert accumulated(Squeezed(), 1_000_000) == expected
