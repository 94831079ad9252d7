"""Addresses of the second corpus, in the forms of letters, orders, chats and databases."""

from __future__ import annotations

from random import Random

from benchmarks.detection.second.names import KEYBOARD, OF_2021, PASSPORT, spelled
from benchmarks.detection.second.numbers import Make, digits

__all__ = ["ADDRESSES"]

STREETS = [
    "Абая",
    "Толе би",
    "Сатпаева",
    "Достык",
    "Кабанбай батыра",
    "Мангилик Ел",
    "Гоголя",
    "Сейфуллина",
    "Айтеке би",
    "Панфилова",
    "Кунаева",
    "Момышулы",
    "Тауелсиздик",
    "Республики",
    "Бухар жырау",
    "Карасай батыра",
    "Жибек жолы",
    "Ауэзова",
    "Розыбакиева",
    "Степная",
    "1 Мая",
    "Западная",
    "Джамбула",
    "8 Марта",
    "Иманова",
    "Победы",
    "Сарыарка",
    "Назарбаева",
    "Шевченко",
    "Байтурсынова",
]
KK_STREETS = [
    "Абай",
    "Төле би",
    "Сәтбаев",
    "Достық",
    "Қабанбай батыр",
    "Мәңгілік Ел",
    "Гоголь",
    "Сейфуллин",
    "Әйтеке би",
    "Панфилов",
    "Қонаев",
    "Бауыржан Момышұлы",
    "Тәуелсіздік",
    "Республика",
    "Бұқар жырау",
    "Қарасай батыр",
    "Жібек жолы",
    "Әуезов",
    "Кенесары",
    "Ыбырай Алтынсарин",
    "Наурыз",
    "Желтоқсан",
    "Жамбыл",
    "Сарыарқа",
    "Бейбітшілік",
    "Ақмешіт",
    "Қорғалжын",
    "Ұлы Дала",
    "Шәкәрім",
    "Иманов",
]
TOWNS = [
    "Алматы",
    "Астана",
    "Шымкент",
    "Караганда",
    "Актобе",
    "Тараз",
    "Павлодар",
    "Усть-Каменогорск",
    "Семей",
    "Атырау",
    "Костанай",
    "Кызылорда",
    "Уральск",
    "Петропавловск",
    "Актау",
    "Темиртау",
    "Туркестан",
    "Кокшетау",
    "Талдыкорган",
    "Экибастуз",
    "Рудный",
    "Жезказган",
    "Балхаш",
    "Каскелен",
    "Конаев",
]
KK_TOWNS = [
    "Алматы",
    "Астана",
    "Шымкент",
    "Қарағанды",
    "Ақтөбе",
    "Тараз",
    "Павлодар",
    "Өскемен",
    "Семей",
    "Атырау",
    "Қостанай",
    "Қызылорда",
    "Орал",
    "Петропавл",
    "Ақтау",
    "Теміртау",
    "Түркістан",
    "Көкшетау",
    "Талдықорған",
    "Екібастұз",
    "Рудный",
    "Жезқазған",
    "Балқаш",
    "Қаскелең",
    "Қонаев",
]
DISTRICTS = [
    "Самал-2",
    "Аксай-4",
    "Орбита-3",
    "Жетысу-1",
    "Таугуль",
    "Мамыр-7",
    "Нурсат",
    "Кулагер",
    "Алмагуль",
    "Калкаман-2",
    "5",
    "11",
    "12А",
    "Юго-Восток",
    "Степной-3",
]
VILLAGES = [
    "Береке",
    "Жана Турмыс",
    "Акколь",
    "Узынагаш",
    "Бескарагай",
    "Новоишимское",
    "Покровка",
    "Саумалколь",
    "Ушарал",
    "Чапаево",
    "Кабанбай батыра",
    "Тургень",
    "Карабулак",
    "Шелек",
]
KK_VILLAGES = [
    "Береке",
    "Жаңа тұрмыс",
    "Ақкөл",
    "Ұзынағаш",
    "Бесқарағай",
    "Сарыкемер",
    "Мойынқұм",
    "Үшарал",
    "Қарабұлақ",
    "Шелек",
    "Тасбөгет",
    "Қызылағаш",
]
REGIONS = [
    "Алматинская",
    "Акмолинская",
    "Карагандинская",
    "Костанайская",
    "Туркестанская",
    "Павлодарская",
    "Жамбылская",
    "Восточно-Казахстанская",
    "Мангистауская",
]
KK_REGIONS = [
    "Алматы",
    "Ақмола",
    "Қарағанды",
    "Қостанай",
    "Түркістан",
    "Павлодар",
    "Жамбыл",
    "Шығыс Қазақстан",
    "Маңғыстау",
    "Абай",
    "Жетісу",
]
RAYONS = [
    "Талгарский",
    "Енбекшиказахский",
    "Целиноградский",
    "Бородулихинский",
    "Сарыагашский",
    "Карасайский",
    "Аккольский",
    "Бурабайский",
]
KK_RAYONS = ["Талғар", "Еңбекшіқазақ", "Целиноград", "Сарыағаш", "Қарасай", "Ақкөл", "Бурабай", "Созақ"]
STREET_WORDS = ["ул. ", "улица ", "ул.", "пр. ", "пр-т ", "проспект ", "пер. ", "бульвар "]


def house(draw: Random) -> str:
    """Write the number of a house."""
    number = draw.randint(1, 150)
    return draw.choice(
        [str(number), f"{number}{draw.choice('АБВа')}", f"{number}/{draw.randint(1, 12)}", str(number)]
    )


def old_code(draw: Random) -> str:
    """Draw a postal code of six digits."""
    return f"0{draw.choice('1235')}00{digits(draw, 2)}"


def russian(draw: Random, form: str = "any") -> str:
    """Write an address in Russian."""
    number, flat = house(draw), draw.randint(1, 320)
    street, town, word = draw.choice(STREETS), draw.choice(TOWNS), draw.choice(STREET_WORDS)
    village, region, rayon = draw.choice(VILLAGES), draw.choice(REGIONS), draw.choice(RAYONS)
    district = draw.choice(DISTRICTS)
    new_code = f"{draw.choice('ABCDEZMX')}{digits(draw, 2)}{draw.choice('ABCDEHKP')}{digits(draw, 1)}{draw.choice('ABCDTXW')}{digits(draw, 1)}"
    usual = {
        "full": f"Республика Казахстан, {old_code(draw)}, г. {town}, {word}{street}, д. {number}, кв. {flat}",
        "reg": f"{region} область, {rayon} район, с. {village}, {word}{street}, дом {number}",
        "reg2": f"{region} обл., {rayon} р-н, село {village}, ул. {street}, {number}",
        "city": f"г. {town}, {word}{street}, {number}",
        "city2": f"г.{town}, ул.{street} {number}, кв.{flat}",
        "nocity": f"{word}{street}, д. {number}, кв. {flat}",
        "nocity2": f"{word}{street} {number}-{flat}",
        "slash": f"г. {town}, ул. {street} {number}, офис {flat}",
        "mk": f"г. {town}, мкр. {district}, д. {number}, кв. {flat}",
        "mk2": f"мкр-н {district}, дом {number}, квартира {flat}",
        "mk3": f"{town}, мкр {district} {draw.randint(1, 90)}-{flat}",
        "zhm": f"г. {town}, ЖМ {draw.choice(['Заря Востока', 'Шанырак', 'Думан'])}, ул. {street}, {number}",
        "new": f"{new_code}, г. {town}, {word}{street}, {number}",
        "rayon": f"г. {town}, {draw.choice(['Алмалинский', 'Есильский'])} район, {word}{street}, дом {number}, кв. {flat}",
        "zhk": f"г. {town}, ЖК «{draw.choice(['Хайвил', 'Аружай', 'Зелёный квартал'])}», {word}{street}, {number}, кв. {flat}",
        "step": f"{town}, {word}{street}, д.{number}, подъезд {draw.randint(1, 9)}, этаж {draw.randint(1, 16)}, кв.{flat}",
    }
    rare = {
        "low": f"г. {town.lower()} ул. {street.lower()} д. {number} кв. {flat}",
        "bare": f"{town}, {street} {number}, кв {flat}",
        "up": f"Г. {town.upper()}, УЛ. {street.upper()}, Д. {number}, КВ. {flat}",
    }
    return draw.choice(list(usual.values())) if form == "any" else (usual | rare)[form]


def kazakh(draw: Random, form: str = "any") -> str:
    """Write an address in Kazakh; ``fold`` is typed on a Russian keyboard, ``l21`` in Latin letters."""
    number, flat, plain = house(draw), draw.randint(1, 320), draw.randint(1, 150)
    street, town, village = draw.choice(KK_STREETS), draw.choice(KK_TOWNS), draw.choice(KK_VILLAGES)
    region, rayon = draw.choice(KK_REGIONS), draw.choice(KK_RAYONS)
    forms = {
        "a": f"{town} қаласы, {street} көшесі, {number}-үй, {flat}-пәтер",
        "b": f"{town} қ., {street} к-сі, {number} үй, {flat} пәтер",
        "c": f"{region} облысы, {rayon} ауданы, {village} ауылы, {street} көшесі, {plain}-үй",
        "d": f"Қазақстан Республикасы, {old_code(draw)}, {town} қ., {street} даңғылы, {number}-үй, {flat}-пәтер",
        "e": f"{street} көшесі, {number}-үй, {flat}-пәтер",
        "f": f"{town} қ., {street} көшесі {number}, {flat} пәтер",
        "g": f"{town} қ., {draw.randint(1, 30)} ықшамауданы, {plain}-үй, {flat}-пәтер",
        "h": f"{town} қаласы, {draw.choice(['Самал', 'Нұрсәт', 'Көктем'])}-{draw.randint(1, 3)} шағын ауданы, {plain} үй, {flat} пәтер",
        "i": f"{region} обл., {rayon} ауд., {village} а., {street} көшесі, {plain}",
        "j": f"{town} қ., {draw.choice(['Алмалы', 'Есіл', 'Бостандық'])} ауданы, {street} даңғылы, {number}",
        "k": f"{street} даңғылы, {number}",
        "l": f"{town} қаласы {street} көшесі {number} үй",
        "m": f"{village} ауылы, {street} көшесі, {plain} үй",
    }
    if form == "fold":
        return draw.choice(list(forms.values())[:6]).translate(KEYBOARD)
    if form == "l21":
        return spelled(draw.choice([forms["a"], forms["c"]]), OF_2021)
    return draw.choice(list(forms.values())) if form == "any" else forms[form]


def english(draw: Random) -> str:
    """Write an address in English."""
    street, town = spelled(draw.choice(STREETS), PASSPORT), spelled(draw.choice(TOWNS), PASSPORT)
    number, flat = draw.randint(1, 200), draw.randint(1, 300)
    return draw.choice(
        [
            f"{number} {street} Street, apt. {flat}, {town}, Kazakhstan",
            f"{street} st. {number}, apt {flat}, {town}",
            f"{street} Ave. {number}, {town} 0500{digits(draw, 2)}",
            f"{town}, {street} str., {number}, flat {flat}",
            f"{number}/{draw.randint(1, 9)} {street} Avenue, {town}, 0500{digits(draw, 2)}, Kazakhstan",
        ]
    )


ADDRESSES: dict[str, tuple[str, Make]] = {
    "adr": ("KZ_ADDRESS", russian),
    "kadr": ("KZ_ADDRESS", kazakh),
    "eadr": ("KZ_ADDRESS", english),
}
