"""Files that hold other things: each of those is a member, called ``a.zip!b.xlsx!Sheet1``.

A member is read as the same file would be that lies in a folder: by its name and its first bytes, with the same options.
What a file holds can be made to grow without end, so all that comes out of one is counted together, however deep it lies.
"""

from __future__ import annotations

import zipfile

from piiguard.read import Examiner, Sink, archive, document, magic, mailbox, memory, seven, sources, strays
from piiguard.read.forms import TEXTS, form_of, office_of
from piiguard.read.holder import Budget, Holder
from piiguard.read.opened import FileTask
from piiguard.read.part import Part
from piiguard.read.sources import Source

__all__ = ["is_document", "office_in", "read"]


def read(
    task: FileTask,
    source: Source,
    examiner: Examiner,
    part: Part,
    sink: Sink | None,
    outer: Holder | None = None,
) -> bool:
    """Read a file for what it holds; False where it holds nothing, and its bytes are all there is.

    ``outer`` is what took the file out of another one.
    """
    if outer:
        source.stream = outer.metered(source.stream)
    form = form_of(task.place, source.head)
    if task.options.ocr and magic.is_picture(source.head):
        form = "picture"
    if not form or (form in TEXTS and task.options.form):
        return False
    holder = (
        outer.inside(task, part)
        if outer
        else Holder(task, examiner, part, sink, Budget.of(task, source), read)
    )
    part.hindrance = part.hindrance or "packed"
    if form == "zip":
        _zip(holder, source)
    elif form == "tar":
        archive.read_tar(holder, source)
    elif form == "7z":
        seven.read(holder, source)
    elif form == "mbox":
        mailbox.read(holder, source)
    else:
        document.read(holder, source, form)
    return True


def is_document(file: str) -> bool:
    """Whether a file that somebody named is a document: no text, and no archive of files."""
    try:
        with sources.opened(file, named=True, salvage=True) as source:
            form = form_of(file, source.head)
            if magic.is_picture(source.head):
                return True
            if form != "zip" or source.file is None:
                return form not in ("", "zip", "tar", "7z", *TEXTS)
            return bool(office_in(source))
    except (OSError, *sources.DAMAGED):
        return False


def office_in(source: Source) -> str:
    """Which document of an office a zip is; empty for an archive of files, and for what is damaged."""
    try:
        with archive.seekable(source) as stream, memory.bounded(), zipfile.ZipFile(stream) as opened:
            return office_of(opened.namelist(), _mimetype(opened, opened.namelist()))
    except (OSError, MemoryError, zipfile.BadZipFile, NotImplementedError, ValueError, *sources.DAMAGED):
        return ""


def _zip(holder: Holder, source: Source) -> None:
    """An archive, or a document of an office, which is one."""
    with archive.seekable(source) as file:
        try:
            with memory.bounded():
                opened = zipfile.ZipFile(file, metadata_encoding="cp866")  # what Windows writes here
        except MemoryError:
            holder.part.fail(memory.TOO_MUCH)
            return
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError):
            holder.part.fail(archive.DAMAGED)
            return
        with opened:
            names = opened.namelist()
            if form := office_of(names, _mimetype(opened, names)):
                strays.name_strays(holder, opened)
                file.seek(0)
                document.read_bytes(holder, form, document.whole(file))
            else:
                archive.read_zip(holder, opened)


def _mimetype(opened: zipfile.ZipFile, names: list[str]) -> str:
    """What the first part of an OpenDocument says, which is never compressed."""
    if names[:1] != ["mimetype"]:
        return ""
    try:
        with opened.open("mimetype") as part:
            return part.read(100).decode("ascii", "replace")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError):
        return ""
