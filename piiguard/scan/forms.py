"""What a file is read as: what was asked for, or what its name says."""

from __future__ import annotations

from piiguard.scan.dumps import Dump, is_dump
from piiguard.scan.options import Options
from piiguard.scan.sheets import Sheet, is_sheet

__all__ = ["reader_of"]


def reader_of(file: str, options: Options) -> Sheet | Dump | None:
    """What reads a file by column; None for one of lines.

    >>> reader_of("app.log", Options()) is None, reader_of("clients.csv", Options(form="log")) is None
    (True, True)
    """
    if options.form in ("log", "json"):
        return None
    if options.form == "tsv":
        return Sheet(delimiter="\t")
    if options.form == "csv" or (not options.form and is_sheet(file)):
        return Sheet()
    return Dump() if options.form == "sql" or is_dump(file) else None
