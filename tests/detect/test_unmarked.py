"""Texts in hexadecimal digits or base64 that nothing says so of, in cells, values and lines."""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiguard.detect.escapes import Shown, Spelled, is_spelled
from tests import corpora

SAYINGS = (
    "050312300015",
    "ИИН 050312300015",
    "+7 (701) 123-45-67",
    "87011234567",
    "Сынақов Ерлан Болатұлы",
    "phone +77011234567",
    "aigerim@example.kz",
)
PACKED: dict[str, Callable[[str], str]] = {
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "0x": lambda text: f"0x{text.encode().hex()}",
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
}
WIDE: dict[str, Callable[[str], str]] = {
    "hex of UTF-16": lambda text: f"0x{text.encode('utf-16-le').hex()}",
    "base64 of UTF-16": lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    "a registry's text": lambda text: f"hex(1):{f'{text}{chr(0)}'.encode('utf-16-le').hex(',')}",
}
PLACES = ("{}", "iin: {}", '{{"v":"{}"}}', "2026-11-30 INFO payload={} done", "a,{},b", "<iin>{}</iin>")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("saying", SAYINGS)
@pytest.mark.parametrize("pack", PACKED.values(), ids=PACKED)
def test_a_text_in_digits_or_letters_of_another_kind_is_read_where_it_stands(
    pack: Callable[[str], str], saying: str, place: str
) -> None:
    packed = pack(saying)
    written = place.format(packed)
    assert is_spelled(written)
    spelled = Spelled(written)
    start = spelled.view.index(saying)
    left, right = spelled.span(start, start + len(saying))
    assert written[left:right] == packed
    assert saying in Shown.of(f"INFO\n{written}\n".encode()).data.decode()


@pytest.mark.parametrize("saying", ["050312300015", "87011234567", "+77011234567"])
@pytest.mark.parametrize("pack", WIDE.values(), ids=WIDE)
def test_numbers_in_utf_16_are_read_too(pack: Callable[[str], str], saying: str) -> None:
    assert saying in Spelled(f'"iin"={pack(saying)}').view


@given(
    st.binary(min_size=9, max_size=40), st.sampled_from([bytes.hex, lambda b: base64.b64encode(b).decode()])
)
def test_bytes_that_are_no_text_stay_as_they_are_written(octets: bytes, pack: Callable[[bytes], str]) -> None:
    packed = pack(b"\xff\x00\x01" + octets + b"\x02\xfe")
    assert packed in Spelled(f"id={packed} ok").view


def test_random_identifiers_stay_as_they_are_written() -> None:
    source = random.Random(7)
    for size in (9, 12, 16, 20, 32):
        octets = source.randbytes(size)
        for word in (octets.hex(), base64.b64encode(octets).decode()):
            assert Spelled(f"request_id={word} path=/api").view == f"request_id={word} path=/api"


ASKS = "request=MDUwMzEyMzAwMDE1"  # for all words of its line to be tried


@given(st.text("0123456789", min_size=11, max_size=24))
def test_a_number_is_what_it_seems(digits: str) -> None:
    assert Spelled(f"{digits} {ASKS}").view.startswith(f"{digits} ")


@pytest.mark.parametrize(
    "alphabet", [string.digits, string.ascii_letters + string.digits], ids=["digits", "letters"]
)
@pytest.mark.parametrize("size", [11, 12, 16, 20])
def test_of_thousands_of_words_none_is_taken_for_a_text(size: int, alphabet: str) -> None:
    source = random.Random(size)
    words = ["".join(source.choices(alphabet, k=size)) for _ in range(5_000)]
    line = " ".join([ASKS, *words])
    assert Spelled(line).view.split()[1:] == words


@pytest.mark.parametrize("entity", sorted(corpora.KINDS))
def test_no_value_of_any_kind_is_taken_for_another_text(entity: str) -> None:
    values = corpora.values(entity, 2_000)
    assert [value for value in values if value not in Spelled(f"{value} {ASKS}").view] == []


@pytest.mark.parametrize(
    "clean",
    [
        "2026-11-30T12:00:01.123Z INFO [worker-3] com.example.CustomerOrderProcessor - path=/api/v1/orders/7 200",
        "GET /static/js/vendors~main.chunk.4f2a9c.js?v=1764504000 HTTP/1.1",
        "getElementsByClassName InternationalizationConfiguration ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "3530111333300000 4111111111111111 303132",
    ],
)
def test_what_logs_are_full_of_is_no_such_text(clean: str) -> None:
    assert Spelled(clean).view == clean
