"""An exception that leaves piiguard holds no value in the variables of its frames, however it is rendered."""

from __future__ import annotations

import io
import re
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from presidio_analyzer import EntityRecognizer, RecognizerResult

from piiguard.detect import Engine
from piiguard.errors import PiiguardError
from piiguard.frames import emptied, emptied_iterator
from piiguard.keys import ColumnCipher, IndexKey, Keyring
from piiguard.keys.codec import codec_for
from piiguard.keys.normalizers import normalizer_for
from piiguard.redact import HashOperator, Pseudonyms, Redactor, StreamRedactor, redact_text
from piiguard.redact.pseudonym import StreamRevealer
from piiguard.scan import Options, scan_database, scan_log

IIN = "050312300015"
PASSPHRASE = "Qupiia soz: 7 tau, 7 kol"
TEXT = f"ИИН {IIN}"


class Failing(EntityRecognizer):
    """A recognizer of somebody else's, which has the text in its variables and fails."""

    def load(self) -> None: ...

    def analyze(self, text: str, entities: Any, nlp_artifacts: Any = None) -> list[RecognizerResult]:
        words = text.split()
        raise RuntimeError(f"no {len(words)} words")


class FailingStream(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        raise RuntimeError(f"no {len(data)} bytes")


@pytest.fixture(scope="module")
def failing() -> Redactor:
    return Redactor(engine=Engine([Failing(["KZ_IIN"], supported_language="ru")]))


def shown(error: BaseException) -> Iterator[tuple[str, str]]:
    """Function and variables of every frame of an exception and its chain, but for those of this file."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        waiting += [each.__cause__, each.__context__, *getattr(each, "exceptions", ())]
        for frame, _ in traceback.walk_tb(each.__traceback__):
            if frame.f_code.co_filename != __file__ or frame.f_code.co_name in ("analyze", "read"):
                yield frame.f_code.co_qualname, repr(frame.f_locals)


def assert_empty(work: Callable[[], object], *planted: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - of any kind
        work()
    frames = list(shown(caught.value))
    assert frames, "it came through no frame of ours"
    for name, variables in frames:
        assert not any(value in variables for value in planted), f"{name} holds a value"


def test_the_law_sees_a_value_where_nothing_empties() -> None:
    def analyze() -> None:
        value = TEXT
        raise RuntimeError(f"no {len(value)} characters")

    with pytest.raises(AssertionError, match="holds a value"):
        assert_empty(analyze, IIN)
    assert_empty(emptied(analyze), IIN)


REDACTING: dict[str, Callable[[Redactor], object]] = {
    "find": lambda failing: failing.engine.find(TEXT),
    "find_many": lambda failing: list(failing.engine.find_many([TEXT])),
    "lines": lambda failing: list(failing.engine.lines(TEXT.encode())),
    "text": lambda failing: failing.text(TEXT),
    "value": lambda failing: failing.value({"iin": [IIN]}),
    "no text": lambda failing: failing.text([TEXT]),  # type: ignore[arg-type]
    "stream": lambda failing: StreamRedactor(failing).feed(TEXT),  # type: ignore[arg-type]
    "operator": lambda failing: redact_text(TEXT, operator="hash"),
    "unknown operator": lambda failing: redact_text(TEXT, operator="none"),  # type: ignore[arg-type]
    "anonymizer": lambda failing: HashOperator().operate(TEXT, {}),
    "file": lambda failing: scan_log(FailingStream(TEXT.encode())),
    "encoding": lambda failing: scan_log(io.BytesIO(TEXT.encode()), Options(encoding="none")),
}


@pytest.mark.parametrize("name", REDACTING)
def test_finding_and_redacting(failing: Redactor, name: str) -> None:
    assert_empty(lambda: REDACTING[name](failing), IIN)


class Odd:
    """Reads as a value where variables are shown, and has no text."""

    def __repr__(self) -> str:
        return IIN

    def __str__(self) -> str:
        raise RuntimeError("no text")


def no_decode(data: bytes) -> object:
    raise ValueError(f"no {len(data)} bytes")


TEXTS, NUMBERS = codec_for("string"), codec_for("integer")
ODD: Any = Odd()
DATA: Any = TEXT.encode()
NO_BYTES: Any = TEXT


def names(keyring: Keyring) -> ColumnCipher:
    return keyring.column("students.name", TEXTS.code)


def numbers(keyring: Keyring) -> ColumnCipher:
    return keyring.column("students.name", NUMBERS.code)


def index(keyring: Keyring) -> IndexKey:
    return keyring.index("students.name", "name_index", "name")


ENCRYPTING: dict[str, Callable[[Keyring], object]] = {
    "encrypt a text": lambda keyring: names(keyring).encrypt(NO_BYTES),
    "encode": lambda keyring: numbers(keyring).encryptor(NUMBERS.encode)(TEXT),
    "encrypt many": lambda keyring: names(keyring).encrypt_many([DATA, NO_BYTES]),
    "decrypt plaintext": lambda keyring: names(keyring).decrypt(DATA),
    "decrypt a text": lambda keyring: names(keyring).decrypt(NO_BYTES),
    "decrypt many": lambda keyring: names(keyring).decrypt_many([names(keyring).encrypt(DATA), DATA]),
    "decode": lambda keyring: names(keyring).decryptor(no_decode)(names(keyring).encrypt(DATA)),
    "of another type": lambda keyring: numbers(keyring).decrypt(names(keyring).encrypt(DATA)),
    "normalize": lambda keyring: normalizer_for("name")(ODD),
    "index": lambda keyring: index(keyring).compute(ODD),
    "index candidates": lambda keyring: index(keyring).candidates(ODD),
    "index of a version": lambda keyring: index(keyring).under(9)(IIN),
    "pseudonym": lambda keyring: Pseudonyms(keyring).make("KZ_IIN", ODD),
    "reveal": lambda keyring: Pseudonyms(keyring).reveal(TEXT),
    "reveal as another": lambda keyring: Pseudonyms(keyring).reveal(
        Pseudonyms(keyring).make("KZ_IIN", IIN).replace("KZ_IIN", "KZ_BIN")
    ),
    "reveal a stream": lambda keyring: StreamRevealer(keyring).feed(NO_BYTES),
    "version of plaintext": lambda keyring: keyring.version_of(DATA),
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("keys") / "piiguard.keyring"
    Keyring.create(place, ["passphrase"], passphrase=lambda *_: PASSPHRASE)
    return place


def secrets(keyring: Keyring) -> list[str]:
    roots = keyring.current().roots.values()
    return [IIN, PASSPHRASE, *(repr(root)[2:-1] for root in roots), *(root.hex() for root in roots)]


@pytest.mark.parametrize("name", ENCRYPTING)
def test_encrypting_indexing_and_pseudonyms(path: Path, name: str) -> None:
    keyring = Keyring.from_file(path, passphrase=lambda *_: PASSPHRASE).open()
    assert_empty(lambda: ENCRYPTING[name](keyring), *secrets(keyring))


@pytest.mark.parametrize("name", ["wrong passphrase", "changed file", "first value"])
def test_opening_a_keyring(path: Path, tmp_path: Path, name: str) -> None:
    opened = Keyring.from_file(path, passphrase=lambda *_: PASSPHRASE).open()
    wrong = Keyring.from_file(path, passphrase=lambda *_: PASSPHRASE + "!")
    if name == "changed file":
        copy = tmp_path / path.name
        copy.write_text(re.sub('("generation": *)1', r"\g<1>2", path.read_text()))
        copy.chmod(0o600)
        work: Callable[[], object] = Keyring.from_file(copy, passphrase=lambda *_: PASSPHRASE).open
    elif name == "first value":
        work = lambda: wrong.column("a.b", 1).encrypt(TEXT.encode())
    else:
        work = wrong.open
    assert_empty(work, *secrets(opened))


def test_databases(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (iin TEXT)"))
        connection.execute(sa.text(f"INSERT INTO t VALUES ('{TEXT}')"))

    @sa.event.listens_for(engine, "before_cursor_execute")
    def fail(*parts: Any) -> None:
        raise MemoryError(len(parts))

    assert_empty(lambda: scan_database(engine), IIN)
    engine.dispose()


def test_an_iterator_that_is_left_half_way_and_one_that_fails() -> None:
    @emptied_iterator
    def analyze() -> Iterator[int]:
        value = TEXT
        yield 1
        raise RuntimeError(f"no {len(value)} characters")

    assert next(iter(analyze())) == 1
    assert_empty(lambda: list(analyze()), IIN)


def test_what_the_application_was_handling_keeps_its_variables() -> None:
    def own() -> None:
        note = "the application's own"
        raise KeyError(len(note))

    @emptied
    def analyze() -> None:
        raise PiiguardError("no")

    try:
        own()
    except KeyError:
        with pytest.raises(PiiguardError) as caught:
            analyze()
    context = caught.value.__context__
    assert context is not None
    frames = [frame for frame, _ in traceback.walk_tb(context.__traceback__)]
    assert frames[-1].f_locals == {"note": "the application's own"}
