"""Given names that should be found and words that should not, from the lists of ``airlock-pii`` (Apache-2.0).

The lists were written by others for others; only this benchmark reads them. Without the package, which is in the group
``bench``, the section says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from piiguard.detect.engine import Engine

__all__ = ["HEADER", "NOTES", "rows"]

MEDIUM = 0.5
HEADER = ["list", "entries", "sentence", "found as PERSON", "share"]
NOTES = (
    "Word lists of [airlock-pii](https://github.com/airlockteam/airlock-pii) 0.1.0, Apache-2.0, unverified by its own word. "
    "Names should be found, the words of the last two lists should not."
)
NAMES = ("Договор подписал {} Кермеқасов.", "Кермеқасов {}", "{} КЕРМЕҚАСОВ", "Жауапты: {} Кермеқ")
WORDS = ("{}", "Сегодня пришел {} утром.", "{} и другие", "Бүгін {} туралы айтты.", "{} Абай")
LISTS = {"given_names_kk": NAMES, "given_names_ru": NAMES, "not_names": WORDS, "places": WORDS}


def rows(engine: Engine) -> Iterator[tuple[object, ...]]:
    """Put every entry of every list into its sentences."""
    try:
        folder = Path(str(files("airlock_pii"))) / "data"
    except ModuleNotFoundError:
        yield "airlock-pii is not installed", "-", "-", "-", "-"
        return
    for name, sentences in LISTS.items():
        entries = entered((folder / f"{name}.txt").read_text("utf-8"))
        for sentence in sentences:
            hits = sum(person(engine, sentence, entry) for entry in entries)
            yield name, len(entries), f"`{sentence.format('…')}`", hits, f"{hits / len(entries):.3f}"


def entered(text: str) -> list[str]:
    """Take the entries of a list: one or more a line, with capitals, without comments, sections and stems.

    >>> entered("# of names" + chr(10) + "[male]" + chr(10) + "Павел (Павл), Паша")
    ['Павел', 'Паша']
    """
    lines = (re.sub(r"#.*|\([^)]*\)|^\[.*\]$", "", line) for line in text.splitlines())
    words = (word.strip() for line in lines for word in line.split(","))
    return [word[0].upper() + word[1:] for word in words if word]


def person(engine: Engine, sentence: str, entry: str) -> bool:
    """Say whether an entry in a sentence is found as a name at medium."""
    start = sentence.index("{}")
    found = engine.find(sentence.format(entry))
    return any(
        m.entity == "PERSON" and m.score >= MEDIUM and m.start < start + len(entry) and start < m.end
        for m in found
    )
