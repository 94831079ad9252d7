"""A dash is standard output, or refused: no command makes a file that is called ``-``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from piiguard.cli.main import cli, run
from piiguard.cli.options import Written

LOG = "paid by 050312300015\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to stand in, with a log; afterwards nothing in it may be called by a dash."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.log").write_text(LOG, encoding="utf-8")
    yield tmp_path
    assert not (tmp_path / "-").exists()


def test_a_redacted_file_goes_to_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["redact", "app.log", "--operator", "tag", "-o", "-"]) == 0
    assert capfdbinary.readouterr().out == b"paid by <KZ_IIN>\n"


def test_a_report_goes_to_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", "app.log", "--format", "csv", "-o", "-"]) == 3
    assert "KZ_IIN" in capfd.readouterr().out


def test_a_folder_is_not_redacted_into_a_stream(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["redact", str(folder), "-o", "-"]) == 2
    assert run(["redact", "app.log", "--check", "-o", "-"]) == 2
    assert capfd.readouterr().out == ""


def commands(group: click.Group, *before: str) -> Iterator[tuple[list[str], click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)
        else:
            yield [*before, name], command


MADE = [
    pytest.param(path, option.opts[-1], id=f"{' '.join(path)} {option.opts[-1]}")
    for path, command in commands(cli)
    for option in command.params
    if isinstance(option.type, Written) and not option.type.or_output
]


@pytest.mark.parametrize(("command", "option"), MADE)
def test_what_goes_into_a_file_only_is_refused_before_anything_is_done(
    command: list[str], option: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = sorted(folder.iterdir())
    assert run([*command, option, "-"]) == 2
    assert f"'{option}" in (said := capfd.readouterr().err) or option in said
    assert sorted(folder.iterdir()) == before


def test_a_file_of_that_name_can_be_asked_for(folder: Path) -> None:
    assert run(["redact", "app.log", "--counts", "./-", "-o", "clean.log"]) == 0
    assert (folder / "-").read_bytes().startswith(b"{")
    (folder / "-").unlink()
