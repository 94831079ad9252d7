"""Files whose marks or zeros say one encoding and whose rest is in another: nothing unread is clean.

A scan finds whatever was planted or ends with 4, and a copy holds nothing of it or is not made.
"""

from __future__ import annotations

import codecs
import io
import random
from pathlib import Path

import pytest

from piiguard.cli.main import run
from piiguard.detect import BlockReader
from piiguard.read.watched import Watch
from piiguard.report.remedy import remedies
from piiguard.scan import Match, scan_log
from tests.corpora import iin

CLEAN, REFUSED, FOUND, UNREAD = 0, 1, 3, 4
MARKS = {
    "none": b"",
    "UTF-8": codecs.BOM_UTF8,
    "UTF-16-LE": codecs.BOM_UTF16_LE,
    "UTF-16-BE": codecs.BOM_UTF16_BE,
    "UTF-32-LE": codecs.BOM_UTF32_LE,
    "UTF-32-BE": codecs.BOM_UTF32_BE,
    "zeros": b"a\0" * 1000 + b"\n",
    "other zeros": b"\0a" * 1000 + b"\n",
}
WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
ENCODINGS = ("utf-8", "cp1251", *WIDE)
LINES = (
    "user iin={}\n",
    "{}\n",
    "ИИН {}, доставлено\n",
    "клиент: Үлгі; {}; тел.\r\n",
    '{{"iin": "{}"}}\n',
    "№1\tиин\t{}\n",
)


# a sheet of a few rows is judged by other laws
NAMES = ("people.csv", "app.log", "app.txt", "crm.sql", "a.json")


def stretch(dice: random.Random, encoding: str, numbers: list[str], lines: int) -> bytes:
    made = ""
    for _ in range(lines):
        numbers.append(iin(dice))
        made += dice.choice(LINES).format(numbers[-1])
    return made.encode(encoding, "replace")


def without_zeros(data: bytes) -> bytes:
    """What ASCII in any of the encodings is the same in."""
    return data.replace(b"\0", b"")


def scanned(path: Path) -> tuple[int, int]:
    """The exit code, and how many numbers were found; a page is one line."""
    found: list[Match] = []
    scan_log(path, sink=found.append)
    return run(["scan", str(path), "--full"]), sum(each.entity == "KZ_IIN" for each in found)


def hold(data: bytes, numbers: list[str], path: Path) -> str:
    """Hold the laws for one file; says what is wrong, without the values."""
    path.write_bytes(data)
    code, found = scanned(path)
    if code not in (FOUND, UNREAD) or (code == FOUND and found < len(numbers)):
        return f"scan: {code}, {found} of {len(numbers)}"
    clean = path.with_name("clean")
    clean.unlink(missing_ok=True)
    code = run(["redact", str(path), "-o", str(clean)])
    if code not in (CLEAN, REFUSED) or clean.exists() != (code == CLEAN):
        return f"redact: {code}"
    text = without_zeros(clean.read_bytes()) if code == CLEAN else b""
    left = sum(each.encode() in text for each in numbers)
    return f"left: {left}" if left else ""


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("mark", MARKS)
def test_what_stands_behind_any_mark_is_found_or_named(mark: str, encoding: str, tmp_path: Path) -> None:
    numbers: list[str] = []
    data = MARKS[mark] + stretch(random.Random(f"{mark} {encoding}"), encoding, numbers, 20)
    assert hold(data, numbers, tmp_path / "app.log") == ""


@pytest.mark.parametrize("seed", range(40))
def test_no_mixture_of_encodings_is_clean(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    numbers: list[str] = []
    data = b""
    for _ in range(dice.randrange(2, 6)):
        data += dice.choice((b"", b"", *MARKS.values()))
        data += stretch(dice, dice.choice(ENCODINGS), numbers, dice.choice((1, 2, 3, 30, 400)))
    assert hold(data, numbers, tmp_path / dice.choice(NAMES[len(numbers) < 30 :])) == ""


@pytest.mark.parametrize("mark", ["UTF-16-LE", "UTF-16-BE", "UTF-32-LE", "UTF-32-BE"])
def test_a_false_mark_is_passed_over_and_stays_in_the_copy(mark: str, tmp_path: Path) -> None:
    numbers: list[str] = []
    data = MARKS[mark] + stretch(random.Random(1), "utf-8", numbers, 20)
    path, clean = tmp_path / "app.log", tmp_path / "clean"
    path.write_bytes(data)
    assert scanned(path) == (FOUND, 20)
    assert run(["redact", str(path), "-o", str(clean)]) == CLEAN
    assert clean.read_bytes().startswith(MARKS[mark])
    assert not any(each.encode() in clean.read_bytes() for each in numbers)


@pytest.mark.parametrize("encoding", WIDE)
def test_a_page_is_read_in_its_own_encoding_without_a_mark(encoding: str, tmp_path: Path) -> None:
    numbers: list[str] = []
    page = "<html><body>" + stretch(random.Random(2), "utf-8", numbers, 20).decode() + "</body></html>"
    assert hold(page.encode(encoding), numbers, tmp_path / "page.html") == ""


@pytest.mark.parametrize("parted", ["\x1e", "\x85", "\u2028", "\x0c"])
@pytest.mark.parametrize("encoding", ["utf-8", *WIDE])
@pytest.mark.parametrize("name", ["app.log", "people.csv", "a.json", "crm.sql"])
def test_whatever_parts_the_lines_they_are_read(
    parted: str, encoding: str, name: str, tmp_path: Path
) -> None:
    dice = random.Random(3)
    numbers = [iin(dice) for _ in range(20)]
    text = "".join(f"user iin={each}{parted}" for each in numbers)
    mark = MARKS[encoding.upper()] if encoding in WIDE else b""
    path, clean = tmp_path / name, tmp_path / "clean"
    path.write_bytes(mark + text.encode(encoding))
    assert scanned(path)[0] in (FOUND, UNREAD)
    assert run(["redact", str(path), "-o", str(clean)]) in (CLEAN, REFUSED)
    assert not clean.exists() or numbers[0].encode() not in without_zeros(clean.read_bytes())


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("size", [1, 7, 64, 4096])
def test_whole_texts_are_not_called_mixed_however_they_come(encoding: str, size: int) -> None:
    told: list[int] = []
    watch = Watch(encoding, lambda: told.append(1))
    text = "║═══════╪════│ ИИН — №5 «Үлгі»…………… •••••• → 😀 ქართული\n" * 200
    data = text.encode(encoding, "replace")
    for at in range(0, len(data), size):
        watch.see(data[at : at + size])
    assert told == []


def test_a_long_hole_of_zeros_makes_nothing_mixed() -> None:
    told: list[int] = []
    watch = Watch("auto", lambda: told.append(1))
    for piece in (b"user\n" * 999, bytes(1 << 16), b"user\n" * 999, b"a\0b\0c\0\n"):
        watch.see(piece)
    assert told == []


def test_parts_of_a_file_keep_their_lines() -> None:
    parts = [("ИИН 1\n" * 50).encode(each) for each in ("utf-8", "utf-16-le", "utf-8", "utf-16-le", "cp1251")]
    blocks = list(BlockReader(io.BytesIO(b"".join(parts))))
    assert b"".join(block.data for block in blocks).count(b" 1\n") >= 240


def test_no_command_is_advised_that_would_be_refused(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(b"a\0" * 1000 + b"\n" + b"user iin=021028341797\n" * 20)
    (finding,) = scan_log(str(log)).findings
    assert finding.hindrance == "mixed"
    assert not [each for each in remedies(finding) if "redact" in each.text]
