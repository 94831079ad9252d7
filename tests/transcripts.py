"""What stands in the code blocks of a page: files to write, commands with their exit codes and outputs, and what needs more than this machine."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

_BLOCK = re.compile(r"^```(\w+)(?: ([^\n]*))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(r'title="(>> )?([\w./-]+)"')
_EXIT = re.compile(r"\s# exit (\d)$")
GAP = "…"
"""Left out: a line of its own for any number of lines, in a line for any signs."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file that the page shows; ``more``: it is added at the end of the one that is there."""

    name: str
    text: str
    more: bool


@dataclass(slots=True)
class Typed:
    """A command; ``code`` is what the page says with ``# exit 3`` behind it, ``shown`` the lines below it."""

    command: str
    code: int
    shown: list[str] = field(default_factory=list)


def blocks(page: str) -> list[tuple[str, str, str]]:
    """Language, what stands behind it, and text of every block."""
    return _BLOCK.findall(page)


def is_elsewhere(text: str) -> bool:
    """Whether a block says in its first line that it needs a server, systemd or Kubernetes."""
    return text.startswith("# needs ")


def steps(page: str) -> Iterator[Written | Typed]:
    """What a reader does from top to bottom. Raises :class:`ValueError` for a block that is neither run nor marked."""
    for language, info, text in blocks(page):
        if title := _TITLE.fullmatch(info):
            yield Written(title[2], text, more=bool(title[1]))
        elif language == "console" and not info:
            yield from () if is_elsewhere(text) else typed(text)
        elif language != "text":
            raise ValueError(f"a block of {language} has no title: {text[:60]}")


def typed(text: str) -> list[Typed]:
    """The commands of one block."""
    found: list[Typed] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            code = _EXIT.search(line)
            found.append(Typed(_EXIT.sub("", line[2:]), int(code[1]) if code else 0))
        else:
            found[-1].shown.append(line.rstrip())
    return found


def missing(shown: list[str], said: str) -> str | None:
    """The first line that a page shows and a command did not say, or not in this order."""
    lines = iter([line.rstrip().replace("\u00a0", " ") for line in said.splitlines()])
    for wanted in shown:
        form = re.compile(".*".join(map(re.escape, wanted.split(GAP))))
        if wanted.strip() not in ("", GAP) and not any(form.fullmatch(line) for line in lines):
            return wanted
    return None


def programs(text: str) -> Iterator[list[str]]:
    """The words of every ``piiguard …`` in a block of shell, without what pipes and redirections add."""
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line.removeprefix("$ "), posix=True, punctuation_chars="|<>;&()")
        lexer.whitespace_split, lexer.commenters = True, "#"
        words: list[str] = []
        for word in [*lexer, ";"]:
            if re.fullmatch(r"[|<>;&()]+", word):
                words = words[next((at for at, each in enumerate(words) if each == "piiguard"), len(words)) :]
                if words:
                    yield words[1:]
                words = []
            else:
                words.append(word)
