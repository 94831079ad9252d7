"""Numbers of the second corpus: personal ones in many spellings, and others that look like them.

Check digits are computed here by the published rules. IINs are of births from 1900 to 1909.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

__all__ = ["NUMBERS", "Make", "digits"]

Make = Callable[..., str]
MOBILE = ["700", "701", "702", "705", "707", "708", "747", "771", "775", "776", "777", "778"]
AREAS = [
    "7172:6",
    "727:7",
    "7252:6",
    "7212:6",
    "7112:6",
    "7132:6",
    "7142:6",
    "7152:6",
    "7182:6",
    "7232:6",
    "7292:6",
    "7222:6",
]
ANY_FORM = ["e164", "std", "sp", "8", "8sp", "8br", "8dash", "br", "8b", "nb", "odd", "odd2", "odd3"]
LABELLED_FORM = [*ANY_FORM, "7", "10", "10sp", "10dash"]
RU_MONTHS = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]
KK_MONTHS = [
    "қаңтар",
    "ақпан",
    "наурыз",
    "сәуір",
    "мамыр",
    "маусым",
    "шілде",
    "тамыз",
    "қыркүйек",
    "қазан",
    "қараша",
    "желтоқсан",
]
EN_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
ISSUERS = {
    "ru": [
        "МВД РК",
        "МЮ РК",
        "Министерством внутренних дел РК",
        "МВД Республики Казахстан",
        "Министерство юстиции РК",
    ],
    "rus": ["МВД РК", "МЮ РК"],
    "kk": ["ҚР ІІМ", "ҚР ӘМ", "ҚР Ішкі істер министрлігі"],
    "en": ["MIA RK", "Ministry of Internal Affairs of the Republic of Kazakhstan", "MIA of the RK"],
}


def digits(draw: Random, count: str | int) -> str:
    """Draw digits."""
    return "".join(draw.choices("0123456789", k=int(count)))


def hexadecimal(draw: Random, count: str | int) -> str:
    """Draw hexadecimal digits."""
    return "".join(draw.choices("0123456789abcdef", k=int(count)))


def grouped(number: str, size: int, sign: str) -> str:
    """Part a number into groups of one size."""
    return sign.join(number[start : start + size] for start in range(0, len(number), size))


def controlled(draw: Random, body: Callable[[], str]) -> str:
    """Draw bodies until one has a check digit of IIN and BIN, and add it."""
    while True:
        number = body()
        for weights in (range(1, 12), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)):
            rest = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11
            if rest < 10:
                return number + str(rest)


def iin(draw: Random, form: str = "") -> str:
    """Write an IIN in a row, as an integer that lost its zeros, or parted."""
    number = controlled(
        draw,
        lambda: (
            f"{draw.randrange(10):02}{draw.randint(1, 12):02}{draw.randint(1, 28):02}{draw.choice('34')}{digits(draw, 4)}"
        ),
    )
    if form == "int":
        return number.lstrip("0")
    parted = [
        grouped(number, 6, " "),
        grouped(number, 3, " "),
        grouped(number, 4, " "),
        grouped(number, 6, "-"),
    ]
    return draw.choice([*parted, grouped(number, 6, "\u00a0")]) if form == "sp" else number


def bin_number(draw: Random) -> str:
    """Draw a BIN of a future registration."""
    return controlled(
        draw,
        lambda: (
            f"{draw.randint(50, 89)}{draw.randint(1, 12):02}{draw.choice('456')}{draw.choice('0123')}{digits(draw, 5)}"
        ),
    )


def mobile(draw: Random, form: str = "any") -> str:
    """Write a mobile number in one of the forms, or in any that its surroundings allow."""
    code, rest = draw.choice(MOBILE), digits(draw, 7)
    a, b, c = rest[:3], rest[3:5], rest[5:]
    form = draw.choice({"any": ANY_FORM, "lab": LABELLED_FORM}.get(form, [form]))
    return {
        "e164": f"+7{code}{rest}",
        "std": f"+7 ({code}) {a}-{b}-{c}",
        "sp": f"+7 {code} {a} {b} {c}",
        "8": f"8{code}{rest}",
        "7": f"7{code}{rest}",
        "8sp": f"8 {code} {a} {b} {c}",
        "8br": f"8({code}){rest}",
        "8dash": f"8-{code}-{a}-{b}-{c}",
        "10": f"{code}{rest}",
        "br": f"+7({code}){a}-{b}-{c}",
        "10sp": f"{code} {a} {b} {c}",
        "10dash": f"{code}-{a}-{b}-{c}",
        "8b": f"8 ({code}) {a} {b} {c}",
        "nb": f"+7\u00a0{code}\u00a0{a}\u00a0{b}\u00a0{c}",
        "odd": f"8{code} {a}{b}{c}",
        "odd2": f"+7 {code} {rest}",
        "odd3": f"8 {code} {a}-{b}{c}",
        "pct": f"%2B7{code}{rest}",
    }[form]


def landline(draw: Random, form: str = "") -> str:
    """Write a number of a town."""
    code, length = draw.choice(AREAS).split(":")
    rest = draw.choice("23456") + digits(draw, int(length) - 1)
    pairs = f"{rest[:-4]}-{rest[-4:-2]}-{rest[-2:]}"
    local = draw.choice([f"{rest[:3]}-{rest[3:]}", pairs, pairs.replace("-", " "), rest])
    prefix = {
        "8": f"8 ({code}) ",
        "+7": f"+7 ({code}) ",
        "br8": f"8({code})",
        "none": f"({code}) ",
        "plain": f"8 {code} ",
        "noplus": f"+7 {code} ",
    }
    return prefix[form or draw.choice(["8", "+7", "br8", "none"])] + local


def card(draw: Random, form: str = "") -> str:
    """Write the number of a card with its Luhn digit."""
    start = draw.choice(["4400", "4", "5169", "2203", "51", "5177"])
    body = start + digits(draw, 15 - len(start))
    total = sum(
        int(d) if place % 2 else sum(divmod(2 * int(d), 10)) for place, d in enumerate(reversed(body))
    )
    number = body + str(-total % 10)
    sign = {"sp": " ", "dash": "-", "nb": "\u00a0", "glue": ""}[form or draw.choice(["sp", "dash", "glue"])]
    return grouped(number, 4, sign)


def iban(draw: Random, form: str = "") -> str:
    """Write an account number with its check digits."""
    body = draw.choice(["722", "601", "965", "914", "856", "998"]) + draw.choice("SNRCA") + digits(draw, 12)
    value = int("".join(str(int(sign, 36)) for sign in body + "KZ00"))
    number = f"KZ{98 - value % 97:02}{body}"
    return grouped(number, 4, " ") if form == "sp" else number


def id_card(draw: Random, form: str = "") -> str:
    """Draw the number of an identity card."""
    number = f"0{digits(draw, 8)}"
    return grouped(number, 3, " ") if form == "sp" else number


def passport(draw: Random, form: str = "") -> str:
    """Draw the number of a passport."""
    return f"N{'' if form == 'g' else draw.choice(['', ' '])}{digits(draw, 8)}"


def licence(draw: Random) -> str:
    """Draw the number of a driving licence."""
    return f"{draw.choice(['AA', 'AB', 'BP', 'KT', 'CM', 'EE'])}{draw.choice([' ', ''])}{digits(draw, 6)}"


def plate(draw: Random) -> str:
    """Draw the plate of a car."""
    blank = draw.choice([" ", "", ""])
    letters = "".join(draw.choices("ABCDEFHKLMOPRSTXZ", k=3))
    return f"{digits(draw, 3)}{blank}{letters}{blank}{draw.randint(1, 20):02}"


def date(draw: Random, form: str = "dot", first: str = "2008", last: str = "2025") -> str:
    """Write a date."""
    day, month, year = draw.randint(1, 28), draw.randint(1, 12), draw.randint(int(first), int(last))
    return {
        "dot": f"{day:02}.{month:02}.{year}",
        "iso": f"{year}-{month:02}-{day:02}",
        "ru": f"{day} {RU_MONTHS[month - 1]} {year}",
        "ruq": f"«{day:02}» {RU_MONTHS[month - 1]} {year}",
        "kk": f"{year} жылғы {day} {KK_MONTHS[month - 1]}",
        "en": f"{day} {EN_MONTHS[month - 1]} {year}",
    }[form]


def address_of_mail(draw: Random) -> str:
    """Write an e-mail address of an invented person."""
    given, surname = (
        draw.choice(["aigerim", "nurlan", "olga", "dana", "yerlan", "timur"]),
        draw.choice(["akhmetov", "kim", "sokolova"]),
    )
    user = draw.choice(
        [f"{given}.{surname}", f"{surname}_{given[0]}", f"{given}{digits(draw, 2)}", f"{surname}-{given}"]
    )
    return f"{user}@{draw.choice(['mail.ru', 'gmail.com', 'bk.ru', 'inbox.ru', 'school-12.kz', 'yandex.kz', 'list.ru'])}"


def uuid(draw: Random) -> str:
    """Draw a UUID."""
    return "-".join(hexadecimal(draw, count) for count in (8, 4, 4, 4, 12))


def time_stamp(draw: Random) -> str:
    """Write a time as logs do."""
    clock = f"{draw.randrange(24):02}:{draw.randrange(60):02}:{draw.randrange(60):02}.{digits(draw, 3)}"
    return f"2026-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}T{clock}Z"


# Slot → entity and maker; those without an entity are no personal data.
NUMBERS: dict[str, tuple[str, Make]] = {
    "iin": ("KZ_IIN", iin),
    "bin": ("KZ_BIN", bin_number),
    "ph": ("KZ_PHONE", mobile),
    "land": ("KZ_PHONE", landline),
    "card": ("CREDIT_CARD", card),
    "iban": ("IBAN_CODE", iban),
    "bic": (
        "KZ_BIC",
        lambda draw: draw.choice(["CASPKZKA", "HSBKKZKX", "IRTYKZKA", "TSESKZKA", "KCJBKZKX", "EURIKZKA"]),
    ),
    "id": ("KZ_ID_CARD", id_card),
    "pas": ("KZ_PASSPORT", passport),
    "vu": ("KZ_DRIVER_LICENSE", licence),
    "plate": ("KZ_VEHICLE_PLATE", plate),
    "dt": ("KZ_DOCUMENT_DATE", date),
    "exp": ("KZ_DOCUMENT_DATE", lambda draw, form="dot": date(draw, form, "2026", "2036")),
    "iss": ("KZ_DOCUMENT_ISSUER", lambda draw, language="ru": draw.choice(ISSUERS[language])),
    "mail": ("EMAIL_ADDRESS", address_of_mail),
    "date": ("", date),
    "num": ("", digits),
    "nz": ("", lambda draw, count: draw.choice("123456789") + digits(draw, int(count) - 1)),
    "hex": ("", hexadecimal),
    "uuid": ("", uuid),
    "ts": ("", time_stamp),
    "ip": ("", lambda draw: ".".join(str(draw.randint(1, 254)) for _ in range(4))),
    "int": ("", lambda draw, low="1", high="100": str(draw.randint(int(low), int(high)))),
    "sum": ("", lambda draw: f"{draw.randint(1, 999)} {digits(draw, 3)},{digits(draw, 2)}"),
}
