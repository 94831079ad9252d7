"""A third corpus, the judge: whole documents as they lie about in Kazakhstan, by an author who never saw the recognizers.

It was written from the list of entities in ``docs/recognizers.md`` and from what is known of the country, without a look
at recognizers, their word lists, their tests or the other corpora. There are no templates: every document was typed by
itself, with the mistakes that people make, and everybody in it is invented. Births are of 1900-1909, numbers have right
check digits, subscriber numbers begin with zeros. Of each two neighbours of one genre, kind and language a coin, thrown
before a line was written, sent one to ``texts/read`` and one to ``texts/unread``. Misses of the first half may be read to
mend recognizers. **Nobody reads the misses of the unread half**, and no program prints them: it only judges.

A file is a genre. ``=== LANGUAGE`` begins a document, with ``negative`` behind it if nothing is to be found there.
``⟦ENTITY|value⟧`` marks a value. ``⟦|value⟧`` marks what may be found or not and counts neither way: a given name or a
surname alone, a firm that is nobody's employer. A position beside its holder's name is a workplace; titles (``Dr``,
``мырза``) are no part of a name; an address is one span from its first part to its last; parties of a contract have no
position (``Заказчик``). Names whose parts stand in fields of their own are marked part by part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.detection.corpus import Line, Span

__all__ = ["GENRES", "HALVES", "Document", "documents"]

HALVES = ("read", "unread")
TEXTS = Path(__file__).parent / "texts"
GENRES = (
    "bank", "chat", "contract", "court", "crm", "export", "form", "log", "mail", "medical", "orders", "school",
)  # fmt: skip
HEAD = re.compile(r"^=== ([A-Za-z-]+)( negative)?\n", re.MULTILINE)
MARK = re.compile(r"⟦([A-Z_]*)\|([^⟦⟧]*)⟧")


@dataclass(frozen=True, slots=True)
class Document:
    """A text without its marks, and where its values stand; a span without an entity counts neither way.

    >>> Document("chat", "en", False, "call Aigul", (Span("", 5, 10),)).line.language
    'en'
    """

    genre: str
    language: str
    negative: bool
    text: str
    spans: tuple[Span, ...]

    @property
    def line(self) -> Line:
        """The document as the other benchmarks take it."""
        return Line(self.language, self.text, self.spans)


@cache
def documents(half: str) -> tuple[Document, ...]:
    """Read one half, ``read`` or ``unread``, genre by genre."""
    return tuple(
        document
        for genre in GENRES
        for document in parsed(genre, (TEXTS / half / f"{genre}.txt").read_text("utf-8"))
    )


def parsed(genre: str, text: str) -> list[Document]:
    """Cut a file at the heads of its documents."""
    heads = list(HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return [
        Document(genre, head[1], bool(head[2]), *unmarked(text[head.end() : end].rstrip("\n")))
        for head, end in zip(heads, ends, strict=True)
    ]


def unmarked(marked: str) -> tuple[str, tuple[Span, ...]]:
    """Take the marks out of a text and say where they stood.

    >>> unmarked("тел. ⟦KZ_PHONE|112⟧.")[0]
    'тел. 112.'
    """
    text, spans, done = "", [], 0
    for mark in MARK.finditer(marked):
        text += marked[done : mark.start()]
        spans.append(Span(mark[1], len(text), len(text) + len(mark[2])))
        text += mark[2]
        done = mark.end()
    return text + marked[done:], tuple(spans)
