"""Every tutorial is followed by a reader who types what it says, in a fresh folder, with the installed command."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.transcripts import Typed, Written, blocks, missing, steps

ROOT = Path(__file__).parents[1]
TUTORIALS = ROOT / "docs" / "tutorials"
ROLES = ("security", "developer", "dba", "officer")
END = "end of the file that the page shows"


def script(todo: list[Written | Typed], said: Path) -> str:
    """One shell goes through the page, so that ``cd`` and ``export`` last; what a command says and its code go into files."""
    lines: list[str] = []
    for number, step in enumerate(todo):
        if isinstance(step, Written):
            lines.append(
                f"cat {'>>' if step.more else '>'}{shlex.quote(step.name)} <<'{END}'\n{step.text}{END}"
            )
        else:
            out = shlex.quote(str(said / str(number)))
            lines.append(f"{{ {step.command}\n}} >{out} 2>&1 </dev/null; echo $? >{out}.code")
    return "\n".join(lines) + "\n"


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("bash"), reason="NO bash: the tutorials are written for a shell")
@pytest.mark.parametrize("role", ROLES)
def test_a_reader_gets_what_the_tutorial_says(role: str, tmp_path: Path) -> None:
    todo = list(steps((TUTORIALS / f"{role}.md").read_text(encoding="utf-8")))
    home, said = tmp_path / "home", tmp_path / "said"
    home.mkdir()
    said.mkdir()
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("PIIGUARD_") and key not in ("COLUMNS", "PYTHONPATH")
    }
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash"],
        input=script(todo, said),
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,  # what never ends must end
        check=False,
    )
    assert ran.stderr == ""
    for number, step in enumerate(todo):
        if isinstance(step, Typed):
            output, code = (said / str(number)).read_text("utf-8"), (said / f"{number}.code").read_text()
            assert int(code) == step.code, f"$ {step.command}\n{output}"
            lost = missing(step.shown, output)
            assert lost is None, f"$ {step.command}\nsays no {lost!r}, or not there:\n{output}"


@pytest.mark.parametrize(
    "page", [ROOT / "README", *(TUTORIALS / role for role in ROLES)], ids=lambda p: p.name
)
@pytest.mark.parametrize("language", ["ru", "kk"])
def test_a_translation_has_the_same_blocks(page: Path, language: str) -> None:
    original, translation = (
        blocks(page.with_name(f"{page.name}{end}.md").read_text(encoding="utf-8"))
        for end in ("", f".{language}")
    )
    assert translation == original
