"""Synthetic values of every entity, and the one way in which the tests of the laws scan: by the command line.

The generators are our own, check digits included, so that a rule of the product is never proved by itself. Births lie in
1900-1909, registrations of organisations in 1950-1989, and names are made of words for "test" and "sample".
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from piiguard.cli import main

ROWS = 300
Value = Callable[[random.Random], str]


def _weighted(body: str) -> int:
    first = sum(place * int(sign) for place, sign in enumerate(body, 1)) % 11
    again = [*range(3, 12), 1, 2]
    return first if first < 10 else sum(w * int(sign) for w, sign in zip(again, body, strict=True)) % 11


def _twelve(body: Value, dice: random.Random) -> str:
    while True:
        digits = body(dice)
        if (check := _weighted(digits)) < 10:
            return f"{digits}{check}"


def iin(dice: random.Random) -> str:
    return _twelve(
        lambda d: (
            f"0{d.randrange(10)}{d.randrange(1, 13):02}{d.randrange(1, 29):02}{d.choice('34')}{d.randrange(10_000):04}"
        ),
        dice,
    )


def bin_number(dice: random.Random) -> str:
    return _twelve(
        lambda d: f"{d.randrange(50, 90)}{d.randrange(1, 13):02}{d.choice('456')}0{d.randrange(100_000):05}",
        dice,
    )


def phone(dice: random.Random) -> str:
    return f"+7701000{dice.randrange(10_000):04}"


def email(dice: random.Random) -> str:
    return f"synaq.ulgi{dice.randrange(10**6)}@mail.example.kz"


def _luhn(body: str) -> str:
    doubled = sum(sum(divmod(2 * int(sign), 10)) for sign in body[::-2])
    return f"{body}{-(doubled + sum(map(int, body[-2::-2]))) % 10}"


def card(dice: random.Random) -> str:
    return _luhn(f"411111{dice.randrange(10**9):09}")


def iban(dice: random.Random) -> str:
    account = f"125KZT{dice.randrange(10**10):010}"
    digits = "".join(str(int(sign, 36)) for sign in f"{account}KZ00")
    return f"KZ{98 - int(digits) % 97:02}{account}"


def _mrz_digit(text: str) -> int:
    return (
        sum((7, 3, 1)[place % 3] * (0 if sign == "<" else int(sign, 36)) for place, sign in enumerate(text))
        % 10
    )


def mrz(dice: random.Random) -> str:
    number, person = f"N{dice.randrange(10**8):08}", f"{iin(dice)}<<"
    born = f"0{dice.randrange(10)}0{dice.randrange(1, 10)}1{dice.randrange(10)}"
    fields = [f"{each}{_mrz_digit(each)}" for each in (number, born, "300101", person)]
    whole = _mrz_digit("".join(fields))
    names = "P<KAZSYNAQOV<<ULGI<MYSAL".ljust(44, "<")
    return f"{names}\n{fields[0]}KAZ{fields[1]}M{fields[2]}{fields[3]}{whole}"


def person(dice: random.Random) -> str:
    first = ("Асан", "Айгүл", "Нұрлан", "Динара", "Ерлан", "Гүлнар")
    last = ("Сынақов", "Үлгіов", "Мысалов", "Тестов", "Образцов")
    return f"{dice.choice(last)} {dice.choice(first)} {dice.choice(first[::2])}ұлы"


def address(dice: random.Random) -> str:
    return f"г. Алматы, ул. Абая, д. {dice.randrange(1, 200)}, кв. {dice.randrange(1, 90)}"


@dataclass(frozen=True)
class Kind:
    """One entity: how a value of it is made, and the label and the name of a column that promise it."""

    make: Value
    label: str
    column: str
    alone: bool = False  # told without a label


KINDS = {
    "KZ_IIN": Kind(iin, "ИИН", "iin", alone=True),
    "KZ_BIN": Kind(bin_number, "БИН", "bin"),
    "KZ_PHONE": Kind(phone, "тел.", "phone", alone=True),
    "EMAIL_ADDRESS": Kind(email, "e-mail", "email", alone=True),
    "CREDIT_CARD": Kind(card, "карта", "card_number"),
    "IBAN_CODE": Kind(iban, "ИИК", "iban", alone=True),
    "KZ_BIC": Kind(lambda d: d.choice(("CASPKZKA", "HSBKKZKX", "KCJBKZKX")), "БИК", "bic"),
    "KZ_ID_CARD": Kind(lambda d: f"0{d.randrange(10**8):08}", "удостоверение личности №", "id_card"),
    "KZ_PASSPORT": Kind(lambda d: f"N{d.randrange(10**8):08}", "паспорт №", "passport"),
    "KZ_DRIVER_LICENSE": Kind(
        lambda d: f"AB {d.randrange(10**6):06}", "водительское удостоверение", "driver_license"
    ),
    "KZ_MRZ": Kind(mrz, "MRZ", "mrz", alone=True),
    "KZ_DOCUMENT_DATE": Kind(
        lambda d: f"{d.randrange(1, 29):02}.{d.randrange(1, 13):02}.2010", "дата выдачи", "issue_date"
    ),
    "KZ_BIRTH_DATE": Kind(
        lambda d: f"{d.randrange(1, 29):02}.{d.randrange(1, 13):02}.190{d.randrange(10)}",
        "дата рождения",
        "birth_date",
    ),
    "KZ_DOCUMENT_ISSUER": Kind(lambda d: d.choice(("МВД РК", "МЮ РК")), "орган выдачи", "issued_by"),
    "KZ_ADDRESS": Kind(address, "адрес", "address", alone=True),
    "KZ_WORKPLACE": Kind(lambda d: f"ТОО «Үлгі {d.randrange(100)}»", "место работы", "workplace"),
    "KZ_VEHICLE_PLATE": Kind(lambda d: f"{d.randrange(100, 999)}ABC02", "госномер", "gosnomer"),
    "PERSON": Kind(person, "ФИО", "fio", alone=True),
}


def values(entity: str, count: int = ROWS, seed: int = 7) -> list[str]:
    """``count`` values of an entity, the same in every run.

    >>> values("KZ_IIN", 2) == values("KZ_IIN", 2)
    True
    """
    dice = random.Random(f"{entity}{seed}")
    return [KINDS[entity].make(dice) for _ in range(count)]


def scan(target: str | Path | Iterable[str], *options: str, out: Path) -> tuple[int, dict[str, Any]]:
    """The exit code of ``piiguard scan`` and its document; ``{}`` where it wrote none."""
    targets = [str(target)] if isinstance(target, str | Path) else list(target)
    out.unlink(missing_ok=True)
    code = main.run(["scan", *targets, "--format", "json", "-o", str(out), *options])
    return code, json.loads(out.read_text("utf-8")) if out.exists() else {}


def entities(document: dict[str, Any]) -> set[str]:
    return {each["entity"] for each in document.get("findings", ())}


def unread(document: dict[str, Any]) -> str:
    """All places that a report names as not read, as one text."""
    return "\n".join(
        str(each["place"]) for target in document.get("targets", ()) for each in target.get("unread", ())
    )
