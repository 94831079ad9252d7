"""PDF documents: the text layer of each page, the notes and fields on it, the properties, attached files, and all other strings.

A page that shows something and has no text, signs of a font that does not say what they mean, and pictures on any page, are said
to be unread; or, where a reader of pictures waits for it, such a page is drawn.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

from piiguard.read.apart import objects, pixels
from piiguard.read.apart.frames import Event
from piiguard.read.apart.pixels import OCR
from piiguard.read.apart.sweep import distinct

__all__ = ["read"]

_ENCRYPTED = "encrypted with a password"
_NO_TEXT = f"a page without text, {OCR}"
_NO_MAP = "signs of a font that does not say what they mean"
_SEALED = "encrypted: what it holds beside its pages was not searched"
_MANY = "more earlier versions of the document than are read"
_MOST_VERSIONS = 10
_FIELDS = (b"Contents", b"V", b"T")
_LOOKS = 500
"""Signs of a page that are asked for their meaning."""
_MOST_NOTES = 10_000
_DEPTH = 3
_DOTS = 300
"""To the inch, of a page that is drawn: what readers of pictures were made for."""


def read(data: bytes, *, pictures: bool = False) -> Iterator[Event]:
    """A PDF document; all that stands on a page has its number."""
    import pypdfium2 as pdfium
    from pypdfium2 import raw

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) != raw.FPDF_ERR_PASSWORD:
            raise
        yield Event("gap", data=_ENCRYPTED.encode())
        return
    shown: list[str] = []
    yield from _pages(document, raw, shown, draws=pictures)
    shown += filter(None, document.get_metadata_dict().values())
    yield from _beside(document)
    yield from _versions(data, shown)
    yield from _objects(document, data, shown, raw)


def _pages(document: Any, raw: Any, told: list[str], *, draws: bool) -> Iterator[Event]:
    pictures = 0
    for number in range(1, len(document) + 1):
        page = document[number - 1]
        text, unmapped = _text(page, raw)
        shown = _pictures(page, raw)
        if text.strip():
            yield Event("text", "", number, text.encode("utf-8", "replace"))
        gaps = [] if text.strip() or not shown[1] else [_NO_TEXT]
        gaps += [_NO_MAP] * unmapped
        if draws and (shown[0] or gaps):
            drawn = _drawn(document[number - 1], raw, bare=bool(text.strip()) and not unmapped)
            yield Event("picture", f"page {number}", data=drawn)
        else:
            pictures += shown[0]
            yield from (Event("gap", f"page {number}", data=why.encode()) for why in gaps)
        notes = _notes(page, raw)
        told += (text, notes, *(line.partition(": ")[2] for line in notes.splitlines()))
        if raw.FPDFPage_GetAnnotCount(page.raw) and raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY):
            notes += _new(_text(document[number - 1], raw)[0], told)  # what notes and stamps show
            told.append(notes)
        if notes:
            yield Event("text", "", number, notes.encode("utf-8", "replace"))
        page.close()
    if pictures:
        yield Event("gap", "pictures", data=f"pictures in it, {OCR}: {pictures}".encode())


def _drawn(page: Any, raw: Any, *, bare: bool) -> bytes:
    """What a page shows, in grey; ``bare`` without the text that was told."""
    if bare:
        for each in page.get_objects(max_depth=_DEPTH):
            if each.type == raw.FPDF_PAGEOBJ_TEXT:
                raw.FPDFTextObj_SetTextRenderMode(each.raw, raw.FPDF_TEXTRENDERMODE_INVISIBLE)
    width, height = page.get_size()
    most = (pixels.MOST / max(width * height, 1)) ** 0.5
    drawn = page.render(scale=min(_DOTS / 72, most * 0.999), grayscale=True)
    return pixels.pack(drawn.width, drawn.height, bytes(drawn.buffer), drawn.stride)


def _new(text: str, told: list[str]) -> str:
    """The lines that were not told before."""
    known = {line.strip() for each in told for line in each.splitlines()}
    return distinct(line for line in text.splitlines() if line.strip() not in known)


def _versions(data: bytes, told: list[str]) -> Iterator[Event]:
    """What earlier versions of the document show, which whoever wrote on it left in the file."""
    import pypdfium2 as pdfium
    from pypdfium2 import raw

    ends = objects.revisions(data)
    if len(ends) > _MOST_VERSIONS:
        yield Event("gap", "versions", data=_MANY.encode())
    for at, end in enumerate(ends[:_MOST_VERSIONS], 1):
        try:
            document = pdfium.PdfDocument(data[:end])
        except pdfium.PdfiumError:  # the first half of one that is written for the network
            continue
        text = "".join(_text(page, raw)[0] for page in document)
        document.close()
        if new := _new(text, told):
            told.append(new)
            yield Event("text", f"version {at}", data=new.encode("utf-8", "replace"))


def _objects(document: Any, data: bytes, told: list[str], raw: Any) -> Iterator[Event]:
    if raw.FPDF_GetSecurityHandlerRevision(document.raw) != -1:
        yield Event("gap", "objects", data=_SEALED.encode())
        return
    beside = objects.sweep(data, objects.Shown("\n".join(told)))
    if text := _new("\n".join(beside.lines), told):
        yield Event("text", "objects", data=text.encode("utf-8", "replace"))
    known = {bytes(document.get_attachment(at).get_data()) for at in range(document.count_attachments())}
    for at, content in enumerate(each for each in beside.files if each not in known):
        yield Event("file", f"embedded {at + 1}", data=content)
    for why in dict.fromkeys(beside.gaps):
        yield Event("gap", "objects", data=why.encode())


def _text(page: Any, raw: Any) -> tuple[str, bool]:
    """The text of a page, and whether it has signs whose meaning is not known."""
    layer = page.get_textpage()
    text: str = layer.get_text_range()
    count = layer.count_chars()
    looked = range(0, count, 1 + count // _LOOKS)
    unmapped = any(raw.FPDFText_HasUnicodeMapError(layer.raw, at) == 1 for at in looked)
    layer.close()
    return text.replace("\r\n", "\n").replace("\ufffe", "") + "\n", unmapped


def _pictures(page: Any, raw: Any) -> tuple[int, int]:
    """How many pictures there are on a page, and how many objects."""
    kinds = [found.type for found in page.get_objects(max_depth=_DEPTH)]
    return sum(kind == raw.FPDF_PAGEOBJ_IMAGE for kind in kinds), len(kinds)


def _notes(page: Any, raw: Any) -> str:
    """What notes and fields hold, which is no part of the text of the page."""
    lines: list[str] = []
    for at in range(min(raw.FPDFPage_GetAnnotCount(page.raw), _MOST_NOTES)):
        note = raw.FPDFPage_GetAnnot(page.raw, at)
        if not note:
            continue
        values = {key: _string(note, key, raw) for key in _FIELDS}
        if values[b"V"]:
            lines.append(f"{values[b'T']}: {values[b'V']}\n")
        elif values[b"Contents"]:
            lines.append(
                f"{values[b'T']}: {values[b'Contents']}\n" if values[b"T"] else f"{values[b'Contents']}\n"
            )
        raw.FPDFPage_CloseAnnot(note)
    return "".join(lines)


def _string(note: Any, key: bytes, raw: Any) -> str:
    size = raw.FPDFAnnot_GetStringValue(note, key, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAnnot_GetStringValue(note, key, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")


def _beside(document: Any) -> Iterator[Event]:
    told = "".join(f"{name}: {value}\n" for name, value in document.get_metadata_dict().items() if value)
    if told:
        yield Event("text", "properties", data=told.encode("utf-8", "replace"))
    for at in range(document.count_attachments()):
        attached = document.get_attachment(at)
        yield Event("file", attached.get_name() or f"attachment {at + 1}", data=bytes(attached.get_data()))
