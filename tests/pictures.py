"""Pictures for tests, and a program that stands in for tesseract: it says what lies beside it, in tesseract's own forms."""

from __future__ import annotations

import io
import os
import struct
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest

__all__ = ["bomb", "picture", "stand_in", "tsv"]

_STAND_IN = """#!{python} -IS
import os, sys
here = os.path.dirname(os.path.abspath(__file__))
if "--list-langs" in sys.argv:
    print("List of available languages in /nowhere (4):", *{languages!r}, sep="\\n")
    sys.exit()
seen = sys.stdin.buffer.read()
{body}
"""
_SAYS = """
name = "zone" if "--psm" in sys.argv else "page"
sys.stdout.buffer.write(open(os.path.join(here, name), "rb").read())
"""
_HEAD = "level page_num block_num par_num line_num word_num left top width height conf text"


def tsv(
    lines: Sequence[str], *, sure: float = 96.0, doubted: Sequence[str] = (), box: tuple[int, int] = (99, 15)
) -> str:
    """A page in tesseract's table: a row for each word, 20 rows of the picture for each line; some words are doubted.

    A word is as wide and as high as its ``box``.
    """
    rows = [_HEAD.split(), ["1", "1", "0", "0", "0", "0", "0", "0", "900", "900", "-1", ""]]
    for at, line in enumerate(lines, 1):
        for number, word in enumerate(line.split(), 1):
            conf = "12.5" if word in doubted else str(sure)
            rows.append(
                ["5", "1", "1", "1", str(at), str(number), "10", str(at * 20), *map(str, box), conf, word]
            )
    return "".join("\t".join(row) + "\n" for row in rows)


def stand_in(
    folder: Path,
    page: str = "",
    zone: str = "",
    *,
    languages: Sequence[str] = ("eng", "kaz", "osd", "rus"),
    body: str = _SAYS,
) -> str:
    """Put the program there, and say what ``PATH`` finds it by."""
    folder.mkdir(exist_ok=True)
    (folder / "page").write_text(page, "utf-8")
    (folder / "zone").write_text(zone, "utf-8")
    program = folder / "tesseract"
    program.write_text(_STAND_IN.format(python=sys.executable, languages=languages, body=body), "utf-8")
    program.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def picture(
    form: str = "PNG", lines: Sequence[str] = (), *, pages: int = 1, comment: str = "", lying: bool = False
) -> bytes:
    """A picture of these lines, in the letters that every Pillow has."""
    image = pytest.importorskip("PIL.Image")
    draw, font = pytest.importorskip("PIL.ImageDraw"), pytest.importorskip("PIL.ImageFont")
    own = image.new("L", (1500, 1000), 240)
    for at, line in enumerate(lines):
        draw.Draw(own).text((40, 40 + 80 * at), line, font=font.load_default(40), fill=0)
    own = own.rotate(90, expand=True) if lying else own
    out, more = io.BytesIO(), {}
    if pages > 1:
        # two that are alike would be one
        frames = [own.point(lambda value, by=by: value - by) for by in range(1, pages)]
        more = {"save_all": True, "append_images": frames}
    if comment:
        about = pytest.importorskip("PIL.PngImagePlugin").PngInfo()
        about.add_text("Description", comment)
        more["pnginfo"] = about
    own.save(out, form, **more)
    return out.getvalue()


def bomb() -> bytes:
    """A picture of a few bytes that says that it is 60,000 pixels wide and high."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(9000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
