from typing import List, Optional

from presidio_analyzer import Pattern, PatternRecognizer


class KzVehiclePlateRecognizer(PatternRecognizer):
    """
    Recognize the vehicle plate of Kazakhstan.

    Three digits, three letters (two of legal entities) and the region, 01-20; Latin
    letters and the Cyrillic ones that look like them.
    Source: ST RK 986 (2012, 2022).

    :param patterns: List of patterns to be used by this recognizer
    :param context: List of context words to increase confidence in detection
    :param supported_language: Language this recognizer supports
    :param supported_entity: The entity this recognizer can detect
    :param name: Name of this recognizer
    """

    COUNTRY_CODE = "kz"

    PATTERNS = [
        Pattern(
            "standard of 2012",
            r"(?<![0-9A-Za-z\u0400-\u052f])[0-9]{3}[ \u0009\u00a0\u202f\u2007\u2009|/-]{0,2}[A-Z\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0423]{3}[ \u0009\u00a0\u202f\u2007\u2009|/-]{0,2}(?:0[1-9]|1[0-9]|20)(?![0-9A-Za-z\u0400-\u052f])",  # noqa: E501
            0.35,
        ),
        Pattern(
            "country before it",
            r"(?<![0-9A-Za-z\u0400-\u052f])KZ[ \u0009\u00a0\u202f\u2007\u2009|/-]{0,2}[0-9]{3}[ \u0009\u00a0\u202f\u2007\u2009|/-]{0,2}[A-Z\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0423]{2,3}[ \u0009\u00a0\u202f\u2007\u2009|/-]{0,2}(?:0[1-9]|1[0-9]|20)(?![0-9A-Za-z\u0400-\u052f])",  # noqa: E501
            0.5,
        ),
        Pattern(
            "of a legal entity",
            r"(?<![0-9A-Za-z\u0400-\u052f])[0-9]{3}[ \u0009\u00a0\u202f\u2007\u2009|/-]{0,2}[A-Z\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0423]{2}[ \u0009\u00a0\u202f\u2007\u2009|/-]{0,2}(?:0[1-9]|1[0-9]|20)(?![0-9A-Za-z\u0400-\u052f])",  # noqa: E501
            0.2,
        ),
    ]

    CONTEXT = [
        "госномер",
        "г/н",
        "г.н.",
        "г.р.з.",
        "грз",
        "гос.",
        "госномера",
        "грнз",
        "автомобиль",
        "авто",
        "машина",
        "автомашина",
        "а/м",
        "а/мобиль",
        "vin",
        "тс",
        "транспорт",
        "көлік",
        "көліг",
        "автокөлік",
        "автокөлігі",
        "көлігі",
        "мемнөмір",
        "kolik",
        "avtokolik",
        "gosnomer",
        "grnz",
        "plate",
        "vehicle",
        "car",
        "mashina",
        "avtomobil",
        "avto",
        "avtomashina",
        "anpr",
        "прицеп",
        "полуприцеп",
        "тягач",
        "фура",
        "грузовик",
        "автобус",
        "микроавтобус",
        "мотоцикл",
        "внедорожник",
        "джип",
        "жип",
        "седан",
        "кроссовер",
        "тіркеме",
        "trailer",
        "truck",
        "lorry",
        "van",
        "suv",
        "sedan",
        "jeep",
        "тойота",
        "камри",
        "хендай",
        "хендэ",
        "киа",
        "лада",
        "шевроле",
        "кобальт",
        "лексус",
        "бмв",
        "мерседес",
        "ниссан",
        "фольксваген",
        "ауди",
        "мицубиси",
        "субару",
        "рено",
        "шкода",
        "toyota",
        "camry",
        "hyundai",
        "kia",
        "lada",
        "chevrolet",
        "cobalt",
        "lexus",
        "bmw",
        "mercedes",
        "nissan",
        "volkswagen",
        "audi",
        "mitsubishi",
        "subaru",
        "renault",
        "skoda",
        "газель",
        "камаз",
        "маз",
        "уаз",
        "ваз",
        "daewoo",
        "ravon",
        "haval",
        "chery",
        "geely",
        "changan",
        "такси",
        "taxi",
        "дтп",
        "осаго",
        "жкө",
        "автосервис",
        "сто",
        "парковка",
        "стоянка",
        "шлагбаум",
        "эвакуатор",
        "штрафстоянка",
        "тұрақ",
        "автотұрақ",
        "parking",
        "parked",
    ]

    def __init__(
        self,
        patterns: Optional[List[Pattern]] = None,
        context: Optional[List[str]] = None,
        supported_language: str = "kk",
        supported_entity: str = "KZ_VEHICLE_PLATE",
        name: Optional[str] = None,
    ) -> None:
        super().__init__(
            supported_entity=supported_entity,
            patterns=patterns if patterns else self.PATTERNS,
            context=context if context else self.CONTEXT,
            supported_language=supported_language,
            name=name,
        )
