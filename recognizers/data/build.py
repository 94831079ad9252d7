"""Build the word lists of this folder from the mimesis and natasha distributions.

Neither is needed at run time. Install both somewhere, then::

    python recognizers/data/build.py FOLDER-WHERE-THEY-ARE-INSTALLED

Every list begins with its source and licence; the licence texts stand in LICENSES.md. Lists that no
distribution provides are our own work and kept by hand; LICENSES.md tells them apart.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CYRILLIC = re.compile(r"[а-яәғқңөұүһі]+(?:-[а-яәғқңөұүһі]+)?")
LATIN = re.compile(r"[a-z]+")


def fold(word: str) -> str:
    """Spell a word as the recognizers compare it: small letters, ё as е."""
    return word.strip().lower().replace("ё", "е")


def flat(node: Any) -> list[str]:
    """Collect the strings of a nested list or mapping."""
    if isinstance(node, str):
        return [node]
    return [word for part in (node.values() if isinstance(node, dict) else node) for word in flat(part)]


def kept(words: Iterable[str], shape: re.Pattern[str], shortest: int) -> set[str]:
    """Fold words and leave out what has another shape, or too few letters to tell anything."""
    return {word for word in map(fold, words) if len(word) >= shortest and shape.fullmatch(word)}


def mimesis(site: Path, language: str, file: str, *path: str) -> list[str]:
    """Read one list of the mimesis data sets."""
    node = json.loads((site / f"mimesis/datasets/{language}/{file}.json").read_text("utf-8"))
    for key in path:
        node = node[key]
    return flat(node)


def natasha(site: Path, name: str) -> list[str]:
    """Read one natasha dictionary; its comments begin with ``#``."""
    lines = (site / f"natasha/data/dict/{name}.txt").read_text("utf-8").splitlines()
    return [line.split("#")[0] for line in lines]


def write(name: str, source: str, words: Iterable[str]) -> None:
    """Write one list, sorted, under its source and licence."""
    ordered = sorted(set(words))
    text = f"# source: {source}\n# licence: MIT, see LICENSES.md\n" + "\n".join(ordered) + "\n"
    (HERE / f"{name}.txt").write_text(text, "utf-8")
    print(f"{name}: {len(ordered)} words", file=sys.stderr)


def versions(site: Path) -> dict[str, str]:
    """Say which distributions the lists come from."""
    return {d.metadata["Name"]: f"{d.metadata['Name']} {d.version}" for d in distributions(path=[str(site)])}


def build(site: Path) -> None:
    """Write all lists."""
    of = versions(site)
    given = [name for code in ("kk", "ru") for name in mimesis(site, code, "person", "names")]
    surnames = [name for code in ("kk", "ru") for name in mimesis(site, code, "person", "surnames")]
    english = mimesis(site, "en", "person", "names")
    english_surnames = mimesis(site, "en", "person", "surnames")
    first = kept(natasha(site, "first"), CYRILLIC, 3) - kept(natasha(site, "maybe_first"), CYRILLIC, 1)
    common = (HERE / "given_names_en_common.txt").read_text("utf-8").split("\n", 1)[1].split()
    words = kept(mimesis(site, "en", "text", "words"), LATIN, 3) - set(common)
    names = kept(english + english_surnames, LATIN, 3)

    write("given_names", f"{of['mimesis']}, kk and ru", kept(given, CYRILLIC, 3))
    write("given_names_natasha", f"{of['natasha']}, first.txt without maybe_first.txt", first)
    write("given_names_en", f"{of['mimesis']}, en", kept(english, LATIN, 3))
    write("surnames", f"{of['mimesis']}, kk and ru", kept(surnames, CYRILLIC, 4))
    write("surnames_en", f"{of['mimesis']}, en", kept(english_surnames, LATIN, 3))
    write("words_en", f"{of['mimesis']}, en, words that are no names", words - names)
    for code in ("kk", "ru"):
        found = kept(mimesis(site, code, "text", "words"), CYRILLIC, 3)
        write(f"words_{code}", f"{of['mimesis']}, {code}", found)
        write(
            f"cities_{code}",
            f"{of['mimesis']}, {code}",
            kept(mimesis(site, code, "address", "city"), CYRILLIC, 3),
        )


if __name__ == "__main__":
    build(Path(sys.argv[1]))
