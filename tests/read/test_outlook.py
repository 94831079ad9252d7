"""A letter of Outlook: whatever stream of it holds something is read, or the letter is named as one that was not read whole."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from piiguard.read import apart
from piiguard.read.apart.outlook import unpacked
from tests.compound import compound, msg, packed, text
from tests.corpora import scan, unread
from tests.documents import IINS, rtf

JUNK = bytes(range(32)) + b"\xff\xfe\x00\x03"


def wide(words: str) -> bytes:
    return words.encode("utf-16-le")


STREAMS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "a text": ("001F", wide),
    "a text of one byte a sign": ("001E", lambda words: words.encode("cp1251")),
    "a text of ASCII": ("001E", lambda words: words.encode("ascii", "ignore")),
    "one of several texts": ("101F-00000001", wide),
    "bytes that hold a text": ("0102", lambda words: JUNK + wide(words) + JUNK),
    "bytes that hold a text of one byte a sign": (
        "0102",
        lambda words: JUNK + words.encode("cp1251") + b"\0",
    ),
    "something of a type that nobody knows": ("00FB", lambda words: JUNK + wide(words)),
    "a long text": ("001F", lambda words: wide("." * 5_000 + words + "\0")),
}
STORAGES = {
    "the letter": (),
    "a recipient": ("__recip_version1.0_#00000000",),
    "an attachment": ("__attach_version1.0_#00000000",),
    "a letter that is attached": ("__attach_version1.0_#00000000", "__substg1.0_3701000D"),
    "the names of properties": ("__nameid_version1.0",),
}
NUMBERS: dict[str, tuple[int, Callable[[int], bytes]]] = {
    "a number": (0x0014, lambda value: struct.pack("<q", value)),
    "a number with a point": (0x0005, lambda value: struct.pack("<d", value)),
    "an amount": (0x0006, lambda value: struct.pack("<q", value * 10_000)),
}


def within(tree: dict[str, Any], storage: tuple[str, ...]) -> dict[str, Any]:
    for name in storage:
        tree = tree.setdefault(name, {})
    return tree


def told(data: bytes) -> str:
    """All that comes out of it, and how the scan reads what is a file of one byte a sign."""
    events = [*apart.events("outlook", data)]
    assert [event.data for event in events if event.kind == "gap"] == []
    return "\n".join(event.data.decode("utf-8" if event.kind == "text" else "cp1251") for event in events)


def test_no_stream_of_a_letter_is_lost() -> None:
    tree: dict[str, Any] = msg("", "")
    hidden: dict[tuple[str, str], str] = {}
    for at, (where, storage) in enumerate(STORAGES.items()):
        for number, (what, (kind, encode)) in enumerate(STREAMS.items()):
            hidden[where, what] = iin = IINS[at * len(STREAMS) + number]
            within(tree, storage)[f"__substg1.0_{0x6000 + number:04X}{kind}"] = encode(f"ИИН {iin}")
    said = told(compound(tree))
    assert [place for place, iin in hidden.items() if iin not in said] == []


@pytest.mark.parametrize(
    ("head", "storage"), [(32, "the letter"), (8, "a recipient"), (24, "a letter that is attached")]
)
def test_a_number_among_the_properties_is_told(head: int, storage: str) -> None:
    tree: dict[str, Any] = msg("", "")
    entries = b""
    for at, (kind, encode) in enumerate(NUMBERS.values()):
        entries += struct.pack("<HHI", kind, 0x8000 + at, 6) + encode(int(IINS[at]))
    within(tree, STORAGES[storage])["__properties_version1.0"] = bytes(head) + entries
    said = told(compound(tree)).split()
    assert [IINS[at] for at in range(len(NUMBERS))] == [each for each in said if each.isdigit()]


def test_a_packed_body_is_what_the_standard_says() -> None:
    """The examples of MS-OXRTFCP, 4.1 and 4.2."""
    assert (
        unpacked(
            bytes.fromhex(
                "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
            )
        )
        == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    )
    assert (
        unpacked(bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0"))
        == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
    )
    assert unpacked(packed(rtf())) == rtf()


WHOLE = compound(msg("тема", "тело\n" * 600, ("a.txt", b"x" * 9_000), p10090102=packed(rtf())))


def test_what_was_deleted_of_it_is_told() -> None:
    """A sector that belongs to no stream, in the middle of the file."""
    whole = compound({**msg("", ""), "gone": wide(f"ИИН {IINS[0]}".ljust(3_000))})
    entry = whole.index(wide("gone")) + 66
    assert whole[entry] == 2
    table = len(whole) - 512
    start, size = struct.unpack_from("<IQ", whole, entry + 50)
    assert size >= 4096
    freed = bytearray(whole)
    freed[entry - 66 : entry + 62] = bytes(128)
    for at in range(start, start - (-size // 512)):
        struct.pack_into("<I", freed, table + 4 * at, 0xFFFFFFFF)
    assert IINS[0] in "".join(event.data.decode() for event in apart.events("outlook", bytes(freed)))


@pytest.mark.parametrize("cut", range(600, len(WHOLE), 1_500))
def test_a_letter_cut_short_is_named(cut: int) -> None:
    assert [event for event in apart.events("outlook", WHOLE[:cut]) if event.kind == "gap"]


HARM: dict[str, Callable[[], bytes]] = {
    "a body that is packed in no known way": lambda: compound(msg("", "", p10090102=bytes(40))),
    "a packed body that ends too soon": lambda: compound(msg("", "", p10090102=packed(rtf())[:-9])),
    "a picture": lambda: compound(msg("", "", ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(64)))),
    "a sealed letter": lambda: compound(msg("", "", ("message.rpmsg", b"\x76\xe8\x04\x60\xc4\x11\xe3\x86" + bytes(90)))),
    "an object that is no letter": lambda: compound(msg("", "", ("a", {"CONTENTS": JUNK * 9}))),
    "streams in a circle": lambda: WHOLE[:512] + WHOLE[512:].replace(struct.pack("<II", 2, 3), struct.pack("<II", 1, 1)),
    "no table": lambda: WHOLE[:512] + bytes(len(WHOLE) - 512),
}  # fmt: skip


def test_what_is_not_read_of_a_letter_is_named(tmp_path: Path) -> None:
    """And the letter beside it is read."""
    for number, make in enumerate(HARM.values()):
        (tmp_path / f"{number}.msg").write_bytes(make())
    (tmp_path / "honest.msg").write_bytes(compound(msg(f"ИИН {IINS[0]}", "") | text(0x0C1A, "Сынақов Үлгі")))
    code, document = scan(tmp_path, "--entities", "KZ_IIN", out=tmp_path.parent / "o.json")
    places = [each["place"] for each in document["targets"][0]["unread"]]
    assert [name for at, name in enumerate(HARM) if not any(f"{at}.msg" in each for each in places)] == []
    assert "honest" not in unread(document)
    assert code == 4
    assert "honest.msg" in [Path(each["file"]).name for each in document["findings"]]
