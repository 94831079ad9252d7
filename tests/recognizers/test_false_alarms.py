"""Source code and ordinary logs hold no personal data: at most two reports per megabyte, at any confidence."""

from __future__ import annotations

import random
import sysconfig
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from piiguard.detect import Engine

MOST_PER_MEGABYTE = 2


def reported(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for _, _, matches in Engine().lines(text.encode()):
        found.update(match.entity for match in matches)
    return found


def test_source_code() -> None:
    files = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    text = "".join(path.read_text(encoding="utf-8", errors="replace") for path in files)
    found = reported(text)
    # authors of modules sign with their names and addresses: these are true
    alarms = {entity: n for entity, n in found.items() if entity not in ("EMAIL_ADDRESS", "PERSON")}
    assert sum(alarms.values()) <= MOST_PER_MEGABYTE * len(text) / 1e6, alarms


def test_logs() -> None:
    text = "\n".join(log_lines(random.Random(7), 12_000))
    found = reported(text)
    assert sum(found.values()) <= MOST_PER_MEGABYTE * len(text.encode()) / 1e6, found


def log_lines(chance: random.Random, count: int) -> Iterator[str]:
    """Lines as servers, kernels, tools and shops write them, full of numbers of every other kind."""
    for _ in range(count):
        yield chance.choice(LINES)(chance)


def _hex(chance: random.Random, length: int) -> str:
    return "".join(chance.choices("0123456789abcdef", k=length))


def _digits(chance: random.Random, length: int) -> str:
    return "".join(chance.choices("0123456789", k=length))


def _uuid(chance: random.Random) -> str:
    return "-".join(_hex(chance, length) for length in (8, 4, 4, 4, 12))


def _time(chance: random.Random, form: str = "{}-{:02}-{:02} {:02}:{:02}:{:02}") -> str:
    return form.format(
        chance.randint(2020, 2026),
        chance.randint(1, 12),
        chance.randint(1, 28),
        chance.randint(0, 23),
        chance.randint(0, 59),
        chance.randint(0, 59),
    )


def _stamp(chance: random.Random) -> str:
    return _time(chance, "{}{:02}{:02}{:02}{:02}{:02}")[2:]


def _address(chance: random.Random) -> str:
    return ".".join(str(chance.randint(0, 255)) for _ in range(4))


LINES: tuple[Callable[[random.Random], str], ...] = (
    lambda r: (
        f"{_time(r)} INFO [worker-{r.randint(1, 9)}] order {_digits(r, 10)} accepted, trace={_hex(r, 32)}"
    ),
    lambda r: (
        f'{_address(r)} - - [12/Jul/2025:10:11:12 +0500] "GET /items/{_digits(r, 6)} HTTP/1.1" 200 {_digits(r, 5)}'
    ),
    lambda r: f"{_time(r)} DEBUG request_id={_uuid(r)} user={_digits(r, 6)} session={_hex(r, 24)}",
    lambda r: (
        f"{r.randint(1_600_000_000, 1_800_000_000)}.{_digits(r, 6)} eth0: len={_digits(r, 4)} seq={_digits(r, 10)}"
    ),
    lambda r: (
        f"[{_digits(r, 5)}.{_digits(r, 6)}] usb 1-{r.randint(1, 9)}: new device number {r.randint(1, 99)}"
    ),
    lambda r: (
        f"{_time(r)} WARN batch_{_stamp(r)} file=export_{_stamp(r)}.csv version 1.{r.randint(0, 99)}.{_digits(r, 3)}"
    ),
    lambda r: f"{_hex(r, 8)}  {' '.join(_hex(r, 2) for _ in range(16))}  |................|",
    lambda r: f"{_hex(r, 8)} {' '.join(_hex(r, 4) for _ in range(8))}",
    lambda r: (
        f'{{"ts":{r.randint(10**12, 2 * 10**12)},"order_id":"{_digits(r, 12)}","barcode":"{_digits(r, 13)}"}}'
    ),
    lambda r: f"{_time(r)} заказ № {_digits(r, 10)} на сумму {_digits(r, 6)} тенге, договор {_digits(r, 12)}",
    lambda r: (
        f"{_time(r)} тапсырыс {_digits(r, 9)} қабылданды, шарт № {_digits(r, 8)}, сомасы {_digits(r, 5)} теңге"
    ),
    lambda r: f"{_time(r)} sha256={_hex(r, 64)} size={_digits(r, 9)} mtime={r.randint(10**9, 2 * 10**9)}",
    lambda r: (
        f"{_time(r)} payment transaction {_digits(r, 16)} failed: code {_digits(r, 3)} terminal {_digits(r, 8)}"
    ),
    lambda r: (
        f"[{_stamp(r)}] job {_digits(r, 11)} pid={_digits(r, 5)} done in {r.random():.9f}s build {_digits(r, 8)}"
    ),
    lambda r: (
        f"{_time(r)} GC pause {r.random() * 100:.3f} ms, heap {_digits(r, 10)} bytes, commit {_hex(r, 40)}"
    ),
)
