"""People of the second corpus: Kazakhs in both spellings, and Russian, Ukrainian, German, Korean, Uighur and Tatar names.

Any combination of the lists is an invented person. Cases are made by the rules of Russian and Kazakh grammars.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

__all__ = ["KEYBOARD", "OF_2021", "PASSPORT", "person", "spelled"]

KAZAKH_MEN = [
    "Ерлан",
    "Нұрлан",
    "Бауыржан",
    "Қайрат",
    "Әлібек",
    "Дәурен",
    "Жандос",
    "Мұрат",
    "Серік",
    "Талғат",
    "Арман",
    "Асхат",
    "Бекзат",
    "Берік",
    "Болат",
    "Ғани",
    "Дархан",
    "Думан",
    "Еркебұлан",
    "Ержан",
    "Жасұлан",
    "Жомарт",
    "Кемел",
    "Қанат",
    "Қуаныш",
    "Марат",
    "Мәди",
    "Нұржан",
    "Олжас",
    "Өмірзақ",
    "Рүстем",
    "Сағат",
    "Самат",
    "Санжар",
    "Сәкен",
    "Тимур",
    "Төлеген",
    "Ұлан",
    "Шыңғыс",
    "Ілияс",
    "Әділет",
    "Ақжол",
    "Алдияр",
    "Бақтияр",
    "Ернар",
    "Мейрамбек",
    "Нұрсұлтан",
    "Әлихан",
    "Мирас",
    "Айдос",
    "Расул",
    "Сұңғат",
    "Тілек",
    "Шерхан",
    "Ырысбек",
    "Жәнібек",
    "Айбар",
    "Ануар",
    "Дидар",
    "Мақсат",
    "Аманжол",
    "Сайлаубек",
    "Тұрсынхан",
    "Есенгелді",
    "Қыдырәлі",
    "Өтеген",
]
KAZAKH_WOMEN = [
    "Айгүл",
    "Айжан",
    "Әсел",
    "Әйгерім",
    "Алма",
    "Ботагөз",
    "Гүлнар",
    "Гүлмира",
    "Дана",
    "Дина",
    "Жанар",
    "Жансая",
    "Зарина",
    "Қарлығаш",
    "Күләш",
    "Лаура",
    "Ләззат",
    "Мадина",
    "Меруерт",
    "Назгүл",
    "Назым",
    "Нұргүл",
    "Раушан",
    "Роза",
    "Сая",
    "Сәуле",
    "Сандуғаш",
    "Толғанай",
    "Ұлжан",
    "Үміт",
    "Фариза",
    "Шолпан",
    "Шынар",
    "Інжу",
    "Балнұр",
    "Томирис",
    "Аружан",
    "Аяулым",
    "Кәмшат",
    "Мөлдір",
    "Перизат",
    "Гүлшат",
    "Жұлдыз",
    "Қымбат",
    "Бибігүл",
    "Рысалды",
    "Зейнеп",
    "Ақбота",
    "Ұлдана",
]
KAZAKH_SURNAMES = [
    "Ахметов",
    "Сейітов",
    "Нұрғалиев",
    "Жұмабаев",
    "Қасымов",
    "Оспанов",
    "Әбдіқадыров",
    "Бекмұратов",
    "Тоқтаров",
    "Сәрсенбаев",
    "Мұқанов",
    "Қожахметов",
    "Әлиев",
    "Ыбыраев",
    "Есенов",
    "Досжанов",
    "Байжанов",
    "Көшербаев",
    "Тұрсынбеков",
    "Үсенов",
    "Шәріпов",
    "Ысқақов",
    "Қалиев",
    "Рахымбаев",
    "Сүлейменов",
    "Төлебаев",
    "Өтегенов",
    "Жақсылықов",
    "Мәмбетов",
    "Ермеков",
    "Бейсенов",
    "Құлмағамбетов",
    "Дүйсенбін",
    "Ақшалов",
    "Тілеухан",
    "Сапарғали",
    "Айтбай",
    "Бердібек",
    "Жұмаділ",
    "Әуезхан",
    "Қонысбай",
    "Мырзабек",
    "Смағұл",
    "Есімхан",
]
TYPED_MEN = [
    "Ерлан",
    "Нурлан",
    "Бауыржан",
    "Кайрат",
    "Алибек",
    "Даурен",
    "Жандос",
    "Мурат",
    "Серик",
    "Талгат",
    "Арман",
    "Асхат",
    "Бекзат",
    "Берик",
    "Болат",
    "Дархан",
    "Ержан",
    "Жасулан",
    "Канат",
    "Куаныш",
    "Марат",
    "Нуржан",
    "Олжас",
    "Рустем",
    "Самат",
    "Санжар",
    "Тимур",
    "Улан",
    "Чингиз",
    "Ильяс",
    "Ануар",
    "Аманжол",
    "Бахытжан",
    "Сабит",
]
TYPED_WOMEN = [
    "Айгуль",
    "Айжан",
    "Асель",
    "Айгерим",
    "Алма",
    "Ботагоз",
    "Гульнар",
    "Гульмира",
    "Дана",
    "Динара",
    "Жанар",
    "Жансая",
    "Зарина",
    "Карлыгаш",
    "Лаура",
    "Ляззат",
    "Мадина",
    "Меруерт",
    "Назгуль",
    "Назым",
    "Нургуль",
    "Раушан",
    "Сауле",
    "Толганай",
    "Шолпан",
    "Шынар",
    "Аружан",
    "Камшат",
    "Молдир",
    "Перизат",
    "Бибигуль",
]
TYPED_SURNAMES = [
    "Ахметов",
    "Сеитов",
    "Нургалиев",
    "Жумабаев",
    "Касымов",
    "Оспанов",
    "Бекмуратов",
    "Токтаров",
    "Сарсенбаев",
    "Муканов",
    "Алиев",
    "Ибраев",
    "Есенов",
    "Байжанов",
    "Кушербаев",
    "Турсынбеков",
    "Усенов",
    "Рахимбаев",
    "Сулейменов",
    "Тулебаев",
    "Утегенов",
    "Мамбетов",
    "Бейсенов",
    "Искаков",
    "Калиев",
    "Абдрахманов",
    "Жаксылыков",
    "Кулмагамбетов",
]
RUSSIAN_MEN = [
    "Александр",
    "Сергей",
    "Дмитрий",
    "Андрей",
    "Алексей",
    "Евгений",
    "Михаил",
    "Игорь",
    "Олег",
    "Виктор",
    "Юрий",
    "Николай",
    "Павел",
    "Роман",
    "Артём",
    "Константин",
    "Станислав",
    "Виталий",
    "Григорий",
    "Фёдор",
    "Вадим",
    "Геннадий",
    "Тимофей",
    "Илья",
    "Егор",
    "Лев",
    "Савелий",
    "Захар",
    "Рустам",
    "Ильдар",
    "Артур",
    "Рамиль",
    "Генрих",
    "Шухрат",
]
RUSSIAN_WOMEN = [
    "Анна",
    "Мария",
    "Елена",
    "Ольга",
    "Наталья",
    "Ирина",
    "Светлана",
    "Татьяна",
    "Екатерина",
    "Людмила",
    "Галина",
    "Юлия",
    "Виктория",
    "Оксана",
    "Валентина",
    "Надежда",
    "Лариса",
    "Ксения",
    "Дарья",
    "Полина",
    "Алёна",
    "Эльвира",
    "Снежана",
    "Кристина",
    "Зульфия",
    "Венера",
    "Гульнара",
    "Любовь",
    "Инна",
    "Жанна",
]
RUSSIAN_FATHERS = [
    "Александрович",
    "Сергеевич",
    "Дмитриевич",
    "Андреевич",
    "Алексеевич",
    "Евгеньевич",
    "Михайлович",
    "Игоревич",
    "Олегович",
    "Викторович",
    "Юрьевич",
    "Николаевич",
    "Павлович",
    "Ильич",
    "Фёдорович",
    "Рустамович",
    "Маратович",
    "Ерланович",
    "Булатович",
    "Генрихович",
    "Владимирович",
    "Кайратович",
]
RUSSIAN_SURNAMES = [
    "Соколов",
    "Кузнецов",
    "Лебедев",
    "Морозов",
    "Новиков",
    "Волков",
    "Зайцев",
    "Павлов",
    "Голубев",
    "Виноградов",
    "Белов",
    "Тарасов",
    "Киселёв",
    "Щербаков",
    "Жуков",
    "Раевский",
    "Полянский",
    "Ковалёв",
    "Пономарёв",
    "Никитин",
    "Ильин",
    "Фомин",
    "Сафиуллин",
    "Хайруллин",
    "Юнусов",
    "Каримов",
    "Турсунов",
    "Розыбакиев",
    "Самсаков",
    "Холматов",
    "Дудин",
    "Сухарев",
    "Чернышёв",
]
OTHER_SURNAMES = [
    "Гончаренко",
    "Шевченко",
    "Коваленко",
    "Бондарь",
    "Мельник",
    "Черных",
    "Долгих",
    "Ким",
    "Пак",
    "Цой",
    "Тен",
    "Хван",
    "Югай",
    "Шмидт",
    "Миллер",
    "Вагнер",
    "Беккер",
    "Фишер",
    "Штейн",
    "Гук",
    "Ткач",
]
KEYBOARD = str.maketrans("ӘәҒғҚқҢңӨөҰұҮүҺһІі", "АаГгКкНнОоУуУуХхИи")
VOWELS, FRONT, VOICELESS = "аәоөұүыіэеуиюяё", "әөүіеэи", "пткқсшщчцхфһбвгд"
CASES = {"gen": 0, "dat": 1, "ins": 2}
IRREGULAR = {"Лев": "Льва Льву Львом", "Павел": "Павла Павлу Павлом", "Любовь": "Любови Любови Любовью"}

PASSPORT = dict(
    zip(
        "абвгдеёзийклмнопрстуфхыіәғқңөұүһэ",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "e",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "kh",
            "y",
            "i",
            "a",
            "g",
            "k",
            "n",
            "o",
            "u",
            "u",
            "h",
            "e",
        ],
        strict=True,
    )
) | {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya", "ь": "", "ъ": ""}
OF_2021 = {
    **PASSPORT,
    "ә": "ä",
    "ғ": "ğ",
    "қ": "q",
    "ң": "ñ",
    "ө": "ö",
    "ұ": "ū",
    "ү": "ü",
    "ш": "ş",
    "ж": "j",
    "й": "i",
    "х": "h",
}
OF_2018 = {
    **PASSPORT,
    "ә": "á",
    "ғ": "ǵ",
    "қ": "q",
    "ң": "ń",
    "ө": "ó",
    "ү": "ú",
    "у": "ý",
    "ж": "j",
    "й": "ı",
    "х": "h",
    "и": "ı",
}


def spelled(name: str, letters: dict[str, str]) -> str:
    """Write a name in Latin letters."""
    latin = ((letters.get(sign.lower(), sign), sign.isupper()) for sign in name)
    return "".join(new.capitalize() if upper else new for new, upper in latin)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "": lambda name: name,
    "up": str.upper,
    "low": str.lower,
    "fold": lambda name: name.translate(KEYBOARD),
    "lat": lambda name: spelled(name, PASSPORT),
    "latup": lambda name: spelled(name, PASSPORT).upper(),
    "l21": lambda name: spelled(name, OF_2021),
    "l18": lambda name: spelled(name, OF_2018),
}


def person(
    draw: Random, people: str = "mix", order: str = "sgp", case: str = "nom", spelling: str = ""
) -> str:
    """Write a name: ``s`` surname, ``g`` given name, ``p`` patronymic, ``i`` initial, in the order asked for."""
    people = draw.choice(["ru", "rkz"]) if people == "mix" else people
    female = draw.random() < 0.5
    surname, given, father = {"kk": kazakh, "rkz": typed, "ru": russian}[people](draw, female)
    if people == "kk":
        written = [surname, given, father]
        ordered = arranged(draw, order, written, written)
        if case != "nom" and not ordered.endswith("."):
            ordered = kazakh_case(ordered, case)
    else:
        inflected = [
            russian_case(word, case, kind, female)
            for word, kind in zip((surname, given, father), "sgp", strict=True)
        ]
        ordered = arranged(draw, order, [surname, given, father], inflected)
    return SPELLINGS[spelling](ordered)


def arranged(draw: Random, order: str, plain: list[str], inflected: list[str]) -> str:
    """Put the parts into an order; initials stand together with or without a blank."""
    initials = [f"{word[0]}." for word in plain[1:]]
    if "i" in order:
        short = draw.choice(["", " "]).join(initials[: order.count("i")])
        return f"{inflected[0]} {short}" if order[0] == "s" else f"{short} {inflected[0]}"
    return " ".join(inflected["sgp".index(part)] for part in order)


def kazakh(draw: Random, female: bool) -> tuple[str, str, str]:
    """Draw a Kazakh name in Kazakh spelling."""
    surname = feminine(draw.choice(KAZAKH_SURNAMES)) if female else draw.choice(KAZAKH_SURNAMES)
    father = draw.choice(KAZAKH_MEN) + ("қызы" if female else "ұлы")
    return surname, draw.choice(KAZAKH_WOMEN if female else KAZAKH_MEN), father


def typed(draw: Random, female: bool) -> tuple[str, str, str]:
    """Draw a Kazakh name in Russian spelling."""
    surname, father = draw.choice(TYPED_SURNAMES), draw.choice(TYPED_MEN)
    given = draw.choice(TYPED_WOMEN if female else TYPED_MEN)
    if draw.random() < 0.4:
        return feminine(surname) if female else surname, given, father + ("кызы" if female else "улы")
    soft = father.endswith(("й", "ь"))
    father = (father[:-1] if soft else father) + ("е" if soft else "о") + ("вна" if female else "вич")
    return feminine(surname) if female else surname, given, father


def russian(draw: Random, female: bool) -> tuple[str, str, str]:
    """Draw a name of another people of Kazakhstan."""
    surname = draw.choice(RUSSIAN_SURNAMES if draw.random() < 0.7 else OTHER_SURNAMES)
    father = draw.choice(RUSSIAN_FATHERS)
    if not female:
        return surname, draw.choice(RUSSIAN_MEN), father
    father = "Ильинична" if father == "Ильич" else father[:-2] + "на"
    return feminine(surname), draw.choice(RUSSIAN_WOMEN), father


def feminine(surname: str) -> str:
    """Give a surname its feminine form."""
    if surname.endswith("ский"):
        return surname[:-2] + "ая"
    return surname + "а" if re.search("(?:ов|ев|ёв|ин|ын)$", surname) else surname


def russian_case(word: str, case: str, kind: str, female: bool) -> str:
    """Inflect a surname, a given name or a patronymic."""
    if case == "nom":
        return word
    if case == "acc":
        return accusative(word, kind) if female else russian_case(word, "gen", kind, female)
    place = CASES[case]
    if kind == "p":
        return patronymic_case(word, place)
    return surname_case(word, place, female) if kind == "s" else given_case(word, place, female)


def accusative(word: str, kind: str) -> str:
    """Inflect a feminine name; a surname without a Russian ending stays."""
    if word.endswith("ая"):
        return word[:-2] + "ую"
    if word.endswith("а") and (kind != "s" or re.search("(?:ов|ев|ёв|ин|ын)а$", word)):
        return word[:-1] + "у"
    return word[:-1] + "ю" if word.endswith("я") else word


def patronymic_case(word: str, place: int) -> str:
    """Inflect a patronymic; Kazakh ones stay."""
    if word.endswith(("кызы", "улы")):
        return word
    return word[:-1] + ["ы", "е", "ой"][place] if word.endswith("на") else word + ["а", "у", "ем"][place]


def surname_case(word: str, place: int, female: bool) -> str:
    """Inflect a surname."""
    if female:
        ending = re.search("(?:ая|(?<=ов|ев|ёв|ин|ын)а)$", word)
        return word[: ending.start()] + "ой" if ending else word
    if word.endswith("ский"):
        return word[:-2] + ["ого", "ому", "им"][place]
    if word.endswith(("о", "ых", "их")):
        return word
    if word.endswith(("ь", "й")):
        return word[:-1] + ["я", "ю", "ем"][place]
    return word + ("а у ым" if re.search("(?:ов|ев|ёв|ин|ын)$", word) else "а у ом").split()[place]


def given_case(word: str, place: int, female: bool) -> str:
    """Inflect a given name."""
    if word in IRREGULAR:
        return IRREGULAR[word].split()[place]
    if word.endswith("ия"):
        return word[:-1] + ["и", "и", "ей"][place]
    if word.endswith("я"):
        return word[:-1] + ["и", "е", "ей"][place]
    if word.endswith("а"):
        return word[:-1] + ("и е ой" if word[-2] in "гкхжшч" else "ы е ой").split()[place]
    if word.endswith(("й", "ь")):
        return word[:-1] + ("и и ью" if female else "я ю ем").split()[place]
    return word if female else word + ["а", "у", "ом"][place]


def kazakh_case(word: str, case: str) -> str:
    """Put a Kazakh case ending to a name by vowel harmony and the last sound."""
    vowels = [sign for sign in word.lower() if sign in VOWELS]
    front = word.endswith("ев") or (not word.endswith("ов") and vowels[-1] in FRONT)
    last = word[-1].lower()
    back_and_front = {
        "gen": "ның нің" if last in VOWELS + "мнң" else "тың тің" if last in VOICELESS else "дың дің",
        "dat": "қа ке" if last in VOICELESS else "ға ге",
        "acc": "ны ні" if last in VOWELS else "ты ті" if last in VOICELESS else "ды ді",
        "abl": "нан нен" if last in "мнң" else "тан тен" if last in VOICELESS else "дан ден",
        "ins": "пен пен" if last in VOICELESS else "бен бен" if last == "з" else "мен мен",
    }[case]
    return word + back_and_front.split()[front]
