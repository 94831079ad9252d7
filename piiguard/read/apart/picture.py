"""Pictures: what is written in them beside their pixels, and the pixels of each page in grey, for a reader of pictures."""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterator
from typing import Any

from piiguard.read.apart import pixels
from piiguard.read.apart.frames import Event
from piiguard.read.apart.sweep import is_machine

__all__ = ["prepare", "read"]

_PLUGINS = ("Bmp", "Gif", "Jpeg", "Png", "Tiff", "WebP")
_MOST = 100_000_000
"""Pixels that are decoded: what a picture of a few bytes may grow to."""
_LARGE = "not read: a picture of more than 100 million pixels"
_MOST_PAGES = 500
_MANY = "its other pages were not read: there are more than 500"
_SMALL = 1200
"""A picture that is less wide is made twice as large: letters of ten pixels are not told apart."""
_NO_TEXTS = frozenset({"exif", "icc_profile", "photoshop", "transparency"})
_EXIF = 0x8769
"""The tag under which most of what a camera writes stands."""


def prepare() -> None:
    """Load all that decoding will need. Raises: ImportError."""
    from PIL import Image, ImageOps  # noqa: F401

    for name in _PLUGINS:
        importlib.import_module(f"PIL.{name}ImagePlugin")
    Image.preinit()


def read(data: bytes) -> Iterator[Event]:
    """A picture of one page or of several."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # asked here, where it costs a line and no warning
    formats = tuple(name.upper() for name in _PLUGINS)
    with Image.open(io.BytesIO(data), formats=formats) as opened:
        pages = getattr(opened, "n_frames", 1)
        for at in range(pages):
            name = f"page {at + 1}" if pages > 1 else ""
            if at == _MOST_PAGES:
                yield Event("gap", data=_MANY.encode())
                return
            opened.seek(at)
            if opened.width * opened.height > _MOST:
                yield Event("gap", name, data=_LARGE.encode())
            else:
                grey = _grey(opened)
                yield Event("picture", name, data=pixels.pack(grey.width, grey.height, grey.tobytes()))
                if not at and (told := _beside(opened)):
                    yield Event("text", "properties", data=told.encode("utf-8", "replace"))


def _grey(page: Any) -> Any:
    """The page upright, on white, as large as it can be read."""
    from PIL import Image, ImageOps

    page = ImageOps.exif_transpose(page)
    if page.mode.startswith("I"):  # sixteen bits
        page = page.point(lambda value: value * (1 / 256))
    if page.has_transparency_data:
        page = page.convert("RGBA")
        white = Image.new("RGBA", page.size, "white")
        white.alpha_composite(page)
        page = white
    page = page.convert("L")
    size = page.width * page.height
    scale = (pixels.MOST / size) ** 0.5 if size > pixels.MOST else 2 if page.width < _SMALL else 1
    if scale == 1 or size * scale * scale > pixels.MOST * 1.01:
        return page
    return page.resize((max(1, int(page.width * scale)), max(1, int(page.height * scale))))


def _beside(opened: Any) -> str:
    """What programs and people wrote into the file: comments, descriptions, authors."""
    from PIL.ExifTags import TAGS

    told = {name: value for name, value in opened.info.items() if name not in _NO_TEXTS}
    exif = opened.getexif()
    told |= {TAGS.get(tag, tag): value for tag, value in (*exif.items(), *exif.get_ifd(_EXIF).items())}
    return "".join(
        f"{name}: {text}\n" for name, value in told.items() if not is_machine(text := _text(value))
    )


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-16-le" if b"\0" in value[-2:] else "utf-8", "replace")
    return value.replace("\0", "").strip() if isinstance(value, str) else ""
