"""The demo's log: an application that writes personal data where it should not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from piiguard.demo.numbers import digits
from piiguard.demo.people import People

__all__ = ["write_log"]

LINES = 8000
LEAKING = 0.1


def write_log(path: Path, people: People, *, scale: float = 1.0) -> int:
    """Write the log; one line in ten holds personal data. Returns the number of lines."""
    count = max(1, int(LINES * scale))
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for number in range(count):
            kinds = LEAKY if people.rng.random() < LEAKING else CLEAN
            file.write(f"{_stamp(number)} {people.rng.choice(kinds)(people)}\n")
    return count


def _stamp(number: int) -> str:
    seconds = number * 7
    hours, minutes = divmod(seconds // 60, 60)
    return f"2025-09-{1 + hours // 24:02}T{hours % 24:02}:{minutes:02}:{seconds % 60:02}.{number % 1000:03}Z"


def _request(people: People) -> str:
    trace = f"{people.rng.getrandbits(64):016x}"
    return f"INFO  [http] GET /api/courses/{people.rng.randint(1, 60)} 200 {people.rng.randint(2, 90)}ms trace={trace}"


def _order(people: People) -> str:
    return (
        f"INFO  [billing] order {digits(people.rng, 12)} accepted, amount {people.rng.randint(5, 400)}000 KZT"
    )


def _query(people: People) -> str:
    return f"DEBUG [sql] 1 row in {people.rng.randint(1, 9)} ms: courses, id {people.rng.randint(1, 60)}"


def _login(people: People) -> str:
    return f"WARN  [auth] login failed for {people.person().email} from 10.0.{people.rng.randint(0, 9)}.7"


def _sms(people: People) -> str:
    return f"INFO  [sms] код отправлен на {people.person().international_phone}"


def _profile(people: People) -> str:
    person = people.person()
    body = {"iin": person.iin, "fullName": person.full_name, "phone": f"+7{person.phone}"}
    return f"DEBUG [api] POST /api/profile {json.dumps(body, ensure_ascii=False)}"


def _lookup(people: People) -> str:
    return f"ERROR [egov] ИИН {people.person().iin}: сервис не отвечает, повтор через 5 с"


def _charge(people: People) -> str:
    return f"INFO  [pay] card {people.card()} charged"


def _kazakh(people: People) -> str:
    person = people.person()
    return f"INFO  [crm] тыңдаушы {person.full_name}, ЖСН {person.iin} тіркелді"


CLEAN: tuple[Callable[[People], str], ...] = (_request, _request, _request, _order, _query)
LEAKY: tuple[Callable[[People], str], ...] = (_login, _sms, _profile, _lookup, _charge, _kazakh)
