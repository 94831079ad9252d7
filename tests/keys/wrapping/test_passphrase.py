"""A wrapping key from a passphrase."""

from __future__ import annotations

import json
import shutil
import unicodedata
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from piiguard.errors import KeyringError, WrappingKeyError
from piiguard.keys import Keyring

PHRASE = "алты кездейсоқ сөз й"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: Argon2id is slow on purpose."""
    path = tmp_path_factory.mktemp("passphrase") / "k.json"
    return Keyring.create(path, ["passphrase"], passphrase=lambda: PHRASE).path


@pytest.fixture
def made(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy2(original, tmp_path / "k.json"))


def entry(path: Path, **changes: Any) -> dict[str, Any]:
    """The recipient of the file, changed in place."""
    document = json.loads(path.read_text())
    document["recipients"][0].update(changes)
    path.write_text(json.dumps(document))
    return dict(document["recipients"][0])


def test_it_opens_however_the_keyboard_composes_letters(made: Path) -> None:
    for form in ("NFC", "NFD"):
        ask = partial(unicodedata.normalize, form, PHRASE)
        assert Keyring.from_file(made, passphrase=ask).open().generation == 1


def test_the_environment_is_asked_when_nobody_else_is(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIIGUARD_PASSPHRASE", PHRASE)
    assert Keyring.from_file(made).open().generation == 1
    monkeypatch.delenv("PIIGUARD_PASSPHRASE")
    with pytest.raises(WrappingKeyError, match="a passphrase is needed") as caught:
        Keyring.from_file(made).open()
    assert caught.value.hint == "set PIIGUARD_PASSPHRASE"


def test_a_wrong_one_is_told_from_a_damaged_file(made: Path) -> None:
    with pytest.raises(WrappingKeyError, match="wrong passphrase"):
        Keyring.from_file(made, passphrase=lambda: "another phrase").open()
    wrapped = entry(made)["wrapped"]
    entry(made, wrapped=wrapped[::-1])
    with pytest.raises(
        WrappingKeyError, match=r"passphrase: (this wrapping key does not open|the recipient is damaged)"
    ):
        Keyring.from_file(made, passphrase=lambda: PHRASE).open()


def test_the_file_says_how_it_was_derived_and_meets_the_floor(made: Path) -> None:
    found = entry(made)
    assert (found["kdf"], found["t"], found["m_kib"], found["p"]) == ("argon2id", 3, 65536, 1)
    assert len(found["salt"]) == 22


@pytest.mark.parametrize(
    "changes",
    [{"t": 2}, {"t": 17}, {"m_kib": 65535}, {"m_kib": 4 * 1024 * 1024 + 1}, {"p": 0}, {"p": 17}],
)
def test_weak_or_absurd_costs_are_refused_before_anything_is_computed(
    made: Path, changes: dict[str, int]
) -> None:
    entry(made, **changes)
    asked = []
    with pytest.raises(KeyringError, match="out of bounds"):
        Keyring.from_file(made, passphrase=lambda: asked.append(1) or PHRASE).open()  # type: ignore[func-returns-value]
    assert asked == []


@pytest.mark.parametrize(
    "changes",
    [{"kdf": "scrypt"}, {"salt": "AAAA"}, {"check": "AAAA"}, {"salt": "!"}, {"t": "x"}, {"check": None}],
)
def test_a_damaged_recipient_is_said(made: Path, changes: dict[str, Any]) -> None:
    entry(made, **changes)
    with pytest.raises(KeyringError, match="the recipient is damaged"):
        Keyring.from_file(made, passphrase=lambda: PHRASE).open()


@pytest.mark.parametrize(
    "guessable",
    [
        "",
        "12345678",
        "qwertyuiop1234",
        "a" * 40,
        "password password password",
        "correct horse",
        "Алматы2024!",
        "здравствуйте2024",
        "достопримечательность",
        "пароль пароль пароль",
        "қазақстан республикасы"[:16],
    ],
    ids=lambda text: f"{len(text)} characters",
)
def test_a_passphrase_that_can_be_guessed_is_refused_however_long(tmp_path: Path, guessable: str) -> None:
    with pytest.raises(WrappingKeyError, match="can be guessed") as caught:
        Keyring.create(tmp_path / "k.json", ["passphrase"], passphrase=lambda: guessable)
    assert not guessable or guessable not in str(caught.value)
    assert not (tmp_path / "k.json").exists()


@pytest.mark.parametrize(
    "hard",
    ["x7Kq9fTz2LmW", "kzqvwplmxtrb", "correct horse battery staple", "шесть случайных слов", PHRASE],
    ids=["characters", "letters", "English", "Russian", "Kazakh"],
)
def test_random_words_of_any_language_and_random_characters_are_taken(tmp_path: Path, hard: str) -> None:
    assert Keyring.create(tmp_path / "k.json", ["passphrase"], passphrase=lambda: hard).open().generation == 1


def test_a_passphrase_on_the_command_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrappingKeyError, match="never an argument") as caught:
        Keyring.create(tmp_path / "k.json", ["passphrase:hunter22"], passphrase=lambda: PHRASE)
    assert "hunter22" not in str(caught.value) + caught.value.hint
    assert not (tmp_path / "k.json").exists()


def test_a_person_is_asked_once_however_many_recipients_there_are(tmp_path: Path) -> None:
    asked = []

    def ask() -> str:
        asked.append(1)
        return PHRASE

    Keyring.create(tmp_path / "k.json", ["passphrase", f"file:{tmp_path / 'w.key'}"], passphrase=ask)
    assert asked == [1]
