"""``docs/format.md`` is executed: its decryptor, its example, its tables."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest

from piiguard import errors
from piiguard.keys import Keyring, codec, normalizers
from piiguard.keys.document import STATES

PAGE = (Path(__file__).parents[2] / "docs" / "format.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """The names that the page's own code defines."""
    names: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0], names)  # noqa: S102 - our own page
    return names


@pytest.fixture(scope="module")
def example() -> dict[str, str]:
    block = PAGE.split("### Worked example")[1].split("```")[1]
    return dict(re.findall(r"^(\w[\w ]*?) {2,}(\S+)$", block, re.MULTILINE))


def test_the_page_s_decryptor_opens_the_page_s_example(page: dict[str, Any], example: dict[str, str]) -> None:
    plaintext = page["decrypt"](
        bytes.fromhex(example["envelope"]),
        bytes.fromhex(example["root key"]),
        bytes.fromhex(example["keyring id"]),
        example["context"],
        int(example["type"], 16),
    )
    assert plaintext.decode() == example["value"]


def test_the_page_s_decryptor_opens_what_a_keyring_writes(page: dict[str, Any], keyring: Keyring) -> None:
    sealed = keyring.column("оқушылар.жсн", 0x01).encrypt(b"050312300017")
    root = keyring.current().roots[keyring.version_of(sealed).slot]
    assert page["decrypt"](sealed, root, keyring.id.bytes, "оқушылар.жсн", 0x01) == b"050312300017"


def test_the_page_s_decryptor_opens_every_vector(page: dict[str, Any]) -> None:
    vectors = json.loads((Path(__file__).parent / "vectors/v1/envelopes.json").read_text(encoding="utf-8"))
    opened = 0
    for vector in vectors:
        if (
            vector["expect"] == "value"
            and "envelope" in vector
            and vector["envelope"].startswith("f9010a0b0c0d")
        ):
            plaintext = page["decrypt"](
                bytes.fromhex(vector["envelope"]),
                bytes(range(32)),
                uuid.UUID("00112233-4455-6677-8899-aabbccddeeff").bytes,
                vector["context"],
                vector["type"],
            )
            assert plaintext.hex() == vector["plaintext"], vector["name"]
            opened += 1
    assert opened > 25


def test_the_decryptor_is_as_short_as_the_page_says() -> None:
    code = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
    assert len([line for line in code.splitlines() if line and not line.startswith("from")]) <= 20


def test_the_tables_are_complete() -> None:
    rows = dict(re.findall(r"^\| ([0-9A-F]{2}) \| `(\w+)`", PAGE, re.MULTILINE))
    assert {int(code, 16): name for code, name in rows.items()} == {
        codec.codec_for(name).code: name for name in codec.names()
    }
    for name in (*normalizers.names(), "prefix:N", *STATES):
        assert f"`{name}`" in PAGE, name
    for name in normalizers.names():
        for edition in normalizers.editions(name):
            line = rf"^\| (`\w+`, )*`{name}`(, `[\w:]+`)* \| {edition.version} \|"
            assert re.search(line, PAGE, re.MULTILINE), edition.label
    for name in re.findall(r"`(\w+(?:Error|Encrypted|NotFound|Retired|Destroyed))`", PAGE):
        assert hasattr(errors, name), name


def test_a_keyring_file_has_the_members_of_the_page(keyring_file: Path) -> None:
    document = json.loads(keyring_file.read_text())
    table = PAGE.split("## Keyring file")[1]
    for member in (*document, *document["keys"][0], *document["change"]):
        assert f"`{member}`" in table or member in ("recipients",), member
