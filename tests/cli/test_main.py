"""What every command does with errors: one line, a hint, the documented exit code, never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from piiguard import __version__
from piiguard.cli.main import cli, run
from piiguard.errors import MissingExtra


@pytest.fixture
def raising() -> Iterator[dict[str, BaseException]]:
    """A command that raises what the test puts into the dictionary."""
    box: dict[str, BaseException] = {}

    @click.command(name="raise-for-test")
    def command() -> None:
        raise box["error"]

    cli.add_command(command)
    yield box
    del cli.commands["raise-for-test"]


def test_an_error_of_ours_is_one_line_and_a_hint(
    raising: dict[str, BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    raising["error"] = MissingExtra("scan", "presidio-analyzer")
    assert run(["raise-for-test"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        "piiguard: presidio-analyzer is not installed\npiiguard: hint: pip install 'piiguard[scan]'\n"
    )


def test_an_unforeseen_error_shows_its_type_but_not_its_message(
    raising: dict[str, BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    raising["error"] = RuntimeError("IIN 050312300015")
    assert run(["raise-for-test"]) == 1
    err = capsys.readouterr().err
    assert "050312300015" not in err
    assert "Traceback" not in err
    assert err.startswith("piiguard: internal error: RuntimeError at test_main.py:")


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 1), (click.Abort(), 1)])
def test_an_interrupted_command_says_so(
    raising: dict[str, BaseException], capsys: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    raising["error"] = error
    assert run(["raise-for-test"]) == code
    assert capsys.readouterr().err.strip() == "piiguard: stopped"


def test_wrong_usage_exits_2_and_names_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo"]) == 2
    err = capsys.readouterr().err
    assert "missing argument 'directory'" in err.lower()
    assert "piiguard: hint: piiguard demo --help" in err


def test_an_unknown_command_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["nonsense"]) == 2
    assert capsys.readouterr().err.startswith("piiguard: ")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"piiguard {__version__}\n"


def test_every_command_has_help_with_an_example() -> None:
    def walk(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
        if isinstance(command, click.Group):
            for child_name, child in command.commands.items():
                yield from walk(child, f"{name} {child_name}")
        else:
            yield name, command

    for name, command in walk(cli, "piiguard"):
        assert command.help, name
        assert f"{name} " in command.help, f"{name}: the help has no example"


def test_demo_writes_files_and_says_what_to_type_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["demo", str(tmp_path / "demo")]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "piiguard: hint: piiguard scan sqlite:///" in err
    assert run(["demo", str(tmp_path / "demo")]) == 1
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["scna"], "no such command 'scna'"),
        (["scan"], "missing argument 'TARGET...'"),
        (["scan", "x.log", "--formt", "json"], "no such option '--formt'"),
        (["scan", "x.log", "--sample", "0"], "invalid value for '--sample'"),
        (["scan", "x.log", "--sample", "5", "--full"], "--sample and --full exclude each other"),
        (["scan", ""], "a target is empty"),
    ],
)
def test_wrong_usage_is_told_in_our_form(
    capsys: pytest.CaptureFixture[str], command: list[str], said: str
) -> None:
    assert run(command) == 2
    first, *hints = capsys.readouterr().err.splitlines()
    assert first.startswith(f"piiguard: {said}")
    assert not first.endswith(".")
    assert hints
    assert all(hint.startswith("piiguard: hint: ") for hint in hints)


def test_a_password_in_the_wrong_place_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    url = "postgresql://crm:Qupiia-Soz@77@db/crm"
    assert run(["status", url, url, "--nope"]) == 2
    assert run(["encrypt", url, "students.iin", url]) == 2
    said = capsys.readouterr().err
    assert "//***@db/crm" in said
    assert "Qupiia" not in said
    assert "77" not in said


@pytest.mark.parametrize("group", [[], ["keys"]])
def test_a_group_alone_shows_what_it_can_do(capsys: pytest.CaptureFixture[str], group: list[str]) -> None:
    assert run(group) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"Usage: {' '.join(['piiguard', *group])} [OPTIONS] COMMAND [ARGS]...")


def every_command(group: click.Group) -> Iterator[click.Command]:
    for command in group.commands.values():
        if isinstance(command, click.Group):
            yield from every_command(command)
        else:
            yield command


def test_every_command_takes_yes() -> None:
    for command in every_command(cli):
        assert any("--yes" in parameter.opts for parameter in command.params), command.name
