"""False alarms on what lies on any machine: code, catalogues, tables, SQL, logs, documentation."""

from __future__ import annotations

import gzip
import os
import re
import sysconfig
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

from piiguard.detect.engine import Engine

__all__ = ["HEADER", "MOST", "NOTES", "rows"]

MEDIUM = 0.5
MOST = 3_000_000  # bytes of each kind, from files spread evenly over it
PIECE = 200_000  # characters given to the engine at once
HEADER = ["material", "MB", "findings", "per MB", "of authors", "by entity"]
NOTES = (
    "Findings at medium. `of authors` counts apart the names and addresses on lines that name authors, translators, "
    "maintainers or holders of rights, and change logs' (`# Name, 2015`, `(#12, Name)`, `Tested-by: Name`): those are true. The rest is "
    "what was found, not what is wrong."
)
CREDIT = re.compile(
    r"copyright|\(c\)|©|author|translat|maintain|contribut|written by|thank|patch|reported|spotted|uploader|[<(][^>)\s]+@"
    r"| at [\w.-]+( dot |\.)\w|^# [^\d]+, \d{4}|^\s*\[ .* \]$"
    # change logs: «by …», «Tested-by:», «(#12, …)», «(…)» at the end of a line, «… (12 May 2019)», «2019-05-12  …»
    r"|\bby\b|-from:|[#!]\d|[(;,] ?[^\W\d][^()]*\)?\)\W*$|^\W*[^\d(]+ \(\d+ \w+ \d{4}\)|^\W*\d{4}-\d\d-\d\d +[^\W\d]",
    re.IGNORECASE,
)


def folders() -> Iterator[tuple[str, list[Path], str]]:
    """Give each kind of material: its name, the folders it lies in and the names of its files."""
    django = find_spec("django")
    places = [Path(place) for place in (django and django.submodule_search_locations) or ()]
    share = Path("/usr/share")
    yield "Python's standard library", [Path(sysconfig.get_path("stdlib"))], r"\.py$"
    yield "Django's catalogues", places, r"\.po$"
    yield "Perl's Unicode tables", [share / "perl"], r"(?i)uni(code|core)/.*\.(pl|pm|txt)$"
    yield "SQL", [share / "mysql", share / "postgresql", share / "postgresql-common"], r"\.sql$"
    yield "logs of the system", [Path("/var/log")], r"(\.log|/syslog|/messages)(\.\d+)?(\.gz)?$"
    yield "documentation", [share / "doc"], r"(README|NEWS|changelog|TODO|\.txt|\.md|\.rst|\.html?)[^/]*$"


def rows(engine: Engine, most: int) -> Iterator[tuple[object, ...]]:
    """Search each kind of material that there is."""
    for name, places, pattern in folders():
        found, credited, size = searched(engine, spread(files(places, pattern), most))
        if size:
            listed = ", ".join(f"{entity} {n}" for entity, n in found.most_common()) or "-"
            megabytes = size / 1e6
            rate = f"{found.total() / megabytes:.1f}"
            yield name, f"{megabytes:.1f}", found.total(), rate, credited, listed
        else:
            yield name, "0", "-", "-", "-", "not on this machine"


def files(places: Iterable[Path], pattern: str) -> list[Path]:
    """List the files of a kind in the order of their names, without packages that were added."""
    named = re.compile(pattern)
    paths = (Path(folder, name) for place in places for folder, names in walked(place) for name in names)
    return sorted(path for path in paths if named.search(str(path)) and path.is_file())


def walked(place: Path) -> Iterator[tuple[str, list[str]]]:
    """Walk a folder, but not into packages that were added to it."""
    for folder, inside, names in os.walk(place):
        inside[:] = [name for name in inside if name != "site-packages"]
        yield folder, names


def spread(paths: list[Path], most: int) -> Iterator[Path]:
    """Take every n-th file, so that about ``most`` bytes come together."""
    step = max(1, round(sum(path.stat().st_size for path in paths) / most))
    return islice(paths, 0, None, step)


def searched(engine: Engine, paths: Iterable[Path]) -> tuple[Counter[str], int, int]:
    """Count findings by entity, those beside authors, and bytes."""
    found: Counter[str] = Counter()
    credited = size = 0
    for text in (piece for path in paths for piece in pieces(path)):
        size += len(text.encode())
        for match in engine.find(text):
            if match.score < MEDIUM:
                continue
            if match.entity in ("PERSON", "EMAIL_ADDRESS") and CREDIT.search(
                around(text, match.start, match.end)
            ):
                credited += 1
            else:
                found[match.entity] += 1
    return found, credited, size


def around(text: str, start: int, end: int) -> str:
    """Give the lines a finding stands on."""
    stop = text.find("\n", end)
    return text[text.rfind("\n", 0, start) + 1 : stop if stop >= 0 else len(text)]


def pieces(path: Path) -> Iterator[str]:
    """Read a file, packed or not, in pieces of whole lines; what cannot be read is left out."""
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError):
        return
    start = 0
    while start < len(text):
        end = text.find("\n", start + PIECE) + 1 or len(text)
        yield text[start:end]
        start = end
