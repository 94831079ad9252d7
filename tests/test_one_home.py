"""One rule, one home: what may be written in one module alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import piiguard

HOME = Path(piiguard.__file__).parent
ELSEWHERE = {HOME / "keys", HOME / "recognizers"}  # links to folders that import nothing of ours

SPELLINGS = {
    "names.py": r"import shlex|shlex\.|rich\.markup|markup import|import html\b|html\.escape|import unicodedata|"
    r"replace\(\"\\x1b|replace\('\\x1b|quote_plus|ensure_ascii",
    "files.py": r"tempfile\.NamedTemporaryFile|\.write_bytes\(|O_EXCL|copymode",
}
ALLOWED = {
    "names.py": {
        # JSON that is stored or sent, and read by programs alone: no name is printed
        "protect/cells/plain.py", "protect/cells/carried.py", "redact/json_safe.py", "scan/cells.py",
        "scan/spark/databases.py", "demo/database.py", "demo/log.py",
    },
    "files.py": set[str](),
}  # fmt: skip


def modules() -> list[Path]:
    return [
        path for path in HOME.rglob("*.py") if not any(path.is_relative_to(folder) for folder in ELSEWHERE)
    ]


@pytest.mark.parametrize("home", SPELLINGS)
def test_names_and_files_are_written_in_one_place(home: str) -> None:
    pattern, allowed = re.compile(SPELLINGS[home]), ALLOWED[home] | {home}
    found = {
        f"{name}: {match[0]}"
        for path in modules()
        if (name := path.relative_to(HOME).as_posix()) not in allowed
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_nothing_but_one_function_speaks_on_standard_error() -> None:
    loud = re.compile(r"echo\(.*err=True|file=sys\.stderr|stderr\.write")
    found = [
        f"{path.relative_to(HOME).as_posix()}: {line.strip()}"
        for path in modules()
        for line in path.read_text(encoding="utf-8").splitlines()
        if loud.search(line)
    ]
    assert found == [
        "cli/main.py: click.echo(error.format_message(), err=True)",  # help, of our own words
        'cli/say.py: click.echo(f"piiguard: {names.message(message)}", err=True)',
    ]
