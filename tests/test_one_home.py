"""One rule, one home: what may be written in one module alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import piiguard
from piiguard.confidence import LEVELS
from piiguard.entities import BY_NAME, CATEGORIES, ENTITIES, told_by

HOME = Path(piiguard.__file__).parent
ELSEWHERE = {HOME / "keys", HOME / "recognizers"}  # links to folders that import nothing of ours

SPELLINGS = {
    "names.py": r"import shlex|shlex\.|rich\.markup|markup import|import html\b|html\.escape|import unicodedata|"
    r"replace\(\"\\x1b|replace\('\\x1b|quote_plus|ensure_ascii",
    "files.py": r"tempfile\.NamedTemporaryFile|\.write_bytes\(|O_EXCL|copymode",
    "locks.py": r"fcntl|msvcrt",
}
ALLOWED = {
    "names.py": {
        # JSON that is stored or sent, and read by programs alone: no name is printed
        "protect/cells/plain.py", "protect/cells/carried.py", "redact/json_safe.py", "detect/leaves.py",
        "scan/spark/databases.py", "repeated.py", "demo/database.py", "demo/log.py",
    },
    "files.py": set[str](),
    "locks.py": set[str](),
}  # fmt: skip


def modules() -> list[Path]:
    return [
        path
        for path in sorted(HOME.rglob("*.py"))
        if not any(path.is_relative_to(folder) for folder in ELSEWHERE)
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


def spelled(path: Path) -> Iterator[tuple[int, str]]:
    """Every text of a module that is no docstring, with its line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body
        if isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def test_entities_are_spelled_in_one_place() -> None:
    entity = re.compile(rf"\b(?:{'|'.join(BY_NAME)})\b")
    found = [
        f"{path.relative_to(HOME).as_posix()}:{line}"
        for path in modules()
        if path != HOME / "entities.py"
        for line, text in spelled(path)
        if entity.fullmatch(text.partition(" ")[0]) or (entity.search(text) and "\n" not in text)
    ]
    assert found == []


def test_the_order_of_confidence_is_known_in_one_place() -> None:
    """No table and no list of the levels: a rule that names one of them is a rule of its own."""
    found = [
        path.relative_to(HOME).as_posix()
        for path in modules()
        if path != HOME / "confidence.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Dict | ast.List | ast.Tuple | ast.Set)
        and {c.value for c in ast.iter_child_nodes(node) if isinstance(c, ast.Constant)} >= set(LEVELS)
    ]
    assert found == ["report/sarif.py"]  # the words of SARIF for them


def test_every_entity_has_a_recognizer_and_every_recognizer_a_row() -> None:
    from piiguard.recognizers import RECOGNIZERS
    from piiguard.recognizers.examples import EXAMPLES

    assert {recognizer.ENTITY for recognizer in RECOGNIZERS} == set(BY_NAME) == set(EXAMPLES)
    assert len(BY_NAME) == len(ENTITIES)
    assert {row.category for row in ENTITIES} | {"other"} == set(CATEGORIES)
    assert set.union(*(set(told_by(how)) for how in ("check", "label", "words"))) == set(BY_NAME)
