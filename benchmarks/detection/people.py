"""Invented people for the corpus: given names, stems of surnames, and how names are put together.

These lists are written by hand for this benchmark and share nothing with the recognizers' own. About a third
of the given names are rare, so that a recognizer cannot live on its word lists alone.
"""

from __future__ import annotations

from random import Random


def listed(names: str) -> list[str]:
    """Cut a list apart at its blanks."""
    return names.split()


KK_MEN = listed(
    "Нұрлан Ербол Серік Қанат Данияр Жандос Марат Айбек Ержан Талғат Бекзат Әлихан Мирас Санжар Дәурен Ғабит Рустем Олжас Тимур Әсет"
    " Жәнібек Мұхтар Сәкен Қайсар Шыңғыс Алдияр Иманғали Сырымбет Тоқтархан Ерсұлтан Құтмағамбет Зейнолла Бақберген Өтеген"
)
KK_WOMEN = listed(
    "Айгүл Динара Жанар Гүлмира Сандуғаш Ботагөз Аружан Мәдина Зарина Камила Алия Ләззат Нәзім Толғанай Әсем Меруерт Сәуле Назерке"
    " Ұлжан Гүлсім Жанерке Індіра Ақерке Күнсая Шырайлым Балнұр Перизат Еңлік Қарлығаш Рауза"
)
RU_MEN = listed(
    "Иван Пётр Алексей Сергей Дмитрий Николай Андрей Михаил Владимир Виктор Юрий Олег Павел Константин Артём Егор Илья Глеб Тимофей Лев"
    " Савелий Прохор Игнатий Ермолай Лаврентий Клим Остап Радомир"
)
RU_WOMEN = listed(
    "Мария Анна Елена Ольга Наталья Татьяна Ирина Светлана Юлия Екатерина Дарья Ксения Полина Вероника Алёна Людмила Галина Валентина"
    " Инна Злата Аглая Пелагея Серафима Василиса Нинель Милослава"
)
EN_MEN = listed(
    "James Robert Michael Daniel Matthew Anthony Steven Andrew Kevin Brian Edward Ronald Nathan Gerald Clifford Rupert"
)
EN_WOMEN = listed(
    "Mary Patricia Jennifer Linda Susan Margaret Rebecca Laura Kathleen Deborah Rachel Heather Bridget Philippa"
)
EN_SURNAMES = listed(
    "Sampleton Testerman Exemplar Mockridge Johnson Williams Anderson Thompson Fairbrook Hollowell Greenacre Whitlock Pemberton Ashdown"
)
KK_STEMS = listed(
    "Сынақ Үлгі Мысал Жарқын Төлеген Оразбай Сейдахмет Құрман Бекмырза Әбдірахман Нұрпейіс Қожахмет Есенғали Тұрсынбай Мақаш Дүйсен"
    " Рысқұл Сәрсен Байжан Шаймерден"
)
RU_SURNAMES = (
    ("Образцов", "Образцова"), ("Примеркин", "Примеркина"), ("Тестеров", "Тестерова"), ("Шаблонин", "Шаблонина"), ("Громов", "Громова"),
    ("Дубровин", "Дубровина"), ("Крылатов", "Крылатова"), ("Ветров", "Ветрова"), ("Полянский", "Полянская"), ("Зайчиков", "Зайчикова"),
    ("Ключевский", "Ключевская"), ("Рощин", "Рощина"), ("Сухарев", "Сухарева"), ("Тихонравов", "Тихонравова"), ("Бережной", "Бережная"),
    ("Образенко", "Образенко"), ("Лесняк", "Лесняк"), ("Пробныш", "Пробныш"), ("Черновик", "Черновик"), ("Соловьёв", "Соловьёва"),
)  # fmt: skip
HARD = "кқпстфхцчшщ"
LATIN = dict(zip("абвгдезийклмнопрстуфхыэіәғқңөұүһ", "abvgdeziyklmnoprstufkyeiagqnouuh", strict=True)) | {
    "ё": "yo", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya",
}  # fmt: skip
PASSPORT = {"й": "i", "ы": "y", "қ": "k", "ж": "zh", "ю": "iu", "я": "ia", "ү": "u", "ә": "a", "ң": "n"}
KEYBOARD = str.maketrans("әғқңөұүһіӘҒҚҢӨҰҮҺІ", "агкноуухиАГКНОУУХИ")


def latin(name: str, passport: bool = False) -> str:
    """Write a name in Latin letters, in one of two usual ways."""
    table = LATIN | PASSPORT if passport else LATIN
    return " ".join("".join(table.get(c, c) for c in word.lower()).capitalize() for word in name.split())


def kazakh_surname(draw: Random, man: bool) -> str:
    """Make a Kazakh surname: with a Russian ending, or a bare name."""
    stem = draw.choice(KK_STEMS)
    if draw.random() < 0.25:
        return stem
    ending = "ев" if stem[-1] in "аәеіиыйь" else "ов"
    return (stem[:-1] if stem[-1] in "іиый" else stem) + ending + ("" if man else "а")


def kazakh_patronymic(father: str, man: bool, draw: Random) -> str:
    """Make a patronymic: joined, apart, with a hyphen, or the Russian way."""
    son = "ұлы" if man else "қызы"
    return draw.choices(
        [father + son, f"{father} {son}", f"{father}-{son}", russian_patronymic(father, man)],
        weights=[8, 1, 1, 3],
    )[0]


def russian_patronymic(father: str, man: bool) -> str:
    """Make a Russian patronymic."""
    special = {"Илья": "Ильи", "Лев": "Льво", "Пётр": "Петро", "Павел": "Павло"}
    if father in special:
        base = special[father]
        return base + (
            "ч" if man and base.endswith("и") else "нична" if base.endswith("и") else "вич" if man else "вна"
        )
    if father.endswith("ий"):
        return father[:-2] + ("ьевич" if man else "ьевна")
    if father[-1] == "й":
        return father[:-1] + ("евич" if man else "евна")
    if father[-1] in "аяыі":
        return father[:-1] + ("ович" if man else "овна")
    return father + ("ович" if man else "овна")


class Person:
    """One invented person, who can be written in many ways."""

    def __init__(self, draw: Random, language: str) -> None:
        self.draw, self.language, self.man = draw, language, draw.random() < 0.5
        if language == "en":
            self.given = draw.choice(EN_MEN if self.man else EN_WOMEN)
            self.surname, self.patronymic = draw.choice(EN_SURNAMES), ""
        elif language == "kk":
            self.given = draw.choice(KK_MEN if self.man else KK_WOMEN)
            self.surname = kazakh_surname(draw, self.man)
            self.patronymic = kazakh_patronymic(draw.choice(KK_MEN), self.man, draw)
        else:
            self.given = draw.choice(RU_MEN if self.man else RU_WOMEN)
            self.surname = draw.choice(RU_SURNAMES)[not self.man]
            self.patronymic = russian_patronymic(draw.choice(RU_MEN), self.man)

    def full(self) -> str:
        """Write surname, given name, patronymic as forms do, or another order."""
        if self.language == "en":
            middle = f" {self.draw.choice('ABCDEFGHJKLMNPRSTW')}." if self.draw.random() < 0.3 else ""
            return f"{self.given}{middle} {self.surname}"
        orders = [
            (f"{self.surname} {self.given} {self.patronymic}", 6), (f"{self.given} {self.patronymic} {self.surname}", 1),
            (f"{self.given} {self.surname}", 4), (f"{self.surname} {self.given}", 3), (self.initials(), 2),
        ]  # fmt: skip
        written = self.draw.choices([o for o, _ in orders], weights=[w for _, w in orders])[0]
        return self.restyled(written)

    def initials(self) -> str:
        """Write the surname with initials."""
        blank = self.draw.choice(["", " "])
        letters = f"{self.given[0]}.{blank}{self.patronymic[0]}."
        return self.draw.choice([f"{self.surname} {letters}", f"{letters} {self.surname}"])

    def restyled(self, name: str) -> str:
        """Leave a name as it is, or write it in capitals or with a Russian keyboard."""
        chance = self.draw.random()
        if chance < 0.12 and "." not in name:
            return name.upper()
        return name.translate(KEYBOARD) if self.language == "kk" and chance < 0.3 else name

    def latin(self) -> str:
        """Write the name in Latin letters."""
        name = self.draw.choice(
            [
                f"{self.surname} {self.given}",
                f"{self.given} {self.surname}",
                f"{self.surname} {self.given} {self.patronymic}",
            ]
        )
        written = latin(name.replace("-", ""), self.draw.random() < 0.4)
        return written.upper() if self.draw.random() < 0.2 else written

    def genitive(self) -> str:
        """Write given name and surname in the genitive, Russian or Kazakh."""
        if self.language == "kk":
            vowel = next((c for c in reversed(self.surname.lower()) if c in "аәеёиоөуұүыіэюя"), "а")
            soft = vowel in "әеөүіэи"
            letter = (
                "т"
                if self.surname[-1].lower() in HARD + "вғб"
                else "н"
                if self.surname[-1].lower() in "аәеіыимнң"
                else "д"
            )
            return f"{self.given} {self.surname}{letter}{'ің' if soft else 'ың'}"
        return f"{russian_genitive(self.given, self.man)} {russian_genitive(self.surname, self.man, surname=True)}"


def russian_genitive(word: str, man: bool, *, surname: bool = False) -> str:
    """Put a Russian name into the genitive."""
    if surname and not man:
        ending = {"ва": "вой", "на": "ной", "ая": "ой"}.get(word[-2:])
        return word[:-2] + ending if ending else word
    if surname and word.endswith(("ский", "ой")):
        return word[:-2] + "ого"
    if word in ("Пётр", "Павел", "Лев"):
        return {"Пётр": "Петра", "Павел": "Павла", "Лев": "Льва"}[word]
    if word[-1] in "йь":
        return word[:-1] + ("я" if man else "и")
    if word[-1] == "я":
        return word[:-1] + "и"
    if word[-1] == "а":
        return word[:-1] + ("и" if word[-2] in "гкхжшчщ" else "ы")
    return word + "а" if man and word[-1] not in "оеиу" else word
