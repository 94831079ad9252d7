"""However a value is spelled, redact removes it and leaves the rest as it was."""

from __future__ import annotations

import html
import io
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from piiguard.detect.escapes import Spelled
from piiguard.redact.redactor import Redactor
from piiguard.redact.stream import StreamRedactor
from piiguard.scan import scan_log

FULL_WIDTH = str.maketrans("0123456789+@.", "０１２３４５６７８９＋＠．")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def hexed(text: str, mark: str = "\\x") -> str:
    """As nginx writes what is not plain."""
    return "".join(
        character if character.isalnum() and character.isascii() else "".join(f"{mark}{byte:02X}" for byte in character.encode())
        for character in text
    )  # fmt: skip


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "percent": quote,
    "percent, all of it": lambda text: hexed(text, "%"),
    "plus": quote_plus,
    "twice": lambda text: quote(quote(text)),
    "twice, plus": lambda text: quote_plus(quote_plus(text)),
    "hex": hexed,
    "hex, nested": lambda text: hexed(text).replace("\\", "\\\\"),
    "json": lambda text: json.dumps(text)[1:-1],
    "json, nested": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "references": lambda text: "".join(f"&#{ord(character)};" for character in text),
    "references, hexadecimal": lambda text: "".join(f"&#x{ord(character):X};" for character in text),
    "references, nested": lambda text: html.escape("".join(f"&#{ord(character)};" for character in text)),
    "full width": lambda text: text.translate(FULL_WIDTH),
    "arabic": lambda text: text.translate(ARABIC),
    "zero width": lambda text: "\u200b".join(text),
    "soft hyphens": lambda text: text[:5] + "\u00ad" + text[5:],
}
VALUES = {
    "iin": "050312300015",
    "phone": "+7 (701) 123-45-67",
    "mobile": "+7 701 123 45 67",
    "card": "4111 1111 1111 1111",
    "fio": "Сынақов Үлгі Мысалұлы",
}
PLACES = {
    "query": '203.0.113.7 - - [12/Mar/2026:10:00:00 +0500] "GET /s?a=1&{label}={value}&b=2 HTTP/1.1" 200 17',
    "text": "[2026-03-12] клиент {label}: {value}, принят",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_what_is_spelled_in_another_way_is_removed_and_the_rest_stays(
    redactor: Redactor, spelling: str, place: str
) -> None:
    if place == "text" and "plus" in spelling:
        pytest.skip("a plus is a blank in a query alone")
    for label, value in VALUES.items():
        if place == "query" and spelling == "as it is" and " " in value:
            continue
        written = SPELLINGS[spelling](value)
        before, after = PLACES[place].format(label=label, value="\0").split("\0")
        line = before + written + after
        clean = redactor.text(line)
        assert clean.startswith(before.rstrip("\\ &;%20"))
        assert clean.endswith(after)
        middle = clean[len(before) : -len(after)]
        meant = Spelled(middle).view
        assert not any(part in meant for part in ("300015", "123", "1111", "ынақов", "ысалұлы")), middle
        if "%" in written:
            assert " " not in middle, "an address has no blanks"
        stream = StreamRedactor(redactor)
        assert (stream.feed(line.encode()) + stream.finish()).decode() == clean
        assert scan_log(io.BytesIO(line.encode())).findings
        assert not [
            each for each in scan_log(io.BytesIO(clean.encode())).findings if each.confidence != "low"
        ]


@pytest.mark.parametrize(
    "text",
    [
        "{1:F01X}{4:\n//IDN/050312300015\n-}",
        r"{\rtf1\ansi \'c8\'c8\'cd 050312300015, 5}",
        "{050312300015} is no JSON",
        "{ИИН 050312300015}",
    ],
)
def test_a_text_that_begins_with_a_bracket_keeps_its_form(redactor: Redactor, text: str) -> None:
    stream = StreamRedactor(redactor)
    clean = (stream.feed(text.encode()) + stream.finish()).decode()
    assert clean == text.replace("050312300015", "05**********") == redactor.text(text)
