"""What reads a file as text: by what was asked for, or by what its name says."""

from __future__ import annotations

from piiguard.read.dump import DumpTask, is_dump
from piiguard.read.log import LogTask
from piiguard.read.opened import FileTask
from piiguard.read.options import ReadOptions
from piiguard.read.records import RecordsTask, is_records
from piiguard.read.sheet import SheetTask, is_sheet

__all__ = ["kind_of"]


def kind_of(file: str, options: ReadOptions, *, by_line: bool = False) -> type[FileTask]:
    """What reads a file: what was asked for, or what its name says.

    >>> kind_of("app.log", ReadOptions()).__name__, kind_of("clients.csv", ReadOptions(form="log")).__name__
    ('LogTask', 'LogTask')
    """
    if by_line or options.form == "log":
        return LogTask
    if options.form == "json" or (not options.form and is_records(file)):
        return RecordsTask
    if options.form in ("csv", "tsv") or (not options.form and is_sheet(file)):
        return SheetTask
    return DumpTask if options.form == "sql" or is_dump(file) else LogTask
