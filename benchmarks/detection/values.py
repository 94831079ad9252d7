"""Invented numbers, documents, addresses and workplaces, in the forms in which people write them.

Check digits are computed here by the published rules, without the recognizers' own code.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from random import Random

Make = Callable[[Random], str]


def listed(values: str) -> list[str]:
    """Cut a list apart at its bars."""
    return values.split("|")


def digits(draw: Random, count: int) -> str:
    """Draw digits."""
    return "".join(draw.choices("0123456789", k=count))


def control(body: str) -> str:
    """Compute the check digit of an IIN or BIN, or nothing where none exists."""
    for weights in (range(1, 12), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)):
        rest = sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11
        if rest < 10:
            return str(rest)
    return ""


def bare_iin(draw: Random) -> str:
    """Draw an IIN of a person born from 1900 to 1909."""
    while True:
        day = f"{draw.randrange(10):02}{draw.randint(1, 12):02}{draw.randint(1, 28):02}"
        body = day + draw.choice("34") + digits(draw, 4)
        if control(body):
            return body + control(body)


def iin(draw: Random) -> str:
    """Write an IIN glued, or in groups."""
    number = bare_iin(draw)
    grouped = f"{number[:6]} {number[6:]}"
    return draw.choices([number, grouped, f"{number[:6]}-{number[6:]}"], weights=[8, 1, 1])[0]


def bin_number(draw: Random) -> str:
    """Draw the BIN of a legal entity registered in the 2050s or later."""
    while True:
        body = f"{draw.randint(50, 89)}{draw.randint(1, 12):02}{draw.choice('456')}{draw.choice('012')}{digits(draw, 5)}"
        if control(body):
            return body + control(body)


def phone(draw: Random) -> str:
    """Write a mobile or a fixed telephone number."""
    code = draw.choice(["701", "702", "705", "707", "747", "771", "775", "778"])
    rest = "0000" + digits(draw, 3)
    a, b, c = rest[:3], rest[3:5], rest[5:]
    forms = [
        f"+7 {code} {a} {b} {c}", f"+7({code}){a}-{b}-{c}", f"8 ({code}) {a}-{b}-{c}", f"8{code}{rest}", f"+7{code}{rest}",
        f"8-{code}-{a}-{b}-{c}", f"+7 (7172) 5{rest[2:3]} {rest[3:5]} {rest[5:]}", f"8 (727) 2{a[1:]} {b} {c}", f"+7-{code}-{a}-{b}{c}",
    ]  # fmt: skip
    return draw.choice(forms)


def email(draw: Random) -> str:
    """Write an address at a domain that nobody has."""
    user = draw.choice(["a.synakov", "primer_99", "info", "u.mysal", "obraztsov.i", "hr-dept"])
    return f"{user}{draw.choice(['', '1', '77'])}@{draw.choice(['primer.kz', 'synaq.edu.kz', 'mail.example.com', 'obrazets-1.kz'])}"


def luhn(body: str) -> str:
    """Compute the last digit of a card number."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def card(draw: Random) -> str:
    """Write a card number of a scheme's test range."""
    body = draw.choice(["411111", "555555", "400000", "520082"]) + digits(draw, 9)
    number = body + luhn(body)
    parts = [number[i : i + 4] for i in range(0, 16, 4)]
    return draw.choice([" ".join(parts), "-".join(parts), number])


def iban(draw: Random) -> str:
    """Write an account number with right check digits."""
    account = draw.choice(["125", "722", "601", "914"]) + draw.choice("ABKR") + digits(draw, 12)
    moved = "".join(str(int(c, 36)) for c in f"{account}KZ00")
    number = f"KZ{98 - int(moved) % 97:02}{account}"
    return draw.choices([number, " ".join(number[i : i + 4] for i in range(0, 20, 4))], weights=[3, 1])[0]


def date(draw: Random, first: int = 2012, last: int = 2024) -> str:
    """Write a date with digits."""
    year, month, day = draw.randint(first, last), draw.randint(1, 12), draw.randint(1, 28)
    return draw.choice(
        [f"{day:02}.{month:02}.{year}", f"{day:02}/{month:02}/{year}", f"{year}-{month:02}-{day:02}"]
    )


def id_card(draw: Random) -> str:
    """Draw the number of an identity card."""
    return "0" + digits(draw, 8)


def passport(draw: Random) -> str:
    """Draw the number of a passport."""
    return draw.choice(["N", "N", "N ", "№"]).replace("№", "N") + digits(draw, 8)


def licence(draw: Random) -> str:
    """Draw the number of a driving licence."""
    return f"{draw.choice('ABCD')}{draw.choice('KMTX')}{draw.choice(['', ' '])}{digits(draw, 6)}"


def plate(draw: Random) -> str:
    """Draw a number plate of 2012."""
    letters = "".join(draw.choices("ABCDEFKMNST", k=3))
    blank = draw.choice(["", " "])
    return f"{digits(draw, 3)}{blank}{letters}{blank}{draw.randint(1, 20):02}"


def bic(draw: Random) -> str:
    """Name a bank."""
    return draw.choice(["CASPKZKA", "HSBKKZKX", "IRTYKZKA", "KCJBKZKX", "BRKEKZKA", "EURIKZKA", "NBRKKZKX"])


def issuer(draw: Random) -> str:
    """Name who issues documents."""
    return draw.choice(
        ["МВД РК", "МЮ РК", "ҚР ІІМ", "Министерством внутренних дел РК", "ҚР Әділет министрлігі"]
    )


def icao(field: str) -> str:
    """Compute a check digit of a machine-readable zone."""
    values = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return str(
        sum((values.find(c) if c in values else 0) * (7, 3, 1)[i % 3] for i, c in enumerate(field)) % 10
    )


def mrz(draw: Random) -> str:
    """Write the two lines of a passport."""
    number, birth, expiry = f"N{digits(draw, 8)}", f"0{digits(draw, 1)}0315", "330612"
    personal = bare_iin(draw).ljust(14, "<")
    line = f"{number}{icao(number)}KAZ{birth}{icao(birth)}M{expiry}{icao(expiry)}{personal}{icao(personal)}"
    both = line[:10] + line[13:20] + line[21:43]
    return f"{'P<KAZSYNAKOV<<ULGI'.ljust(44, '<')}\n{line}{icao(both)}"


def token(draw: Random) -> str:
    """Draw what looks like a key."""
    return base64.b64encode(draw.randbytes(18)).decode()


RU_STREETS = listed(
    "Садовая|Сыганак|Достык|Кенесары|Тургут Озала|Кабанбай батыра|Толе би|Жандосова|Ермекова|Бухар жырау|Алихана Бокейханова|8 Марта"
    "|50 лет Октября|Д. Конаева|Ш. Уалиханова|им. Сатпаева|Республики|Мәңгілік Ел|Аль-Фараби|Н.Назарбаева|Малая Полянка|Иртышская"
)
KK_STREETS = listed(
    "Абай|Қабанбай батыр|Бөгенбай батыр|Сығанақ|Мәңгілік Ел|Тәуелсіздік|Жібек жолы|Әл-Фараби|Төле би|Ә. Бөкейхан|Желтоқсан|Ы. Алтынсарин"
    "|Кенесары хан|Жамбыл|8 Наурыз|Абылай хан|Достық|Саржайлау|Құрманғазы|Қ. Сәтбаев"
)
RU_CITIES = listed(
    "г. Алматы|г.Астана|город Шымкент|г. Караганда|Алматы|г. Усть-Каменогорск|с. Косшы|г.Кокшетау|пос. Заречный|г. Актобе"
)
KK_CITIES = listed(
    "Алматы қаласы|Астана қ.|Шымкент қаласы|Қарағанды қ.|Түркістан қаласы|Қаскелең қ.|Ақсу ауылы|Атырау қаласы"
)


def address_ru(draw: Random) -> str:
    """Write a Russian address."""
    street = draw.choice(["ул. ", "ул.", "улица ", "пр. ", "пр-т ", "проспект ", "пер. "]) + draw.choice(
        RU_STREETS
    )
    if draw.random() < 0.2:
        street = draw.choice(
            ["мкр. Самал-2", "мкр 12", "микрорайон Аксай-4", "5 мкр", "мкр. Жетысу 3", "ж/м Лесная Поляна"]
        )
    house = draw.choice(["д. {}", "дом {}", "д.{}", "{}", "{}/2", "{} А"]).format(draw.randint(1, 240))
    flat = draw.choice(
        ["", f", кв. {draw.randint(1, 200)}", f", кв.{draw.randint(1, 99)}", f", офис {draw.randint(1, 900)}"]
    )
    head = draw.choice(
        [
            "",
            "Республика Казахстан, ",
            f"{draw.randint(10000, 160999):06}, ",
            "Акмолинская обл., Целиноградский р-н, ",
            "РК, ",
        ]
    )
    if draw.random() < 0.15:
        return f"{street} {house.removeprefix('д. ').removeprefix('д.').removeprefix('дом ')}{flat}, {draw.choice(RU_CITIES)}"
    return f"{head}{draw.choice(RU_CITIES)}, {street}, {house}{flat}"


def address_kk(draw: Random) -> str:
    """Write a Kazakh address."""
    street = f"{draw.choice(KK_STREETS)} {draw.choice(['көшесі', 'көшесі', 'даңғылы', 'к-сі', 'даң.'])}"
    if draw.random() < 0.2:
        street = draw.choice(
            [
                "Самал-2 ықшамауданы",
                "12 ықшам ауданы",
                "Ақсай-4 шағын ауданы",
                "Жетісу мөлтек ауданы",
                "5-ші мкр",
            ]
        )
    house = draw.choice(["{}-үй", "{} үй", "{}", "{}/1-үй", "№{} үй"]).format(draw.randint(1, 240))
    flat = draw.choice(
        [
            "",
            f", {draw.randint(1, 200)}-пәтер",
            f", {draw.randint(1, 99)} пәтер",
            f", {draw.randint(100, 900)}-кеңсе",
        ]
    )
    head = draw.choice(
        [
            "",
            "Қазақстан Республикасы, ",
            f"{draw.randint(10000, 160999):06}, ",
            "Алматы облысы, Қарасай ауданы, ",
        ]
    )
    return f"{head}{draw.choice(KK_CITIES)}, {street}, {house}{flat}"


def address_en(draw: Random) -> str:
    """Write an English address, or one in Latin letters."""
    street = draw.choice(["Abay", "Dostyk", "Satpaev", "Kabanbay Batyr", "Timiryazev", "Green Bazaar"])
    number, flat = draw.randint(1, 240), draw.randint(1, 200)
    return draw.choice(
        [
            f"{number} {street} Street, Almaty 0{digits(draw, 5)}", f"{street} Ave. {number}, apt. {flat}, Astana",
            f"Almaty, {street} street {number}, office {flat}", f"{street} koshesi {number}, Almaty", f"g. Almaty, ul. {street}, d. {number}, kv. {flat}",
            f"{number}/2 {street} Avenue, Astana, Kazakhstan", f"Astana qalasy, {street} dangyly, {number}-ui",
        ]
    )  # fmt: skip


POSITIONS = {
    "ru": listed(
        "главный бухгалтер|инженер-программист|учитель математики|начальник отдела кадров|врач-терапевт|менеджер по продажам"
    ),
    "kk": listed("бас бухгалтер|бастауыш сынып мұғалімі|бөлім басшысы|аға маман|дәрігер-терапевт|жүргізуші"),
    "en": listed(
        "chief accountant|software engineer|sales manager|head of procurement|school teacher|warehouse operator"
    ),
}
FIRMS = {
    "ru": [
        "ТОО «Пример Строй»",
        "АО «Образец»",
        "КГУ «Школа-лицей № 12»",
        'ТОО "Шаблон Сервис"',
        "РГП на ПХВ «Сынақ»",
    ],
    "kk": ["«Үлгі Сервис» ЖШС", "«Сынақ» АҚ", "«№ 5 мектеп-гимназия» КММ", "«Мысал орталығы» РМК"],
    "en": ["Sample Trade LLP", "Exemplar JSC", '"Synaq Build" LLP', "Primer Logistics LLP"],
}
