"""A hint that holds a command is pasted: each name in it is one word to a shell, and none of it is advised of strange files."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import piiguard
from piiguard.cli.main import run
from piiguard.errors import PiiguardError
from piiguard.keys.private import read_private

HOME = Path(piiguard.__file__).parent
# What a shell would run, or an option that is typed behind a command; what stands behind it goes into the shell too.
COMMAND = re.compile(
    r"\b(?:chmod|chown|sudo|rm|mv|cp|ln|kill|export|openssl|gzip|vault|aws|pkcs11-tool|pip install|piiguard [a-z]+) "
    r"|(?:^|[\s;(])--[a-z][a-z-]+[ =]"
)
# What is interpolated without quotes: words of ours, which nobody outside chooses.
OURS = {
    "cli/say_keys.py: kind",  # data or index
    "cli/say_residues.py: ', '.join(_RESIDUES)",
    "cli/say_residues.py: what",  # click has compared it
    "cli/subject_asked.py: '|'.join(KINDS)",
    "errors.py: extra",
    "protect/schema/codecs.py: ' or --type '.join(found)",
    "keys/wrapping/hpke.py: PRIVATE_KEY",
    "keys/document.py: FORMAT",
    "keys/destruction.py: slot",  # a kind and a number
}
QUOTING = {"word", "file_word"}


def sources() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted(walk(HOME)):
        yield path.relative_to(HOME).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def walk(folder: Path) -> Iterator[Path]:
    """``keys`` and ``recognizers`` are links, which rglob does not follow."""
    for at, _, names in os.walk(folder, followlinks=True):
        yield from (Path(at, name) for name in names if name.endswith(".py"))


def pasted(node: ast.AST) -> Iterator[ast.FormattedValue]:
    """What an f-string interpolates behind a command."""
    text = ""
    for part in node.values if isinstance(node, ast.JoinedStr) else ():
        if isinstance(part, ast.Constant):
            text += str(part.value)
        elif isinstance(part, ast.FormattedValue):
            if COMMAND.search(text):
                yield part
            text += "x"


def is_quoted(part: ast.FormattedValue) -> bool:
    """A number, or a quoted word with something to say for a name that cannot be quoted."""
    if part.format_spec is not None and ast.unparse(part.format_spec) in ("f'd'", "'d'"):
        return True
    value = part.value
    return (
        isinstance(value, ast.BoolOp)
        and isinstance(value.op, ast.Or)
        and isinstance(value.values[-1], ast.Constant)
        and all(isinstance(each, ast.Call) and ast.unparse(each.func).split(".")[-1] in QUOTING
                for each in value.values[:-1])
    )  # fmt: skip


def test_no_string_of_ours_puts_a_bare_name_into_a_command() -> None:
    bare = {
        f"{name}: {ast.unparse(part.value)}"
        for name, tree in sources()
        for node in ast.walk(tree)
        for part in pasted(node)
        if not is_quoted(part)
    }
    assert bare - OURS == set()


def test_no_template_of_ours_is_filled_with_a_bare_name_behind_a_command() -> None:
    bare = {
        f"{name}: {node.value[:80]}"
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for hole in [re.search(r"\{\w*\}", node.value)]
        if hole and COMMAND.search(node.value[: hole.start()]) and "\n" not in node.value
    }
    assert bare == set()


HOSTILE = ["$(touch PWNED);x", "a b", "`touch PWNED`", "it's", "-rf", "x && touch PWNED", "~root", "*"]


KEYS = {
    "keyring": b'{"format": "piiguard.keyring/1"}',
    "private key": b"piiguard-hpke-private-1 x25519 QUJD",
    "base64": b"A" * 43 + b"=\n",
    "raw": b"\xff" * 32,
}


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_a_secret_that_others_may_read_is_one_word_of_the_command_that_closes_it(
    tmp_path: Path, name: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path(name)
    path.write_bytes(KEYS[kind])
    path.chmod(0o644)
    with pytest.raises(PiiguardError) as caught:
        read_private(path)
    subprocess.run(["/bin/sh", "-c", caught.value.hint], check=True)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert read_private(path) == KEYS[kind]


@pytest.mark.parametrize("content", [b"host-7\n", b"root:x:0:0:root:/root:/bin/sh\n", b"", b"{}", b"\0" * 40])
@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_no_command_closes_a_file_that_is_no_secret_of_ours(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    path.chmod(0o644)
    with pytest.raises(PiiguardError) as caught:
        read_private(path)
    assert "chmod" not in caught.value.hint


@pytest.mark.skipif(os.name != "posix", reason="devices of POSIX")
@pytest.mark.parametrize("path", ["/etc/passwd", "/dev/zero", "/dev/null"])
def test_no_strange_file_is_named_for_a_change_of_its_mode(
    path: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["keys", "list", "--keyring", path]) == 1
    assert "chmod" not in capfd.readouterr().err


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root gives a file away")
def test_the_owner_of_another_users_file_is_not_told_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "theirs"
    path.write_bytes(KEYS["keyring"])
    path.chmod(0o644)
    os.chown(path, 65534, 65534)
    with pytest.raises(PiiguardError) as caught:
        read_private(path)
    assert "chmod" not in caught.value.hint


@pytest.mark.parametrize("name", ["$(touch PWNED);x", "a b", "it's"])
def test_the_command_that_the_demo_advises_is_one_command(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("piiguard.demo.write_demo", lambda directory, scale: _Written(directory))
    assert run(["demo", name]) == 0
    hint = capfd.readouterr().err.splitlines()[-1].partition("hint: ")[2]
    assert shlex.split(hint) == ["piiguard", "scan", f"sqlite:///{name}/crm.db", f"{name}/app.log"]


class _Written:
    rows = lines = 1

    def __init__(self, directory: Path) -> None:
        self.database, self.log = directory / "crm.db", directory / "app.log"


@pytest.mark.parametrize("name", ["$(touch PWNED);x", "a b", "it's"])
def test_the_option_that_a_new_recipient_advises_is_one_word(
    tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    from piiguard.cli.say_keys import recipient_made

    recipient_made(tmp_path / f"{name}.private", tmp_path / f"{name}.public")
    (hint,) = (line for line in capfd.readouterr().err.splitlines() if "--wrap" in line)
    words = shlex.split(hint.partition("hint: ")[2].partition(" adds")[0])
    assert words == ["--wrap", f"hpke:{tmp_path / name}.public"]
