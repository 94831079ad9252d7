"""KZ_VEHICLE_PLATE: plates of vehicles."""

from __future__ import annotations

import re

from piiguard.recognizers.base import Pattern, Rule, moved
from piiguard.recognizers.checks import vehicle_plate
from piiguard.recognizers.checks.characters import BLANKS, strip_separators, to_latin
from piiguard.recognizers.checks.later import later
from piiguard.recognizers.checks.name_words import words
from piiguard.recognizers.labels import phrases
from piiguard.recognizers.shapes import NOT_AFTER, NOT_BEFORE

__all__ = ["RULE"]

_S = f"[{BLANKS}|/-]{{0,3}}"
_L = "[A-ZАВЕКМНОРСТХУ]"
_RU = "(?-i:[А-ИК-ФХЦЯA-Z])"  # typed as they sound, where the letter looks like none of the other script
_REGION = "(?:0[1-9]|1[0-9]|20)"
_HEXADECIMAL = re.compile("[0-9A-F]+")
_APART = later(r"[0-9][^\w]([^\W\d_]{2,3})[^\w][0-9]")
# «300 км 12 мая», "100 and 20": between two numbers, letters that measure or join
_MEASURES = frozenset(
    phrases(
        "км; см; мм; кв; шт; тг; рет; сом; сум; час; сек; лет; дн; ден; мес; экз; тон; the; and; for; per; out; off; not; max; min; kg; km"
    )
)
_SHOUTED = frozenset(phrases("мин; млн; руб"))  # which no plate spells, in capitals either
# «E 220 CDI», «X 535 XDI»: a model and its engine, which are written as plates of 1993 were
_ENGINE = re.compile(
    r"[A-Z][0-9]{3}(?:[A-Z]DI|[A-Z]?DCI|TS?I|[FG]SI|CRD|AMG|GT[ISRX]|CGI|TDS|VVT|MPI|SR[TX]|CVT|XDR|XLT?|LX)"
)


def _is_word(letters: str) -> bool:
    small = letters.lower()
    if letters != small:
        return small in _SHOUTED
    return small in _SHOUTED | _MEASURES or small in words("words_ru") or small in words("words_kk")


def _check(value: str) -> bool | None:
    """Keep the pattern's score where the form and the region exist."""
    return None if vehicle_plate.is_valid(value) else False


def _doubt(value: str) -> tuple[float, str] | None:
    """Hexadecimal numbers, identifiers in lower case and models of cars have the form."""
    if _ENGINE.fullmatch(to_latin(strip_separators(value.upper()))):
        return 0.35, "reads as a model and its engine"
    if (apart := _APART.search(value)) and _is_word(apart[1]):
        return 0.6, "reads as two numbers and a word"
    if value != value.upper():
        return 0.1, "in lower case"
    return (0.1, "reads as a hexadecimal number") if _HEXADECIMAL.fullmatch(to_latin(value)) else None


RULE = Rule(
    entity="KZ_VEHICLE_PLATE",
    name="KzVehiclePlateRecognizer",
    about="Finds plates; without a label only those of the present standard that are no hexadecimal number.",
    patterns=(
        Pattern("standard of 2012", rf"{NOT_BEFORE}[0-9]{{3}}{_S}{_L}{{3}}{_S}{_REGION}{NOT_AFTER}", 0.35),
        Pattern(
            "country before it", rf"{NOT_BEFORE}KZ{_S}[0-9]{{3}}{_S}{_L}{{2,3}}{_S}{_REGION}{NOT_AFTER}", 0.5
        ),
        Pattern("of a legal entity", rf"{NOT_BEFORE}[0-9]{{3}}{_S}{_L}{{2}}{_S}{_REGION}{NOT_AFTER}", 0.2),
        Pattern("of a trailer", rf"{NOT_BEFORE}[0-9]{{2}}{_S}{_L}{{3}}{_S}{_REGION}{NOT_AFTER}", 0.1),
        Pattern(
            "of a motorcycle", rf"{NOT_BEFORE}[0-9]{{2}}{_S}(?-i:{_L}{{2}}){_S}{_REGION}{NOT_AFTER}", 0.1
        ),
        Pattern("standard of 1993", rf"{NOT_BEFORE}{_L}{_S}[0-9]{{3}}{_S}{_L}{{2,3}}{NOT_AFTER}", 0.1),
        Pattern(
            "letters as they sound",
            rf"{NOT_BEFORE}(?:[0-9]{{3}}{_S}{_RU}{{2,3}}{_S}{_REGION}|{_RU}{_S}[0-9]{{3}}{_S}{_RU}{{2,3}}){NOT_AFTER}",
            0.1,
        ),
    ),
    context=phrases(
        "госномер; т/с; стс; срптс; српс; сртс; огпо; каско; техосмотр; путевой лист; жол парағы; эвакуировали; эвакуировать; г/н; г.н.; г.р.з.; грз; гос.; гос. номер; гос номер; госномера; государственный номер; номерной знак; грнз; автомобиль; авто",
        "государственный регистрационный номерной знак; рег. номер; машина; автомашина; а/м; а/мобиль; vin; тс; транспорт",
        "транспортное средство; номер авто; номер машины; мемлекеттік нөмір; мемлекеттік нөмірі; көлік; көліг; көлік нөмірі",
        "автокөлік; автокөлігі; көлігі; kolig; kolyg; мемнөмір; авто нөмірі; memlekettik nomir; kolik; kolik nomiri; avtokolik; gos nomer; gosnomer; grnz; nomer avto",
        "plate; license plate; licence plate; plate number; car number; reg number; registration plate; vehicle; car; plate no; mashina; avtomobil; avto; avtomashina; anpr; мемлекеттік нөмірлі; мемл. нөмірі; мемл нөмірі",
        "прицеп; полуприцеп; тягач; фура; грузовик; автобус; микроавтобус; мотоцикл; внедорожник; джип; жип; седан; кроссовер; тіркеме; trailer; truck; lorry; van; suv; sedan; jeep",
        "тойота; камри; хендай; хендэ; киа; лада; шевроле; кобальт; лексус; бмв; мерседес; ниссан; фольксваген; ауди; мицубиси; субару; рено; шкода",
        "toyota; camry; hyundai; kia; lada; chevrolet; cobalt; lexus; bmw; mercedes; nissan; volkswagen; audi; mitsubishi; subaru; renault; skoda",
        "газель; камаз; маз; уаз; ваз; daewoo; ravon; haval; chery; geely; changan; такси; taxi; дтп; осаго; жкө; автосервис; сто",
        "парковка; стоянка; шлагбаум; эвакуатор; эвакуирован; штрафстоянка; штраф пдд; въезд; выезд; тұрақ; автотұрақ; parking; parked; towed",
        "регистрационный номер; регистрационный знак; рег. знак; рег знак; госзнак; г/з; тіркеу нөмірі; тіркеу белгісі; мем. нөмірі; мем нөмірі; м/н; мтнб",
        "auto number; auto no; ts number; ts no; veh; registration number; registration mark; state number; gos num; reg num; reg plate; tirkeu nomiri; mem nomiri",
        "прадо; крузер; хайлюкс; королла; приора; гранта; веста; солярис; акцент; элантра; соната; туссан; крета; спортейдж; пассат; октавия; дастер; логан",
        "нексия; матиз; авео; круз; аутлендер; паджеро; лансер; кашкай; альмера; мазда; хонда; опель; пежо; вольво; скания; prado; corolla; elantra; sonata; tucson; creta",
        "sportage; passat; octavia; duster; nexia; matiz; outlander; pajero; lancer; qashqai; mazda; honda; opel; peugeot; volvo; scania; jetour; tiguan",
    ),
    against=phrases(
        "группа; группы; тобы; group; course; room; кабинет; аудитория; sku; артикул; модель; model; тариф"
    ),
    company=frozenset({"PERSON", "KZ_DRIVER_LICENSE"}),
    gain=0.5,
    negatable=True,
    check=_check,
    doubt=_doubt,
)
__getattr__ = moved("KzVehiclePlateRecognizer")
