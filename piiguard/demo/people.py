"""Invented people: surnames are made of the words for test, sample and example."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from piiguard.demo import numbers

__all__ = ["People", "Person"]

GIVEN = {
    False: ("Нұрлан", "Ерлан", "Айдос", "Бауыржан", "Данияр", "Қайрат", "Мұрат", "Тимур", "Арман", "Сергей"),
    True: ("Айгүл", "Әлия", "Гүлнар", "Динара", "Жанар", "Қарлығаш", "Мадина", "Сәуле", "Ұлжан", "Мария"),
}
SURNAMES = ("Сынақов", "Үлгінов", "Мысалов", "Тестбаев", "Үлгібеков", "Сынақбаев", "Мысалбеков", "Тестенов")
STREETS = ("Сынақ", "Үлгі", "Мысал", "Абай", "Тест", "Қабанбай батыр", "Достық", "Сарыарқа")
CITIES = ("Астана", "Алматы", "Шымкент", "Қарағанды", "Атырау", "Павлодар")
JOBS = ("учитель математики", "мұғалім", "методист", "директор", "педагог-сарапшы", "бухгалтер")
EMPLOYERS = ("ТОО «Сынақ»", "«Үлгі» ЖШС", "АО «Мысал»", "КГУ «Школа № 0»", "«Тест орта мектебі» КММ")
LATIN = {
    **dict(zip("абвгдезийклмнопрстуфхыэәғқңөұүһі", "abvgdeziiklmnoprstufhyeagqnouuhi", strict=True)),
    "ж": "zh",
    "ч": "ch",
    "ш": "sh",
    "щ": "sch",
    "ю": "iu",
    "я": "ia",
    "ц": "ts",
    "ь": "",
    "ъ": "",
    "ё": "e",
}


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person; ``phone`` has ten digits."""

    surname: str
    given: str
    patronymic: str
    iin: str
    phone: str
    email: str
    address: str
    job: str
    employer: str

    @property
    def full_name(self) -> str:
        return f"{self.surname} {self.given} {self.patronymic}"

    @property
    def latin_name(self) -> str:
        return f"{latin(self.given)} {latin(self.surname)}"

    @property
    def initials(self) -> str:
        return f"{self.surname} {self.given[0]}.{self.patronymic[0]}."

    @property
    def international_phone(self) -> str:
        p = self.phone
        return f"+7 {p[:3]} {p[3:6]} {p[6:8]} {p[8:]}"

    @property
    def written_phone(self) -> str:
        p = self.phone
        return f"8 ({p[:3]}) {p[3:6]}-{p[6:8]}-{p[8:]}"


class People:
    """Draws people and numbers; no number is drawn twice, so that one column's values stand nowhere else."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._drawn: set[str] = set()
        self._count = 0

    def unique(self, draw: Callable[[], str]) -> str:
        """A number that was not drawn before."""
        while (value := draw()) in self._drawn:
            pass
        self._drawn.add(value)
        return value

    def person(self) -> Person:
        """The next person."""
        rng, self._count = self.rng, self._count + 1
        female = rng.random() < 0.5
        given, father = rng.choice(GIVEN[female]), rng.choice(GIVEN[False])
        surname = rng.choice(SURNAMES) + ("а" if female else "")
        patronymic = father + ("қызы" if female else "ұлы")
        if rng.random() < 0.4:  # as on documents issued in Russian
            patronymic = father.rstrip("й") + ("овна" if female else "ович")
        return Person(
            surname,
            given,
            patronymic,
            self.unique(lambda: numbers.iin(rng, female=female)),
            self.unique(lambda: numbers.phone(rng)),
            f"{latin(given)}.{latin(surname)}{self._count}@example.kz".lower(),
            self._address(),
            rng.choice(JOBS),
            rng.choice(EMPLOYERS),
        )

    def card(self) -> str:
        return self.unique(lambda: numbers.card(self.rng))

    def iban(self) -> str:
        return self.unique(lambda: numbers.iban(self.rng))

    def id_card(self) -> str:
        return self.unique(lambda: f"0{numbers.digits(self.rng, 8)}")

    def _address(self) -> str:
        rng = self.rng
        city, street = rng.choice(CITIES), rng.choice(STREETS)
        house, flat = rng.randint(1, 99), rng.randint(1, 120)
        if rng.random() < 0.5:
            return f"г. {city}, ул. {street}, д. {house}, кв. {flat}"
        return f"{city} қ., {street} көшесі, {house}-үй, {flat}-пәтер"


def latin(word: str) -> str:
    """The word in Latin letters, as in an e-mail address.

    >>> latin("Сынақов")
    'Synaqov'
    """
    spelled = "".join(LATIN.get(letter, letter) for letter in word.lower())
    return spelled.capitalize() if word[:1].isupper() else spelled
