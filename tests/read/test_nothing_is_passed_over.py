"""Nothing that stands in a document is passed over: it is told, in whatever place of it, or named as not read.

The places are not listed by hand. A document is made by a library or by the standard, and a number is put into every text and
every attribute of every part of it in turn; whoever reads it has to tell that number, or to name what it did not read.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from piiguard.read import apart
from tests import documents as made
from tests.corpora import iin, scan
from tests.read import places

Place = tuple[str, int, str]
"""A part, the number of an element of it, and an attribute or ``#text``, ``#tail``, ``#comment``."""


@pytest.mark.parametrize("form", places.TEMPLATES)
def test_a_number_in_any_text_or_attribute_of_any_part_is_told_or_named(form: str) -> None:
    data = places.TEMPLATES[form]()
    found = [*_places(data)]
    numbers = dict(zip(found, _numbers(form), strict=False))
    assert len(found) >= places.LEAST[form]
    named: list[Place] = []
    passed = _passed_over(form.partition(" ")[0], data, found, numbers, named)
    assert passed == []
    assert len(named) <= len(found) // 5, named


def _passed_over(
    form: str, data: bytes, among: Sequence[Place], numbers: dict[Place, str], named: list[Place]
) -> list[Place]:
    """The places that are neither told nor named; a document that cannot be read is tried again with half of them."""
    told, gaps = _told(form, _marked(data, {place: numbers[place] for place in among}))
    missed = [
        place for place in among if numbers[place].lstrip("0") not in told
    ]  # a number has no leading zeros
    if not missed or not gaps:
        return missed
    if len(among) == 1:
        named += among
        return []
    half = len(among) // 2
    return [
        *_passed_over(form, data, among[:half], numbers, named),
        *_passed_over(form, data, among[half:], numbers, named),
    ]


def _numbers(seed: str) -> Iterator[str]:
    """Numbers, none of them twice."""
    dice, seen = random.Random(seed), set()
    while True:
        if (number := iin(dice)) not in seen:
            seen.add(number)
            yield number


def _told(form: str, data: bytes) -> tuple[str, bool]:
    told, gaps = [], False
    for event in apart.events(form, data):
        gaps = gaps or event.kind == "gap"
        told.append(f"{event.name}\n{event.data.decode('utf-8', 'replace')}")
    return "\n".join(told), gaps


def _parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            yield name, package.read(name)


def _places(data: bytes) -> Iterator[Place]:
    """One place of each kind: an attribute of an element that stands in such another, and the texts below it."""
    for name, content in _parts(data):
        if not name.endswith((".xml", ".rels", ".rdf", ".vml")):
            continue
        seen = set()
        parents: dict[ET.Element, str] = {}
        for number, node in enumerate(_tree(content).iter()):
            path = f"{parents.get(node, '')}/{node.tag}"
            parents |= dict.fromkeys(node, path)
            own = [*node.attrib, "#comment"]
            if node.text or not len(node):
                own.append("#text")
            if node.tail:
                own.append("#tail")
            for place in own:
                if (path, place) not in seen:
                    seen.add((path, place))
                    yield name, number, place


def _marked(data: bytes, numbers: dict[Place, str]) -> bytes:
    parts: dict[str, str | bytes] = {}
    for name, content in _parts(data):
        own = {place[1:]: number for place, number in numbers.items() if place[0] == name}
        parts[name] = _with(content, own) if own else content
    return made.zipped(parts, zipfile.ZIP_STORED)


def _with(content: bytes, numbers: dict[tuple[int, str], str]) -> bytes:
    root = _tree(content)
    nodes = [*root.iter()]
    for (number, place), value in numbers.items():
        node = nodes[number]
        text = f"ИИН {value}" if int(value) % 2 else value
        if place == "#comment":
            node.insert(0, ET.Comment(f" {text} "))
        elif place == "#text":
            node.text = text
        elif place == "#tail":
            node.tail = text
        else:
            node.set(place, text)
    return ET.tostring(root, encoding="unicode").encode()


def _tree(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 - our own


@pytest.mark.parametrize("kind", places.DIVIDED)
def test_a_number_that_is_shown_whole_is_found_whole(kind: str, tmp_path: Path) -> None:
    name, data = places.DIVIDED[kind](made.IINS[0])
    path = tmp_path / name
    path.write_bytes(data)
    code, document = scan(path, "--entities", "KZ_IIN", out=tmp_path / "o.json")
    assert (code, sum(each["matched"] for each in document["findings"])) == (3, 1)


@pytest.mark.parametrize("form", places.TEMPLATES)
def test_a_document_without_people_brings_no_findings_and_no_gaps(form: str, tmp_path: Path) -> None:
    """What programs write into styles, themes and settings is no text of anybody."""
    path = tmp_path / f"a.{form.partition(' ')[2]}"
    path.write_bytes(places.TEMPLATES[form]())
    code, document = scan(path, "--min-confidence", "low", out=tmp_path / "o.json")
    assert (code, document["findings"]) == (0, [])


def test_what_a_sheet_shows_is_not_told_again_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    rows: list[list[object]] = [
        ["n", "ИИН", "әріп"],
        *([n, int(made.IINS[n]), made.TEXT[n]] for n in range(20)),
    ]
    path.write_bytes(made.xlsx(rows))
    _, document = scan(path, "--entities", "KZ_IIN", out=tmp_path / "o.json")
    assert {each["file"] for each in document["findings"]} == {f"{path}!Клиенты"}


def test_what_stands_in_an_old_workbook_beside_its_cells_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(made.xls() + f" ИИН {made.IINS[30]} ".encode("utf-16-le"))
    _, document = scan(path, "--entities", "KZ_IIN", out=tmp_path / "o.json")
    found = {each["file"].removeprefix(str(path)): each["matched"] for each in document["findings"]}
    assert found == {"!Клиенты": 12, "!objects": 1}
