"""The reader in Java agrees with piiguard on every frozen vector, and hashes no value otherwise than piiguard does."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piiguard.errors import NotIndexable
from piiguard.keys import Keyring
from piiguard.keys.codec import codec_for
from piiguard.keys.envelope import to_text

READER = Path(__file__).parents[2] / "readers" / "java" / "PiiguardReader.java"
VECTORS = Path(__file__).parents[1] / "keys" / "vectors"
ENVELOPES = json.loads((VECTORS / "v1" / "envelopes.json").read_text(encoding="utf-8"))
FIRST = json.loads((VECTORS / "v1" / "indexes.json").read_text(encoding="utf-8"))
SECOND = json.loads((VECTORS / "v2" / "indexes.json").read_text(encoding="utf-8"))
KEY = base64.b64encode(bytes(range(0x60, 0x80))).decode()
HERE = ("exact/1", "exact/2", "digits/1", "digits/2", "phone/1", "phone/2", "last4/1", "year/1", "upper/1", "name/1", "name/2",
        "email/1", "email/2")  # fmt: skip

Ask = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("javac") is None:
        pytest.skip("no JDK")
    folder = tmp_path_factory.mktemp("java")
    subprocess.run(
        ["javac", "-Xlint:all", "-Werror", "-encoding", "UTF-8", "-d", folder, READER],
        check=True,
        timeout=120,
    )
    return folder


def asked(
    folder: Path, keyring: Path, variable: str, key: str, questions: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    done = subprocess.run(
        ["java", "-cp", folder, "PiiguardReader", keyring, variable],
        input=lines.encode(), env={variable: key, "LC_ALL": "C"}, capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def ask(compiled: Path) -> Ask:
    return lambda questions: asked(
        compiled, VECTORS / "v1" / "keyring.json", "PIIGUARD_VECTOR_KEY", KEY, questions
    )


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyring]:
    path = Path(shutil.copy(VECTORS / "v1" / "keyring.json", tmp_path_factory.mktemp("frozen")))
    path.chmod(0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIIGUARD_VECTOR_KEY", KEY)
        yield Keyring.from_file(path)


def test_every_envelope_opens_or_is_refused_for_the_same_reason(ask: Ask) -> None:
    for vector, answer in zip(ENVELOPES, ask(ENVELOPES), strict=True):
        expected = (
            {"plaintext": vector["plaintext"]} if vector["expect"] == "value" else {"error": vector["expect"]}
        )
        assert answer == expected, vector["name"]


def test_every_index_of_both_editions_is_the_same_or_refused(ask: Ask) -> None:
    first = [{"context": "students.iin", "index": "iin_index"} | one for one in FIRST]
    for vector, answer in zip(FIRST, ask(first), strict=True):
        if f"{vector['normalizer']}/1" in HERE:
            assert answer == {"indexes": vector["candidates"]}, vector
        else:
            assert answer == {"error": "NotIndexable"}
    texts: list[dict[str, Any]] = [one for one in SECOND if one["type"] == "string"]
    hashed = 0
    for vector, answer in zip(
        texts, ask([one | {"context": "t.v", "index": "v_index"} for one in texts]), strict=True
    ):
        if "error" not in answer:
            hashed += 1
            assert (answer["indexes"] or [None])[0] == vector["index"], vector
    assert hashed >= 10


def test_no_sign_is_hashed_otherwise_than_by_piiguard(ask: Ask, frozen: Keyring) -> None:
    """Signs of the scripts of Europe and Asia's west and south, in each normalizer: the same hash, or a refusal."""
    values = [f"{sign}+7701 12{sign}345 a{sign}b@x{sign}.kz{sign}" for sign in map(chr, range(0x2100))]
    questions = [
        {"context": "t.v", "index": "i", "normalizer": label, "value": value}
        for label in HERE
        for value in values
    ]
    hashed = 0
    for asked_, answer in zip(questions, ask(questions), strict=True):
        if "error" in answer:
            assert answer == {"error": "NotIndexable"}
            continue
        index = frozen.index("t.v", "i", asked_["normalizer"])
        hashed += 1
        assert (answer["indexes"] or [""])[0] == (index.compute(asked_["value"]) or b"").hex(), ascii(asked_)
    assert hashed > 90 * len(HERE)


def test_letters_of_kazakh_and_russian_are_hashed_in_names(ask: Ask) -> None:
    value = "ӘәҒғҚқҢңӨөҰұҮүҺһІі Ёё Ъъ О’Коннор-Smith"
    for label in ("name/1", "name/2", "upper/1"):
        (answer,) = ask([{"context": "t.v", "index": "i", "normalizer": label, "value": value}])
        assert "indexes" in answer, label


SHAPES = st.text(alphabet="0123456789+ -()доб.,;#x%2Bbext", max_size=24)


@settings(max_examples=4, deadline=None)
@given(values=st.lists(SHAPES, min_size=40, max_size=60))
def test_phones_of_any_shape_are_hashed_alike(ask: Ask, frozen: Keyring, values: list[str]) -> None:
    for label in ("phone/1", "phone/2", "digits/2", "last4/1"):
        index = frozen.index("t.v", "i", label)
        answers = ask(
            [{"context": "t.v", "index": "i", "normalizer": label, "value": value} for value in values]
        )
        for value, answer in zip(values, answers, strict=True):
            expected: dict[str, Any]
            try:
                expected = {"indexes": [found.hex() for found in index.candidates(value)]}
            except NotIndexable:
                expected = {"error": "NotIndexable"}
            assert answer == expected, (label, value)


VALUES = {
    "string": ("Үлгі", "Үлгі"), "integer": (-7, "-7"), "boolean": (True, "true"), "float": (0.1, "0.1"), "enum": ("OPEN", "OPEN"),
    "json": ({"a": [1, "ә"]}, '{"a":[1,"ә"]}'),
}  # fmt: skip


def test_a_keyring_made_today_opens_by_its_key_file(compiled: Path, tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    keyring = Keyring.create(path, [f"file:{tmp_path / 'wrapping.key'}"])
    key = (tmp_path / "wrapping.key").read_text(encoding="ascii")
    questions = [
        {"context": "оқушылар.жсн", "type": code, "as": "text",
         "text": to_text(keyring.column("оқушылар.жсн", code).encrypt(codec_for(name, 64 if name == "string" else None).encode(value)))}
        for name, (value, _) in VALUES.items()
        for code in [codec_for(name).code]
    ]  # fmt: skip
    answers = asked(compiled, path, "KEY", key, questions)
    assert [answer.get("plaintext") for answer in answers] == [told for _, told in VALUES.values()]
    index = {"context": "c", "index": "i", "normalizer": "digits/2", "value": "050312300015"}
    (answer,) = asked(compiled, path, "KEY", key, [index])
    assert answer["indexes"] == [
        found.hex() for found in keyring.index("c", "i", "digits/2").candidates("050312300015")
    ]
