"""What a PDF document holds beside the text of its pages is found, wherever it lies, or named."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import documents as made
from tests.corpora import scan, unread

IIN = made.IINS[0]
LINE = f"IIN {IIN}".encode()
KEPT = made.pdf(["Бет"])
SHOWN = b"BT /F1 12 Tf 50 700 Td (%s) Tj ET"


def document(
    *objects: bytes, page: bytes = b"", catalog: bytes = b"", shown: bytes = b"(x)", font: bytes = b""
) -> bytes:
    """A document of one page, with objects from 6 on."""
    content = b"BT /F1 12 Tf 50 700 Td " + shown + b" Tj ET"
    every = [
        b"<</Type/Catalog/Pages 2 0 R " + catalog + b">>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>> " + page + b">>",
        stream(content), b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica" + font + b">>", *objects,
    ]  # fmt: skip
    return made._numbered(every)


def stream(data: bytes, head: bytes = b"", *, packed: bool = False) -> bytes:
    if packed:
        data, head = zlib.compress(data), head + b"/Filter/FlateDecode"
    return b"<</Length %d %s>>stream\n%s\nendstream" % (len(data), head, data)


def written_on() -> bytes:
    old = document(shown=b"(" + LINE + b")")
    new = b"4 0 obj\n" + stream(SHOWN % b"x") + b"\nendobj\n"
    table = f"xref\n4 1\n{len(old):010} 00000 n \ntrailer<</Size 6/Root 1 0 R/Prev {old.rindex(b'xref', 0, -30)}>>\n"
    return old + new + table.encode() + f"startxref\n{len(old) + len(new)}\n%%EOF\n".encode()


WIDE = b"<FEFF" + "".join(f"{ord(sign):04X}" for sign in f"ИИН {IIN}").encode() + b">"
OCTAL = b"(IIN " + "".join(f"\\{ord(sign):03o}" for sign in IIN).encode() + b")"
FOUND: dict[str, Callable[[], bytes]] = {
    "a bookmark": lambda: document(b"<</Title(" + LINE + b")>>", catalog=b"/Outlines 6 0 R"),
    "in UTF-16": lambda: document(b"<</Title" + WIDE + b">>"),
    "in octal": lambda: document(b"<</Title" + OCTAL + b">>"),
    "an address": lambda: document(page=b"/Annots[<</Subtype/Link/A<</S/URI/URI(http://a/?iin=" + IIN.encode() + b")>>>>]"),
    "a script": lambda: document(catalog=b'/OpenAction<</S/JavaScript/JS(app.alert("' + LINE + b'"))>>'),
    "a choice of a form": lambda: document(b"<</FT/Ch/T(a)/Opt[(" + LINE + b")(b)]>>"),
    "XFA": lambda: document(stream(f"<xdp><iin>ИИН {IIN}</iin></xdp>".encode(), packed=True)),
    "XMP": lambda: document(stream(f"<x d='ИИН {IIN}'/>".encode(), b"/Type/Metadata/Subtype/XML")),
    "another text": lambda: document(shown=b"/Span<</ActualText(" + LINE + b")>>BDC (x) Tj EMC (y)"),
    "a stamp": lambda: document(
        stream(SHOWN % LINE, b"/Type/XObject/Subtype/Form/BBox[0 0 600 900]/Resources<</Font<</F1 5 0 R>>>>"),
        page=b"/Annots[<</Type/Annot/Subtype/Stamp/Rect[0 0 600 900]/AP<</N 6 0 R>>>>]",
    ),
    "what is not shown any more": lambda: document(stream(SHOWN % LINE, b"/Subtype/Form", packed=True)),
    "objects in a stream": lambda: document(stream(b"9 0 <</Title(" + LINE + b")>>", b"/Type/ObjStm/N 1/First 4", packed=True)),
    "an attached file": lambda: document(
        stream(f"ИИН {IIN}\n".encode(), b"/Type/EmbeddedFile", packed=True), catalog=b"/AF[<</EF<</F 6 0 R>>>>]"
    ),
    "an earlier version": written_on,
    "bytes in front": lambda: b"ok\n" + LINE + b"\n" + document(),
    "bytes behind": lambda: document() + LINE + b"\n",
    "a comment": lambda: document(b"% " + LINE + b"\n<<>>"),
}  # fmt: skip
NAMED: dict[str, Callable[[], bytes]] = {
    "a font without meaning": lambda: document(
        shown=b"<" + LINE.hex().encode() + b">",
        font=b"/Encoding<</Differences[0 " + b" ".join(b"/g%d" % n for n in range(256)) + b"]>>",
    ),
    "a filter that nobody undoes": lambda: document(stream(b"abc", b"/Filter/LZWDecode")),
}


@pytest.mark.parametrize("what", FOUND)
def test_it_is_found_wherever_it_lies(what: str, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(FOUND[what]())
    code, report = scan(path, "--entities", "KZ_IIN", out=tmp_path / "o.json")
    assert (code, unread(report), [each["matched"] for each in report["findings"]]) == (3, "", [1])


@pytest.mark.parametrize("what", NAMED)
def test_what_cannot_be_read_is_named(what: str, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(NAMED[what]())
    code, report = scan(path, "--entities", "KZ_IIN", out=tmp_path / "o.json")
    assert code == 4
    assert unread(report)


def test_what_a_page_shows_is_not_told_again(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(
        document(
            shown=b"[(IIN 0" + b") -10 (".join(IIN[n : n + 1].encode() for n in range(1, 12)) + b")] TJ ( x)"
        )
    )
    _, report = scan(path, "--entities", "KZ_IIN", out=tmp_path / "o.json")
    assert [(each["file"], each["matched"]) for each in report["findings"]] == [(str(path), 1)]
