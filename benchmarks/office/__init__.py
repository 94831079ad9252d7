"""A folder of mixed office files as a share holds them: text that comes out of them per processor second, and memory."""

from __future__ import annotations

import io
import itertools
import resource
import tempfile
from collections.abc import Iterator
from email.message import EmailMessage
from html import escape
from pathlib import Path
from typing import Any

from benchmarks.harness import Harness
from benchmarks.memory import Peak, scanned
from benchmarks.scan import logs
from benchmarks.scan.databases import COLUMNS, rows

FILES, DIFFERENT = 10_000, 500
"""Files, of which so many are different; the others are copies under their own names."""
MIX = ("docx", "docx", "docx", "xlsx", "xlsx", "xlsx", "pdf", "pdf", "rtf", "eml")
TEXT, ROWS = 20_000, 250
"""Bytes of text in a document, and rows of six columns in a sheet."""
FOLDER = 250
GOAL = 20


def run(harness: Harness) -> None:
    """Scan the folder from the command line, as a user would, with one process and with two."""
    table = []
    with tempfile.TemporaryDirectory() as folder:
        wanted = harness.size(FILES)
        held = fill(Path(folder), wanted)
        for jobs in (1, 2):
            before = _spent()
            peak = scanned(folder, "--jobs", str(jobs))
            what = f"{wanted:,} files, {held / 1e6:.0f} MB of text, {jobs} process{'es' * (jobs > 1)}"
            table.append(_row(what, held, _spent() - before, peak))
    harness.section(
        "office",
        "Scan of a folder of office files",
        ("input", "text per processor second", "goal", "largest process", "all processes at a time"),
        table,
        packages=("presidio-analyzer", "hyperscan", "pypdfium2", "python-calamine"),
        notes=(
            "`piiguard scan FOLDER` with all entities: three Word documents to three sheets of six columns of personal data, two PDFs, a "
            "rich text and a letter with a page attached. Text is counted as it was put in, in UTF-8, without the markup around it. Seconds are those "
            "of all processes together, those that take documents apart too; memory was looked at twice a second."
        ),
    )


def _row(what: str, held: int, seconds: float, peak: Peak) -> tuple[str, ...]:
    speed = f"{held / 1e6 / seconds:.1f} MB/s"
    return what, speed, f"≥ {GOAL} MB/s", f"{peak.largest} MB", f"{peak.together} MB"


def _spent() -> float:
    """Processor seconds of all processes that were started here and have ended, with theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def fill(folder: Path, wanted: int) -> int:
    """Write so many files; returns how many bytes of text they hold."""
    made = list(itertools.islice(documents(), min(wanted, DIFFERENT)))
    held = 0
    for number in range(wanted):
        kind, data, size = made[number % len(made)]
        place = folder / f"{number // FOLDER:04}"
        place.mkdir(exist_ok=True)
        (place / f"{number:05}.{kind}").write_bytes(data)
        held += size
    return held


def documents() -> Iterator[tuple[str, bytes, int]]:
    """Kind, bytes, and how much text is in it; each another one."""
    table = rows(ROWS * DIFFERENT)
    for number, kind in enumerate(itertools.cycle(MIX)):
        if kind == "xlsx":
            some = [tuple(COLUMNS), *itertools.islice(table, ROWS)]
            yield kind, _xlsx(some), sum(len(cell.encode()) for row in some for cell in row)
        else:
            text = logs.log(TEXT, personal=0.02, names=kind != "pdf", seed=number).decode()
            text = text if kind != "pdf" else text.encode("ascii", "replace").decode()
            yield kind, _MAKERS[kind](text), len(text.encode())


def _xlsx(table: list[tuple[str, ...]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Клиенты")
    for row in table:
        sheet.append(row)
    return _saved(book)


def _docx(text: str) -> bytes:
    import docx

    document = docx.Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    return _saved(document)


def _saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _pdf(text: str) -> bytes:
    """Pages of forty lines in a font that every reader has: letters of Latin alone."""
    every = text.splitlines()
    pages = [every[at : at + 40] for at in range(0, len(every), 40)]
    kids = " ".join(f"{4 + 2 * page} 0 R" for page in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
    ]
    for page, lines in enumerate(pages):
        shown = "".join(f"({_quoted(line)}) Tj T*\n" for line in lines)
        stream = f"BT /F 6 Tf 8 TL 20 800 Td\n{shown}ET".encode("ascii")
        fonts = "/Resources << /Font << /F 3 0 R >> >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1200 842] {fonts} /Contents {5 + 2 * page} 0 R >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, start = len(objects) + 1, len(out)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(out + end % (size, table, size, start))


def _quoted(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _rtf(text: str) -> bytes:
    escaped = text.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}")
    signs = "".join(sign if ord(sign) < 128 else f"\\u{ord(sign)}?" for sign in escaped)
    return ("{\\rtf1\\ansi\\uc1 " + signs.replace("\n", "\\par\n") + "}").encode("ascii")


def _eml(text: str) -> bytes:
    """Half of it in the letter, half in the page that is attached to it."""
    middle = text.find("\n", len(text) // 2) + 1
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = "Отчёт", "office@example.kz", "archive@example.kz"
    letter.set_content(text[:middle])
    page = f"<html><body><p>{escape(text[middle:]).replace(chr(10), '</p><p>')}</p></body></html>"
    letter.add_attachment(page.encode(), maintype="text", subtype="html", filename="page.html")
    return bytes(letter)


_MAKERS = {"docx": _docx, "pdf": _pdf, "rtf": _rtf, "eml": _eml}
