"""Documents with as many kinds of places as the libraries and the standards give them, and no person in any."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import docx
import openpyxl
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule, Rule
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.scenario import InputCells, Scenario, ScenarioList
from openpyxl.worksheet.table import Table

from tests import documents as made

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
_V = 'xmlns:v="urn:schemas-microsoft-com:vml"'


def _added(data: bytes, parts: dict[str, str]) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def xlsx() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["а", "б"])
    sheet.append([1, "в"])
    sheet["C3"] = '=IF(A2=1,"г","ғ")'
    sheet["C4"].comment = Comment("д", "е")
    sheet["C5"].number_format = '"сом "0.00'
    sheet["C5"] = 2.5
    sheet["C6"].hyperlink = "https://example.kz/a"
    listed = DataValidation(
        type="list", formula1='"ж,з"', prompt="и", promptTitle="й", error="к", errorTitle="қ"
    )
    listed.add("A1")
    sheet.add_data_validation(listed)
    sheet.conditional_formatting.add("A1", CellIsRule(operator="equal", formula=['"л"']))
    rule = Rule(type="containsText", operator="containsText", text="м", dxf=DifferentialStyle())
    rule.formula = ['NOT(ISERROR(SEARCH("м",A1)))']
    sheet.conditional_formatting.add("B1", rule)
    sheet.auto_filter.ref = "A1:B2"
    sheet.auto_filter.add_filter_column(1, ["н"])
    sheet.scenarios = ScenarioList(
        [Scenario(name="ң", inputCells=[InputCells("A1", val="о")], comment="ө", user="п")]
    )
    sheet.oddHeader.left.text = "р"
    second = book.create_sheet("с")
    second.append(["т", "у"])
    second.append([3, 4])
    second.add_table(Table(displayName="T1", ref="A1:B2", comment="ұ"))
    chart = BarChart()
    chart.title = "ү"
    chart.add_data(Reference(second, min_col=2, min_row=1, max_row=2), titles_from_data=True)
    second.add_chart(chart)
    book.defined_names["d1"] = DefinedName("d1", attr_text='"ф"', comment="х")
    out = io.BytesIO()
    book.save(out)
    si = "<si><t>һ</t><rPh sb='0' eb='1'><t>ц</t></rPh></si><si><r><t>ч</t></r><r><t>ш</t></r></si>"
    data = made.changed(
        out.getvalue(), sharedStrings=lambda data: data.replace(b"</sst>", f"{si}</sst>".encode())
    )
    thread = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    return _added(data, {
        "xl/threadedComments/threadedComment1.xml": f'<ThreadedComments xmlns="{thread}"><threadedComment ref="A1"><text>щ</text></threadedComment></ThreadedComments>',
        "xl/persons/person.xml": f'<personList xmlns="{thread}"><person displayName="ы" id="1"/></personList>',
        "xl/connections.xml": f'<connections {_S}><connection id="1" name="і"><dbPr connection="э" command="ю"/></connection></connections>',
        "xl/slicerCaches/slicerCache1.xml": f"<slicerCacheDefinition {_S} name='я'><x>а</x></slicerCacheDefinition>",
        "xl/ctrlProps/ctrlProp1.xml": f'<formControlPr {_S} fmlaLink="б"/>',
        "xl/pivotCache/pivotCacheRecords1.xml": f'<pivotCacheRecords {_S}><r><s v="в"/></r></pivotCacheRecords>',
        "xl/externalLinks/externalLink1.xml": f'<externalLink {_S}><externalBook><sheetDataSet><sheetData sheetId="0"><row r="1"><cell r="A1" t="str"><v>г</v></cell></row></sheetData></sheetDataSet></externalBook></externalLink>',
        "xl/revisions/revisionLog1.xml": f'<revisions {_S}><rcc rId="1"><nc r="A1" t="inlineStr"><is><t>ғ</t></is></nc></rcc></revisions>',
        "xl/worksheets/sheet9.xml": f'<worksheet {_S}><sheetData><row r="1"><c r="A1" t="str"><v>д</v></c></row></sheetData></worksheet>',
        "customXml/item9.xml": "<a><b c='е'>ж</b></a>",
    })  # fmt: skip


_BODY = (
    "<w:p><w:r><w:t>а</w:t></w:r><w:del w:id='1' w:author='б'><w:r><w:delText>в</w:delText></w:r></w:del></w:p>"
    "<w:p><w:moveFrom w:id='2'><w:r><w:t>г</w:t></w:r></w:moveFrom></w:p>"
    "<w:sdt><w:sdtPr><w:alias w:val='д'/><w:dropDownList><w:listItem w:displayText='е' w:value='ж'/></w:dropDownList>"
    "</w:sdtPr><w:sdtContent><w:p><w:r><w:t>з</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    "<w:p><w:r><w:fldChar w:fldCharType='begin'><w:ffData><w:textInput><w:default w:val='и'/></w:textInput></w:ffData>"
    "</w:fldChar></w:r><w:r><w:instrText>DATE</w:instrText></w:r></w:p>"
    "<w:p><w:fldSimple w:instr='PAGE'><w:r><w:t>к</w:t></w:r></w:fldSimple></w:p>"
    "<w:p><w:r><w:ruby><w:rt><w:r><w:t>л</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>м</w:t></w:r></w:rubyBase></w:ruby>"
    "</w:r></w:p>"
    f"<w:p><w:r><w:pict><v:shape {_V} alt='н'><v:textpath string='ң'/></v:shape></w:pict></w:r></w:p>"
    f"<w:p><w:r><mc:AlternateContent {_MC}><mc:Choice Requires='z'><w:t>о</w:t></mc:Choice><mc:Fallback><w:t>ө</w:t>"
    "</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    "<w:tbl><w:tblPr><w:tblCaption w:val='п'/></w:tblPr><w:tr><w:tc><w:p><w:r><w:t>р</w:t></w:r></w:p></w:tc><w:tc><w:p>"
    "<w:r><w:t>с</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>т</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
)


def docx_() -> bytes:
    letter = docx.Document()
    letter.add_paragraph("у")
    letter.sections[0].header.paragraphs[0].text = "ұ"
    out = io.BytesIO()
    letter.save(out)
    data = made.changed(
        out.getvalue(),
        document=lambda data: data.replace(b"<w:body>", b"<w:body>" + _BODY.encode(), 1),
        settings=lambda data: data.replace(
            b"</w:settings>",
            "<w:docVars><w:docVar w:name='ү' w:val='ф'/></w:docVars></w:settings>".encode(),
            1,
        ),
    )
    text = "<w:p><w:r><w:t>х</w:t></w:r></w:p>"
    return _added(data, {
        "word/footnotes.xml": f"<w:footnotes {_W}><w:footnote>{text}</w:footnote></w:footnotes>",
        "word/comments.xml": f"<w:comments {_W}><w:comment w:author='һ' w:initials='ц'>{text}</w:comment></w:comments>",
        "word/people.xml": f"<w:people {_W}><w:person w:author='ч'/></w:people>",
        "word/glossary/document.xml": f"<w:glossaryDocument {_W}>{text}</w:glossaryDocument>",
        "customXml/item9.xml": "<a><b c='ш'>щ</b></a>",
        "word/drawings/vmlDrawing1.vml": f"<xml {_V}><v:shape title='ъ'>ы</v:shape></xml>",
    })  # fmt: skip


def pptx() -> bytes:
    data = made.pptx()
    space = (
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
        ' xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    )
    slide = f"<p:sld {space}><p:cNvPr id='1' name='а' descr='б'/><a:p><a:r><a:t>в</a:t></a:r></a:p><a:tbl><a:tr><a:tc><a:p><a:r><a:t>г</a:t></a:r></a:p></a:tc></a:tr></a:tbl></p:sld>"
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        parts: dict[str, str | bytes] = {
            name: slide if "lides/" in name else old.read(name) for name in old.namelist()
        }
    parts["ppt/presentation.xml"] = f"<p:presentation {space}><p:custShow name='ғ'/></p:presentation>"
    parts["ppt/comments/comment1.xml"] = f"<p:cmLst {space}><p:cm><p:text>д</p:text></p:cm></p:cmLst>"
    parts["ppt/tags/tag1.xml"] = f"<p:tagLst {space}><p:tag name='е' val='ж'/></p:tagLst>"
    return made.zipped(parts)


_META = (
    "<office:document-meta xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0'"
    " xmlns:meta='urn:oasis:names:tc:opendocument:xmlns:meta:1.0'><office:meta><meta:user-defined meta:name='а'>б"
    "</meta:user-defined><meta:generator>в</meta:generator></office:meta></office:document-meta>"
)
_SETTINGS = (
    "<office:document-settings xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0'"
    " xmlns:config='urn:oasis:names:tc:opendocument:xmlns:config:1.0'><config:config-item config:name='а'>б"
    "</config:config-item></office:document-settings>"
)


def odt() -> bytes:
    body = (
        "<text:tracked-changes><text:changed-region text:id='ct1'><text:deletion><text:p>а</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes><text:p>б<text:change text:change-id='ct1'/>в<text:span>г</text:span>ғ"
        "<office:annotation><text:p>д</text:p></office:annotation>е<text:note><text:note-citation>ж</text:note-citation>"
        "<text:note-body><text:p>з</text:p></text:note-body></text:note><text:ruby><text:ruby-base>и</text:ruby-base>"
        "<text:ruby-text>й</text:ruby-text></text:ruby><text:a office:name='к'>қ</text:a></text:p>"
        "<table:table table:name='л'><table:table-row><table:table-cell><text:p>м</text:p></table:table-cell>"
        "<table:table-cell><text:p>н</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell>"
        "<text:p>ң</text:p></table:table-cell></table:table-row></table:table>"
        "<text:user-field-decl office:string-value='о' text:name='ө'/>"
    )
    return made.opened("text", body, meta=_META, settings=_SETTINGS, styles=f"<office:a {made._SPACES}><text:p>п</text:p></office:a>")  # fmt: skip


def ods() -> bytes:
    body = (
        "<table:content-validations><table:content-validation table:name='v1' table:condition='а'><table:help-message>"
        "<text:p>б</text:p></table:help-message></table:content-validation></table:content-validations>"
        "<table:table table:name='в'><table:table-row><table:table-cell office:value-type='string'><text:p>г</text:p>"
        "<office:annotation><text:p>ғ</text:p></office:annotation></table:table-cell><table:table-cell"
        " office:value-type='float' office:value='5'><text:p>5,00</text:p></table:table-cell></table:table-row>"
        "<table:table-row><table:table-cell office:value-type='string' table:formula='of:=д'><text:p>е</text:p>"
        "</table:table-cell></table:table-row></table:table><table:named-expressions><table:named-expression"
        " table:name='ж' table:expression='з'/></table:named-expressions>"
    )
    return made.opened("spreadsheet", body, meta=_META, settings=_SETTINGS)


TEMPLATES: dict[str, Callable[[], bytes]] = {
    "workbook xlsx": xlsx, "word docx": docx_, "slides pptx": pptx, "open odt": odt, "sheets ods": ods,
}  # fmt: skip
LEAST = {"workbook xlsx": 900, "word docx": 900, "slides pptx": 100, "open odt": 60, "sheets ods": 40}
"""Places of each, at least."""


def _word(body: str) -> bytes:
    out = io.BytesIO()
    docx.Document().save(out)
    return made.changed(
        out.getvalue(), document=lambda data: data.replace(b"<w:body>", b"<w:body>" + body.encode(), 1)
    )


def _between(number: str, what: str) -> tuple[str, bytes]:
    run = "<w:r><w:t xml:space='preserve'>{}</w:t></w:r>".format
    return "a.docx", _word(f"<w:p>{run(f'ИИН {number[:4]}')}{what}{run(number[4:])}</w:p>")


def _symbols(number: str) -> tuple[str, bytes]:
    signs = "".join(f'<w:sym w:font="Arial" w:char="F0{ord(sign):02X}"/>' for sign in number)
    return "a.docx", _word(f"<w:p><w:r><w:t xml:space='preserve'>ИИН </w:t>{signs}</w:r></w:p>")


def _end_deleted(number: str) -> tuple[str, bytes]:
    first = (
        f"<w:p><w:pPr><w:rPr><w:del w:id='1'/></w:rPr></w:pPr><w:r><w:t>ИИН {number[:4]}</w:t></w:r></w:p>"
    )
    return "a.docx", _word(f"{first}<w:p><w:r><w:t>{number[4:]}</w:t></w:r></w:p>")


def _open(number: str, what: str) -> tuple[str, bytes]:
    return "a.odt", made.opened("text", f"<text:p>ИИН {number[:4]}{what}{number[4:]}</text:p>")


_BOX = "<w:txbxContent><w:p><w:r><w:t>қорап</w:t></w:r></w:p></w:txbxContent>"
DIVIDED: dict[str, Callable[[str], tuple[str, bytes]]] = {
    "deleted": lambda n: _between(n, "<w:del w:id='1'><w:r><w:delText>99</w:delText></w:r></w:del>"),
    "moved": lambda n: _between(n, "<w:moveFrom w:id='1'><w:r><w:t>99</w:t></w:r></w:moveFrom>"),
    "a field": lambda n: _between(n, "<w:r><w:instrText> PAGE 7 </w:instrText></w:r>"),
    "a text box": lambda n: _between(n, f"<w:r><w:pict>{_BOX}</w:pict></w:r>"),
    "a reading aid": lambda n: _between(
        n, "<w:r><w:ruby><w:rt><w:r><w:t>оқу</w:t></w:r></w:rt><w:rubyBase/></w:ruby></w:r>"
    ),
    "what is deleted alone": lambda n: ("a.docx", _word(
        f"<w:p><w:r><w:t>ИИН {n[:4]}</w:t></w:r><w:del w:id='1'><w:r><w:delText>{n[4:]}</w:delText></w:r></w:del></w:p>"
    )),
    "signs of a font": _symbols,
    "a deleted end of a paragraph": _end_deleted,
    "a note": lambda n: _open(n, "<text:note><text:note-body><text:p>5</text:p></text:note-body></text:note>"),
    "a comment": lambda n: _open(n, "<office:annotation><text:p>5</text:p></office:annotation>"),
    "a ruby": lambda n: _open(n, "<text:ruby><text:ruby-base/><text:ruby-text>5</text:ruby-text></text:ruby>"),
}  # fmt: skip
