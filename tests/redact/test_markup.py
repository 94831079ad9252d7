"""A document of XML stays one, whatever stands in place of a value, and pseudonyms come back in it."""

from __future__ import annotations

from pathlib import Path
from typing import get_args
from xml.etree.ElementTree import Element, fromstring

import pytest

from piiguard.cli.main import run
from piiguard.keys import Keyring
from piiguard.redact.choices import Operator
from piiguard.scan import scan_log
from tests import corpora

IIN, PHONE, NAME = (corpora.values(kind, 1)[0] for kind in ("KZ_IIN", "KZ_PHONE", "PERSON"))
DOCUMENTS = {
    "declared": f"<?xml version='1.0'?>\n<c><fio>{NAME}</fio><iin>{IIN}</iin><tel n='{PHONE}'/></c>\n",
    "behind its mark": f"\ufeff<?xml version='1.0'?>\n<c iin=\"{IIN}\"><!-- тел. {PHONE} --><fio>{NAME}</fio></c>\n",
    "undeclared": f"\n  <soap:Envelope xmlns:soap='urn:x'>\n<fio>{NAME}</fio><![CDATA[ИИН {IIN}]]><t>тел. {PHONE}</t></soap:Envelope>",
    "on one line": f"<people>{f'<p><fio>{NAME}</fio><iin>{IIN}</iin><tel>{PHONE}</tel></p>' * 3}</people>",
}  # fmt: skip


def shape(text: str) -> object:
    return parts(fromstring(text.lstrip("\ufeff").strip()))  # noqa: S314 - our own text


def parts(node: Element) -> object:
    return node.tag, sorted(node.attrib), [parts(child) for child in node]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("operator", get_args(Operator))
@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_document_of_xml_can_be_parsed_when_it_is_redacted(
    tmp_path: Path, keyring: Keyring, kind: str, operator: str, encoding: str
) -> None:
    path, clean, back = tmp_path / "people.xml", tmp_path / "clean.xml", tmp_path / "back.xml"
    text = DOCUMENTS[kind] if encoding == "utf-8" else DOCUMENTS[kind].removeprefix("\ufeff")
    path.write_bytes(text.encode(encoding))
    options = ["--keyring", str(keyring.path)]
    assert run(["redact", str(path), "-o", str(clean), "--check", "--operator", operator, *options]) == 0
    made = clean.read_bytes().decode(encoding)
    assert shape(made) == shape(text)
    assert not any(value in made for value in (IIN, PHONE, NAME))
    assert not scan_log(str(clean)).findings
    if operator == "pseudonym":
        assert run(["reveal", str(clean), "-o", str(back), *options]) == 0
        assert back.read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    "text", [f"<34>1 2026-11-30T10:00:00Z app ИИН {IIN}\n", f"<nobody> ИИН {IIN}\n", f"< ИИН {IIN}\n"]
)
def test_a_log_that_begins_with_a_bracket_is_no_document(tmp_path: Path, text: str) -> None:
    path, clean = tmp_path / "a.log", tmp_path / "clean.log"
    path.write_text(text, encoding="utf-8")
    assert run(["redact", str(path), "-o", str(clean), "--operator", "tag"]) == 0
    assert clean.read_text(encoding="utf-8") == text.replace(IIN, "<KZ_IIN>")
