"""Generated numbers with right check digits, for nobody: births of 1900-1909, reserved subscriber numbers."""

from __future__ import annotations

import calendar
import random
import string

__all__ = ["card", "digits", "iban", "iin", "phone"]

IIN_WEIGHTS = (tuple(range(1, 12)), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2))
# Test ranges that payment processors publish: Visa 4111 11…, Mastercard 5555 55….
CARD_PREFIXES = ("411111", "555555")
MOBILE_PREFIXES = ("700", "701", "702", "705", "707", "708", "747", "771", "775", "776", "777", "778")


def digits(rng: random.Random, count: int) -> str:
    """A run of random digits."""
    return "".join(rng.choices(string.digits, k=count))


def iin(rng: random.Random, *, female: bool) -> str:
    """An IIN of a birth in 1900-1909, with its check digit."""
    while True:
        year, month = rng.randrange(10), rng.randint(1, 12)
        day = rng.randint(1, calendar.monthrange(1900 + year, month)[1])
        body = f"{year:02}{month:02}{day:02}{4 if female else 3}{digits(rng, 4)}"
        check = _iin_check(body)
        if check is not None:
            return f"{body}{check}"


def _iin_check(body: str) -> int | None:
    for weights in IIN_WEIGHTS:
        check = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11
        if check < 10:
            return check
    return None  # such a number is never issued


def card(rng: random.Random) -> str:
    """A card number of a test range, with its Luhn digit."""
    body = rng.choice(CARD_PREFIXES) + digits(rng, 9)
    doubled = (int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(body)))
    return f"{body}{-sum(d - 9 if d > 9 else d for d in doubled) % 10}"


def iban(rng: random.Random) -> str:
    """A Kazakh account number with right check digits at the bank code of the registry's example."""
    account = "125" + "".join(rng.choices(string.digits + "KZT", k=13))
    spelled = "".join(str(int(c, 36)) for c in f"{account}KZ00")
    return f"KZ{98 - int(spelled) % 97:02}{account}"


def phone(rng: random.Random) -> str:
    """Ten digits of a mobile number, without the country code."""
    return rng.choice(MOBILE_PREFIXES) + digits(rng, 7)
