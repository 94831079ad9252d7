"""Documents, archives and letters of every kind, made by other hands than those that read them.

What no library writes is written here as the standards have it; ``book.xls`` was made once, by xlwt.
"""

from __future__ import annotations

import base64
import io
import mailbox
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from pathlib import Path

import docx
import openpyxl
from openpyxl.comments import Comment

from tests.corpora import values

IINS = values("KZ_IIN", 40)
PHONES = values("KZ_PHONE", 40)
NAMES = values("PERSON", 40)
LINE = "Құжат: ИИН {}, тел. {}".format
TEXT = [LINE(iin, phone) for iin, phone in zip(IINS, PHONES, strict=True)]
_XLS = Path(__file__).parent / "read" / "book.xls.b85"


def zipped(parts: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(parts: dict[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in parts.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def xlsx(rows: Sequence[Sequence[object]], sheet: str = "Клиенты") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rich_xlsx() -> bytes:
    """A workbook that has something in every corner."""
    book = openpyxl.Workbook()
    book.active.title = "Клиенты"
    book.active.append(["Отчёт за 1905 год"])
    book.active.append(["№", "ИИН", "телефон"])
    for row, (iin, phone) in enumerate(zip(IINS[:20], PHONES, strict=False), 1):
        book.active.append([row, int(iin), phone])
    hidden = book.create_sheet("Скрытый")
    hidden.sheet_state = "veryHidden"
    hidden["C7"] = f"ИИН {IINS[20]}"
    hidden["C8"].comment = Comment(f"ИИН {IINS[21]}", "Автор")
    hidden.oddFooter.center.text = f"ИИН {IINS[22]}"
    book.properties.description = f"ИИН {IINS[23]}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rich_docx() -> bytes:
    """A letter with text, a table, a form, a header, a footer and properties."""
    letter = docx.Document()
    letter.add_paragraph("Келісімшарт")
    letter.add_paragraph(TEXT[0])
    rows = [("номер", "ИИН", "тел."), *((str(n), IINS[n], PHONES[n]) for n in range(1, 16))]
    for cells in (rows, [("Аты-жөні", NAMES[0]), ("ИИН", IINS[16])]):
        table = letter.add_table(rows=0, cols=len(cells[0]))
        for row in cells:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    letter.sections[0].header.paragraphs[0].text = f"ИИН {IINS[17]}"
    letter.sections[0].footer.paragraphs[0].text = f"ИИН {IINS[18]}"
    letter.core_properties.comments = f"ИИН {IINS[19]}"
    run = letter.add_paragraph().add_run("ИИН 05")  # one number in two runs, as an editor leaves it
    run.bold = True
    out = io.BytesIO()
    letter.save(out)
    return out.getvalue()


def split_docx(number: str) -> bytes:
    letter = docx.Document()
    paragraph = letter.add_paragraph("ИИН ")
    for piece in (number[:3], number[3:7], number[7:]):
        paragraph.add_run(piece).bold = piece.startswith("0")
    out = io.BytesIO()
    letter.save(out)
    return out.getvalue()


def changed(data: bytes, **parts: Callable[[bytes], bytes]) -> bytes:
    """A package whose parts of these endings are changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            change = next((each for end, each in parts.items() if name.endswith(f"{end}.xml")), bytes)
            new.writestr(name, change(old.read(name)))
    return out.getvalue()


def crowded_docx() -> bytes:
    """A letter with deleted text, a box that is said twice for old programs, notes, a comment, and a workbook inside."""

    def text(words: str, kind: str = "t") -> str:
        return f"<w:p><w:r><w:{kind}>{words}</w:{kind}></w:r></w:p>"

    spaces = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = f"<w:txbxContent>{text(f'ИИН {IINS[1]}')}</w:txbxContent>"
    body = (
        f"<w:p><w:del><w:r><w:delText>ИИН {IINS[0]}</w:delText></w:r></w:del></w:p>"
        f"<w:p><w:r><mc:AlternateContent {spaces}><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    ).encode()
    blank = io.BytesIO()
    docx.Document().save(blank)
    own = changed(blank.getvalue(), document=lambda data: data.replace(b"<w:body>", b"<w:body>" + body, 1))
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    out = io.BytesIO(own)
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("word/footnotes.xml", f"<w:footnotes {space}>{text(f'ИИН {IINS[2]}')}</w:footnotes>")
        comment = f'<w:comment w:author="{NAMES[0]}">{text(f"ИИН {IINS[3]}")}</w:comment>'
        package.writestr("word/comments.xml", f"<w:comments {space}>{comment}</w:comments>")
        package.writestr("word/embeddings/list.xlsx", xlsx([["n", "ИИН"], *enumerate(IINS[:20])]))
    return out.getvalue()


def pdf(pages: Sequence[str | None], *, extra: bytes = b"") -> bytes:
    """A PDF of pages of text; None is a page that shows a picture alone."""
    signs = {
        sign: code
        for code, sign in enumerate(sorted({s for page in pages if page for s in page} - {"\n"}), 1)
    }
    pairs = "".join(f"<{code:02x}> <{ord(sign):04x}>\n" for sign, code in signs.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <ff> endcodespacerange\n{len(signs)} beginbfchar\n{pairs}endbfchar endcmap end end"
    )
    objects: list[bytes] = [b"", b"", _stream(cmap.encode())]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /ToUnicode 3 0 R >>")
    objects.append(_stream(b"\x7f", b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8"
                                    b" /ColorSpace /DeviceGray"))  # fmt: skip
    kids = []
    for page in pages:
        shown = b"q 400 0 0 400 50 50 cm /I Do Q"
        if page is not None:
            lines = [bytes(signs[sign] for sign in line).hex() for line in page.split("\n")]
            shown = (
                b"BT /F 8 Tf 20 800 Td 12 TL "
                + b" T* ".join(f"<{line}> Tj".encode() for line in lines)
                + b" ET"
            )
        objects.append(_stream(shown))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 900 842] /Contents %d 0 R"
            b" /Resources << /Font << /F 4 0 R >> /XObject << /I 5 0 R >> >> %s >>" % (len(objects), extra)
        )
        kids.append(f"{len(objects)} 0 R")
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    return _numbered(objects)


def _stream(data: bytes, head: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), head, data)


def _numbered(objects: Sequence[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    tail = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return bytes(out) + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{tail}".encode()


_OPEN = "urn:oasis:names:tc:opendocument:xmlns:"
_SPACES = f'xmlns:office="{_OPEN}office:1.0" xmlns:text="{_OPEN}text:1.0" xmlns:table="{_OPEN}table:1.0"'


def opened(kind: str, body: str, **parts: str) -> bytes:
    """An OpenDocument of this kind."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES} office:version="1.2">'
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    kinds = {"text": "text", "spreadsheet": "spreadsheet", "presentation": "presentation"}
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return zipped({
        "mimetype": f"application/vnd.oasis.opendocument.{kinds[kind]}", "content.xml": content,
        "META-INF/manifest.xml": manifest, **{f"{name}.xml": text for name, text in parts.items()},
    }, zipfile.ZIP_STORED)  # fmt: skip


def odt() -> bytes:
    body = "".join(f"<text:p>{line[:20]}<text:span>{line[20:]}</text:span></text:p>" for line in TEXT[:5])
    head = f"<office:document-styles {_SPACES}><text:p>ИИН {IINS[5]}</text:p></office:document-styles>"
    return opened("text", body, styles=head)


def ods() -> bytes:
    def row(cells: Sequence[str]) -> str:
        told = "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            for cell in cells
        )
        return f"<table:table-row>{told}</table:table-row>"

    rows = [("номер", "ИИН", "тел."), *((str(n), IINS[n], PHONES[n]) for n in range(20))]
    table = f'<table:table table:name="Лист">{"".join(map(row, rows))}</table:table>'
    return opened("spreadsheet", table)


def pptx() -> bytes:
    spaces = (
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
        ' xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    )

    def slide(text: str) -> str:
        return f"<p:sld {spaces}><a:p><a:r><a:t>{text[:9]}</a:t></a:r><a:r><a:t>{text[9:]}</a:t></a:r></a:p></p:sld>"

    slides: dict[str, str | bytes] = {f"ppt/slides/slide{n}.xml": slide(TEXT[n]) for n in range(1, 12)}
    return zipped({
        "[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<p/>", **slides,
        "ppt/notesSlides/notesSlide2.xml": slide(f"ИИН {IINS[12]}"),
    })  # fmt: skip


def rtf() -> bytes:
    def coded(text: str) -> str:
        plain = text.replace("қ", "к").replace("Құ", "Ку").encode("cp1251", "replace")
        return "".join(chr(byte) if byte < 128 else f"\\'{byte:02x}" for byte in plain)

    lines = "".join(f"{coded(line)}\\par\n" for line in TEXT[:5])
    told = f"{{\\info{{\\author {coded('Сынаков Асан Асанулы')}}}}}"
    return f"{{\\rtf1\\ansi\\ansicpg1251\\deff0{{\\fonttbl{{\\f0 Arial;}}}}{told}\n{lines}}}".encode()


def html() -> str:
    rows = "".join(f"<tr><td>ИИН</td><td><b>{iin[:4]}</b>{iin[4:]}</td></tr>" for iin in IINS[:5])
    told = "".join(f"&#{ord(sign)};" for sign in f"ИИН {IINS[5]}")
    return (
        f"<!DOCTYPE html><html><head><title>Есеп</title><style>p {{ margin: 0 }}</style></head><body><p>{told}</p>"
        f"<table>{rows}</table><input name='iin' value='ИИН {IINS[6]}'><!-- ИИН {IINS[7]} --></body></html>"
    )


def epub() -> bytes:
    chapter = f"<html xmlns='http://www.w3.org/1999/xhtml'><body><p>{TEXT[0]}</p></body></html>"
    return zipped({"mimetype": "application/epub+zip", "OEBPS/one.xhtml": chapter})


def letter(number: int = 0, *attached: tuple[str, bytes]) -> EmailMessage:
    """A letter in three encodings, with whatever is attached."""
    made = EmailMessage()
    made["From"] = f"{NAMES[number]} <synaq.ulgi{number}@mail.example.kz>"
    made["Subject"] = f"ИИН {IINS[number]}"
    made["Message-ID"] = "<20051129.77@mail.example.kz>"
    made.set_content(f"Добрый день, ИИН {IINS[number + 1]}\n", charset="koi8-r", cte="base64")
    made.add_alternative(
        f"<p>ИИН <b>{IINS[number + 2]}</b></p>", subtype="html", charset="cp1251", cte="quoted-printable"
    )
    for name, data in attached:
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return made


def mbox(folder: Path) -> bytes:
    path = folder / "made.mbox"
    box = mailbox.mbox(path)
    for number in (0, 5, 10):
        box.add(
            letter(
                number,
                (f"{number}.csv", b"n,iin\n" + "".join(f"{n},{IINS[n]}\n" for n in range(20)).encode()),
            )
        )
    box.close()
    data = path.read_bytes()
    path.unlink()
    return data


def xls() -> bytes:
    return zlib.decompress(base64.b85decode(_XLS.read_text("ascii").strip()))
