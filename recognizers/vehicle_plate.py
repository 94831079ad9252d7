"""KZ_VEHICLE_PLATE: plates of vehicles."""

from __future__ import annotations

import re

from piiguard.recognizers.base import Pattern, Rule, moved
from piiguard.recognizers.checks import vehicle_plate
from piiguard.recognizers.checks.characters import BLANKS, to_latin
from piiguard.recognizers.labels import phrases
from piiguard.recognizers.shapes import NOT_AFTER, NOT_BEFORE

__all__ = ["RULE"]

_S = f"[{BLANKS}|/-]{{0,2}}"
_L = "[A-ZАВЕКМНОРСТХУ]"
_REGION = "(?:0[1-9]|1[0-9]|20)"
_HEXADECIMAL = re.compile("[0-9A-F]+")


def _check(value: str) -> bool | None:
    """Keep the pattern's score where the form and the region exist."""
    return None if vehicle_plate.is_valid(value) else False


def _doubt(value: str) -> tuple[float, str] | None:
    """Hexadecimal numbers and identifiers in lower case have the form."""
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
        Pattern("standard of 1993", rf"{NOT_BEFORE}{_L}{_S}[0-9]{{3}}{_S}{_L}{{2,3}}{NOT_AFTER}", 0.1),
    ),
    context=phrases(
        "госномер; г/н; г.н.; г.р.з.; грз; гос.; гос. номер; гос номер; госномера; государственный номер; номерной знак; грнз; автомобиль; авто",
        "государственный регистрационный номерной знак; рег. номер; машина; автомашина; а/м; а/мобиль; vin; тс; транспорт",
        "транспортное средство; номер авто; номер машины; мемлекеттік нөмір; мемлекеттік нөмірі; көлік; көліг; көлік нөмірі",
        "автокөлік; автокөлігі; көлігі; мемнөмір; авто нөмірі; memlekettik nomir; kolik; kolik nomiri; avtokolik; gos nomer; gosnomer; grnz; nomer avto",
        "plate; license plate; licence plate; plate number; car number; reg number; registration plate; vehicle; car; plate no; mashina; avtomobil; avto; avtomashina; anpr; мемлекеттік нөмірлі",
        "прицеп; полуприцеп; тягач; фура; грузовик; автобус; микроавтобус; мотоцикл; внедорожник; джип; жип; седан; кроссовер; тіркеме; trailer; truck; lorry; van; suv; sedan; jeep",
        "тойота; камри; хендай; хендэ; киа; лада; шевроле; кобальт; лексус; бмв; мерседес; ниссан; фольксваген; ауди; мицубиси; субару; рено; шкода",
        "toyota; camry; hyundai; kia; lada; chevrolet; cobalt; lexus; bmw; mercedes; nissan; volkswagen; audi; mitsubishi; subaru; renault; skoda",
        "газель; камаз; маз; уаз; ваз; daewoo; ravon; haval; chery; geely; changan; такси; taxi; дтп; осаго; жкө; автосервис; сто",
        "парковка; стоянка; шлагбаум; эвакуатор; штрафстоянка; тұрақ; автотұрақ; parking; parked",
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
