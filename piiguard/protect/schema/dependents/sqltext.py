"""Reads SQL as the catalogues print it: which columns it mentions, and where its lists part."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["bracketed", "driven", "mentions", "only_asks_for_null", "renamed", "split_list"]

_TOKEN = re.compile(
    r"""(?P<skip>'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/)"""
    r"""|(?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])|(?P<bare>[^\W\d][\w$]*)|(?P<sign>.)""",
    re.DOTALL,
)


def _tokens(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Kind, content, begin and end; comments and string literals are ``skip``."""
    for found in _TOKEN.finditer(text):
        kind, word = str(found.lastgroup), found.group()
        if kind == "quoted":
            word = word[1:-1].replace(word[-1] * 2, word[-1])
        yield kind, word, found.start(), found.end()


def mentions(text: str | None, column: str) -> bool:
    """Whether a name of this spelling stands in the text, outside of string literals; letter case is no matter.

    >>> mentions("((iin)::text <> '249'::text)", "iin"), mentions("city <> 'iin'", "iin")
    (True, False)
    >>> mentions('SELECT "i""in" FROM people', 'i"in')
    True
    """
    wanted, text = column.casefold(), text or ""
    if wanted not in text.casefold() and not set('"`]') & set(wanted):  # a quote may stand there twice
        return False  # most of what a server has views and routines for: not worth taking apart
    return any(kind in ("quoted", "bare") and word.casefold() == wanted for kind, word, *_ in _tokens(text))


def only_asks_for_null(text: str, column: str) -> bool:
    """Whether the text asks of the column no more than whether it is NULL: ciphertext answers that as well.

    >>> only_asks_for_null("((iin IS NOT NULL) AND active)", "iin"), only_asks_for_null("(iin <> '')", "iin")
    (True, False)
    """
    words = [
        (kind, word.casefold()) for kind, word, *_ in _tokens(text) if not word.isspace() and kind != "skip"
    ]
    for number, (kind, word) in enumerate(words):
        if kind in ("quoted", "bare") and word == column.casefold():
            behind = [w for _, w in words[number + 1 : number + 4]]
            if behind[:2] != ["is", "null"] and behind != ["is", "not", "null"]:
                return False
    return True


def renamed(text: str, column: str, to: str) -> str:
    """The text with another name in the column's place.

    >>> renamed("(iin IS NOT NULL)", "iin", "iin_enc")
    '(iin_enc IS NOT NULL)'
    """
    parts, last = [], 0
    for kind, word, begin, end in _tokens(text):
        if kind in ("quoted", "bare") and word.casefold() == column.casefold():
            parts += [text[last:begin], to]
            last = end
    return "".join([*parts, text[last:]])


def driven(text: str) -> str:
    """The text as a part of a statement: the drivers of PostgreSQL and MariaDB take a bare % for a parameter.

    >>> driven("(city ~~ 'a%'::text)")
    "(city ~~ 'a%%'::text)"
    """
    return text.replace("%", "%%")


def bracketed(text: str, start: int = 0) -> tuple[int, int]:
    """Where the first pair of brackets opens and closes, from ``start``; (-1, -1) without one.

    >>> bracketed("using btree (city, lower(iin)) where true")
    (12, 29)
    """
    depth, opened = 0, -1
    for kind, word, begin, _ in _tokens(text[start:]):
        if kind == "sign" and word == "(":
            opened = start + begin if depth == 0 else opened
            depth += 1
        elif kind == "sign" and word == ")":
            depth -= 1
            if depth == 0:
                return opened, start + begin
    return -1, -1


def split_list(text: str) -> list[str]:
    """The parts between commas that stand in no brackets.

    >>> split_list("city, lower(coalesce(a, b)), iin DESC")
    ['city', 'lower(coalesce(a, b))', 'iin DESC']
    """
    parts, depth, start = [], 0, 0
    for kind, word, begin, end in _tokens(text):
        if kind == "sign" and word in "()":
            depth += 1 if word == "(" else -1
        elif kind == "sign" and word == "," and not depth:
            parts.append(text[start:begin].strip())
            start = end
    return [*parts, text[start:].strip()]
