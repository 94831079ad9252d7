"""A manifest that says what it should not: each member of another type, huge, deep or twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from piiguard.cli.main import run
from piiguard.errors import ManifestError, ScanError
from piiguard.manifest import Manifest
from piiguard.scan.policy import Policy

TEXTS = (
    "table",
    "column",
    "context",
    "type",
    "storage",
    "index",
    "normalizer",
    "index_name",
    "index_context",
)
COLUMN = {
    "table": '"students"',
    "column": '"iin"',
    "context": '"students.iin"',
    "type": '"string"',
    "storage": '"binary"',
    "index": '"iin_index"',
    "normalizer": '"digits"',
    "index_name": '"one"',
    "index_context": '"two"',
    "pad_to": "64",
    "leaks": '"frequency"',
}
NO_TEXT = {
    "true": "true",
    "zero": "0",
    "a fraction": "1.5",
    "infinity": "inf",
    "a date": "1900-01-01",
    "no list": "[]",
    "a list": '[1, "two"]',
    "a list of lists": "[[]]",
    "a table": "{}",
    "nested": "[" * 100 + "]" * 100,
}
NO_PATH = {**NO_TEXT, "empty": '""', "a NUL": '"a\\u0000b"'}
UNREADABLE = {
    "a huge number": "9" * 5000,
    "no date": "1900-02-31",
    "deep": "[" * 5000 + "]" * 5000,
    "no value": "",
    "a control character": '"\x1b"',
}


def text(keyring: str = '"keyring.json"', **changed: str) -> str:
    entry = "".join(f"{name} = {value}\n" for name, value in {**COLUMN, **changed}.items())
    return f"[keyring]\npath = {keyring}\n[[columns]]\n{entry}"


def refusal(path: Path, content: str) -> str:
    path.write_text(content)
    with pytest.raises(ManifestError) as caught:
        Manifest.load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert caught.value.hint
    assert len(str(caught.value)) < 1000, "a file must not be able to fill a log"
    return str(caught.value)


def test_the_manifest_that_is_changed_here_is_in_order() -> None:
    assert Manifest.parse(text()).keyring == "keyring.json"


@pytest.mark.parametrize("kind", NO_TEXT)
@pytest.mark.parametrize("name", [*TEXTS, "pad_to", "leaks"])
def test_a_member_of_another_type_is_refused_by_its_name(tmp_path: Path, name: str, kind: str) -> None:
    assert name in refusal(tmp_path / "piiguard.toml", text(**{name: NO_TEXT[kind]}))


@pytest.mark.parametrize("kind", NO_PATH)
def test_a_path_of_the_keyring_that_is_none_is_refused(tmp_path: Path, kind: str) -> None:
    assert "[keyring] path" in refusal(tmp_path / "piiguard.toml", text(NO_PATH[kind]))


UNKNOWN = {
    "a table of one letter less": ("[[column]]\ntable = 'a'\n", "column"),
    "a table of other programs": ("[tool.piiguard]\nx = 1\n", "tool"),
    "a member before all tables": ("path = 'keyring.json'\n", "path"),
    "a member of the keyring": ("[keyring]\npath = 'a'\nid = 'b'\n", "id"),
    "a keyring's path with another letter": ("[keyring]\nPath = 'a'\n", "Path"),
    "a member of a column": ("[[columns]]\nindx = 'a'\n", "indx"),
    "a name that fills a log": (f"{'a' * 100_000} = 1\n", "aaa"),
    "a name with escape codes": ('"\\u001b[2J" = 1\n', "\\x1b"),
}


@pytest.mark.parametrize("kind", UNKNOWN)
def test_a_name_that_nothing_reads_is_refused_and_not_passed_over(tmp_path: Path, kind: str) -> None:
    content, name = UNKNOWN[kind]
    said = refusal(tmp_path / "piiguard.toml", content)
    assert "unknown member" in said
    assert name in said
    assert "\x1b" not in said


@pytest.mark.parametrize("kind", UNREADABLE)
@pytest.mark.parametrize("name", [*COLUMN, "other"])
def test_what_no_reader_of_toml_takes_is_refused(tmp_path: Path, name: str, kind: str) -> None:
    refusal(tmp_path / "piiguard.toml", text(**{name: UNREADABLE[kind]}))


@pytest.mark.parametrize("name", COLUMN)
def test_a_member_that_stands_twice_is_refused(tmp_path: Path, name: str) -> None:
    refusal(tmp_path / "piiguard.toml", f"{text()}{name} = {COLUMN[name]}\n")


@pytest.mark.parametrize("kind", [*NO_PATH, *UNREADABLE])
def test_a_command_says_so_in_one_line_and_a_hint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.delenv("PIIGUARD_KEYRING", raising=False)
    path = tmp_path / "piiguard.toml"
    path.write_text(text({**NO_PATH, **UNREADABLE}[kind]))
    assert run(["keys", "list", "--manifest", str(path)]) in (1, 2)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"piiguard: {path}: ")
    assert len(err.splitlines()) == 2


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_policy_that_no_reader_of_toml_takes_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(f"organisation = {UNREADABLE[kind]}\n")
    with pytest.raises(ScanError) as caught:
        Policy.load(path)
    assert str(caught.value).startswith(f"{path}: ")
