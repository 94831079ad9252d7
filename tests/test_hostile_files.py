"""Files that say what they should not: every member changed, repeated, huge, deep, absent, of another type.

Nothing is loaded, called, written or waited for on their behalf, and the error names the file and the member.
"""

from __future__ import annotations

import copy
import json
import os
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from piiguard import clock
from piiguard.errors import KeyringError
from piiguard.keys import Keyring, change
from piiguard.keys.document import Document

DEEP: Any = None
for _ in range(300):
    DEEP = [DEEP]
HUGE_NUMBER = 10**30
ODD: dict[str, Any] = {
    "null": None,
    "true": True,
    "zero": 0,
    "minus one": -1,
    "a fraction": 1.5,
    "a huge number": HUGE_NUMBER,
    "no text": "",
    "a text": "somebody",
    "a path": "/dev/zero",
    "a command": "$(touch stolen)",
    "control characters": "\x1b[2J\u202e",
    "a lone surrogate": "\ud800",
    "a long text": "A" * 200_000,
    "no list": [],
    "a list": [1, "two"],
    "a list of lists": [[]],
    "no object": {},
    "an object": {"provider": "pkcs11", "uri": "token=a;object=b?module-path=/evil.so"},
    "deep": DEEP,
}
Where = tuple[str | int, ...]


def members(value: Any, here: Where = ()) -> Iterator[Where]:
    """The way to every member of a document."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, found in inside:
        yield (*here, name)
        yield from members(found, (*here, name))


def changed(document: Any, where: Where, value: Any) -> Any:
    made = copy.deepcopy(document)
    at = made
    for step in where[:-1]:
        at = at[step]
    at[where[-1]] = value
    return made


def absent(document: Any, where: Where) -> Any:
    made = copy.deepcopy(document)
    at = made
    for step in where[:-1]:
        at = at[step]
    del at[where[-1]]
    return made


def repeated(document: Any, where: Where) -> str:
    """The text of the document with one member of an object twice: readers differ about which one counts."""
    marked = changed(document, where, "@@@")
    name = json.dumps(where[-1])
    value: Any = document
    for step in where:
        value = value[step]
    said = json.dumps(value)
    return json.dumps(marked).replace(f'{name}: "@@@"', f"{name}: {said}, {name}: {said}")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A keyring with a recipient of each kind that needs no service, and a history."""
    home = tmp_path_factory.mktemp("whole")
    wraps = [f"file:{home / 'wrapping.key'}", "passphrase"]
    path = Keyring.create(
        home / "keyring.json", wraps, passphrase=lambda: "correct horse battery staple"
    ).path
    change.rewrap(path, None, wraps, lambda: "correct horse battery staple")
    return path


@pytest.fixture
def nothing_happens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No process, library, service or connection, and no file that was not there before."""
    import ctypes
    import importlib.metadata
    import socket

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("something was done on behalf of a file")

    here, slept = threading.current_thread(), time.sleep

    def wait(seconds: float) -> None:
        # threads that other tests left behind wait as they always did
        refuse() if threading.current_thread() is here else slept(seconds)

    monkeypatch.setattr(subprocess, "Popen", refuse)
    monkeypatch.setattr(os, "system", refuse)
    monkeypatch.setattr(ctypes, "CDLL", refuse)
    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(importlib.metadata.EntryPoint, "load", refuse)
    monkeypatch.setattr("time.sleep", wait)
    for name in [name for name in os.environ if name.startswith("PIIGUARD_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    yield
    assert not list(tmp_path.glob("stolen"))


def ask() -> str:
    return "correct horse battery staple"


def refusal(path: Path) -> KeyringError | None:
    """Why an application does not start with this keyring; any other error is a defect."""
    try:
        Keyring.from_file(path, passphrase=ask).open()
    except KeyringError as error:
        return error
    return None


def refused_or_unchanged(path: Path, document: Any, text: str) -> None:
    """A changed file opens in no way but as what it was: the body has proved the header."""
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    path.chmod(0o600)
    error = refusal(path)
    if error is None:
        assert json.loads(text) == document
        return
    said = f"{error}\n{error.hint}"
    assert str(error).startswith(str(path)), said
    assert len(said) < 4000, "a file must not be able to fill a log"


def ids(where: Where) -> str:
    return ".".join(map(str, where))


def test_every_member_of_a_keyring_changed_to_anything_is_refused(
    whole: Path, tmp_path: Path, nothing_happens: None
) -> None:
    document, path = json.loads(whole.read_text()), tmp_path / "keyring.json"
    for where in members(document):
        for value in ODD.values():
            refused_or_unchanged(path, document, json.dumps(changed(document, where, value)))


def test_every_member_of_a_keyring_is_missed_or_told_when_it_stands_twice(
    whole: Path, tmp_path: Path, nothing_happens: None
) -> None:
    document, path = json.loads(whole.read_text()), tmp_path / "keyring.json"
    for where in members(document):
        refused_or_unchanged(path, document, json.dumps(absent(document, where)))
        if isinstance(where[-1], str):
            text = repeated(document, where)
            assert text.count("@@@") == 0
            path.write_text(text)
            path.chmod(0o600)
            with pytest.raises(KeyringError, match="stands twice") as caught:
                Keyring.from_file(path, passphrase=ask).open()
            assert where[-1] in str(caught.value)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("id",), "somebody"),
        (("id",), 7),
        (("generation",), 0),
        (("generation",), "1"),
        (("generation",), True),
        (("keys",), {}),
        (("keys", 0), []),
        (("keys", 0, "version"), HUGE_NUMBER),
        (("keys", 0, "id"), 0),
        (("keys", 0, "kind"), "other"),
        (("keys", 0, "state"), ["primary"]),
        (("keys", 1, "id"), None),
        (("recipients",), "all"),
        (("recipients", 0), "file"),
        (("recipients", 0, "provider"), {}),
        (("recipients", 1, "m_kib"), "1"),
        (("recipients", 1, "t"), []),
        (("recipients", 0, "wrapped"), 5),
        (("recipients", 0, "path"), ["/dev/zero"]),
        (("body",), 12),
        (("body",), "!"),
    ],
    ids=lambda value: ids(value) if isinstance(value, tuple) else type(value).__name__,
)
def test_the_error_names_the_file_and_the_member(
    whole: Path, tmp_path: Path, nothing_happens: None, where: Where, value: Any
) -> None:
    document, path = json.loads(whole.read_text()), tmp_path / "keyring.json"
    if where[0] == "recipients" and len(where) > 1:
        document["recipients"] = [document["recipients"][int(where[1])]]
        where = ("recipients", 0, *where[2:])
    path.write_text(json.dumps(changed(document, where, value)))
    path.chmod(0o600)
    with pytest.raises(KeyringError) as caught:
        Keyring.from_file(path, passphrase=ask).open()
    assert str(path) in str(caught.value)
    name = next(step for step in reversed(where) if isinstance(step, str))
    assert name in str(caught.value), str(caught.value)


def test_a_file_that_is_deep_huge_or_no_text_is_refused_at_once(
    tmp_path: Path, nothing_happens: None
) -> None:
    path = tmp_path / "keyring.json"
    for data in (
        b"[" * 500_000,
        b'{"a":' * 200_000,
        b"9" * 1_000_000,
        b'{"format": "piiguard.keyring/1", "generation": ' + b"9" * 100_000 + b"}",
        b"\xff\xfe" * 100,
        b"\0" * 1000,
        b"{" + b" " * (2 << 20),
        b"",
    ):
        path.write_bytes(data)
        path.chmod(0o600)
        with pytest.raises(KeyringError, match="keyring") as caught:
            Keyring.from_file(path).open()
        assert str(caught.value).startswith(str(path))


def test_a_running_application_keeps_what_it_has_whatever_the_file_becomes(
    whole: Path, tmp_path: Path, nothing_happens: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, path = json.loads(whole.read_text()), tmp_path / "keyring.json"
    path.write_text(json.dumps(document))
    path.chmod(0o600)
    asked: list[str] = []
    keyring = Keyring.from_file(path, passphrase=lambda: asked.append("asked") or ask())  # type: ignore[func-returns-value]
    column = keyring.open().column("a", 1)
    sealed = column.encrypt(b"value")
    now = [clock.monotonic()]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    for where in members(document):
        odd: tuple[Any, ...] = (None, HUGE_NUMBER, "somebody", [], {}, ODD["an object"])
        for value in odd:
            path.write_text(json.dumps(changed(document, where, value)))
            now[0] += 2
            assert column.decrypt(sealed) == b"value"
    if keyring._unwrapping is not None:
        keyring._unwrapping[0].join()
    assert keyring.current().generation == Document.parse(whole.read_bytes(), "it").generation
    assert asked == []


Lines = Callable[[list[str]], list[str]]
LINES: dict[str, Lines] = {
    "a line of another type": lambda lines: [*lines, "[]"],
    "a number": lambda lines: [*lines, "1"],
    "no JSON": lambda lines: [*lines, "{"],
    "a deep line": lambda lines: [*lines, "[" * 100_000],
    "a huge number": lambda lines: [*lines, lines[-1].replace('"number": 2', f'"number": {HUGE_NUMBER}')],
    "a generation of another type": lambda lines: [
        lines[0].replace('"generation": 1', '"generation": []'),
        *lines[1:],
    ],
    "a mac of another type": lambda lines: [lines[0].replace('"mac": "', '"mac": ["'), *lines[1:]],
    "no line": lambda lines: [],
}


@pytest.mark.parametrize("how", LINES)
def test_a_trail_of_any_kind_stops_no_application_but_by_a_keyring_error(
    whole: Path, tmp_path: Path, nothing_happens: None, how: str
) -> None:
    path = tmp_path / "keyring.json"
    path.write_bytes(whole.read_bytes())
    path.chmod(0o600)
    lines = whole.with_name("keyring.json.audit").read_text().splitlines()
    path.with_name("keyring.json.audit").write_text("".join(f"{line}\n" for line in LINES[how](lines)))
    error = refusal(path)
    assert error is None or str(path) in str(error)
