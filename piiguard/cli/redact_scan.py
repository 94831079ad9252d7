"""Scans what is redacted: a table before, where only a scan of all its rows tells what its columns hold, and a copy after."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING

from piiguard.errors import ScanError

if TYPE_CHECKING:
    from piiguard.redact.files.results import Left
    from piiguard.scan import Options

__all__ = ["known", "left"]

_READ_ONCE = (
    "a table that comes by a pipe is read once, and its columns can be judged as wholes by reading it before"
)


def known(name: str, form: str, options: Options) -> Mapping[str, frozenset[str]]:
    """The entities that a scan finds in each column of a table, by place, at the confidence of the options.

    Raises: :class:`ScanError` where it cannot be read twice.
    """
    from dataclasses import replace

    from piiguard.cli.redact_files import opened
    from piiguard.read.sources import STDIN
    from piiguard.scan import scan_log

    if name == STDIN or not os.path.isfile(name):
        hint = "leave out --min-confidence, or redact a file"
        raise ScanError(f"{name}: {_READ_ONCE}", source=name, hint=hint)
    with opened(name) as source:
        report = scan_log(source.stream, replace(options, form=form), name=name)
    found = defaultdict[str, frozenset[str]](frozenset)
    for each in report.unprotected:
        found[each.path or ""] |= {each.entity}
    return dict(found)


def left(name: str, below: str, copy: IO[bytes], options: Options) -> list[Left]:
    """What a scan finds in the copy of a file, and in the names of the folders that it lies in, called ``below``.

    Raises: :class:`ScanError` where it cannot be scanned.
    """
    from piiguard.read.sources import unpacked
    from piiguard.redact.files.results import Left
    from piiguard.scan import scan_log
    from piiguard.scan.filenames import FOLDER, findings, inside

    with unpacked(copy) as source:
        report = scan_log(source.stream, options, name=name)
    if report.errors:
        reason = f"the copy could not be scanned: {report.errors[0].message}"
        raise ScanError(f"{name}: {reason}", source=name)
    names = (each for above in inside(below) for each in findings(name, above, above, options, what=FOLDER))
    return [
        Left(each.entity, each.confidence, each.matched, each.hindrance == "name")
        for each in (*report.unprotected, *names)
    ]
